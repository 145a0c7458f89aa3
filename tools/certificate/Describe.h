//===- Describe.h - a fold as text ------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_CERTIFICATE_DESCRIBE_H
#define FOVEA_TOOLS_CERTIFICATE_DESCRIBE_H

#include "tools/certificate/Certificate.h"

namespace fovea::certificate {

/// The fold as text, without checks.
FoldCertificate described(ir::FoldOp fold);

} // namespace fovea::certificate

#endif // FOVEA_TOOLS_CERTIFICATE_DESCRIBE_H
