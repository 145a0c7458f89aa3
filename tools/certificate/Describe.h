//===- Describe.h - a fold as text ------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_CERTIFICATE_DESCRIBE_H
#define FOVEA_TOOLS_CERTIFICATE_DESCRIBE_H

#include "tools/certificate/Certificate.h"

namespace fovea::certificate {

/// Where the numbers of a fold's parts begin, if it is told beside others.
struct FirstNumbers {
  size_t state = 0, gauge = 0, result = 0;
};

/// The fold as text, without checks.
FoldCertificate described(ir::FoldOp fold, FirstNumbers first = {});

} // namespace fovea::certificate

#endif // FOVEA_TOOLS_CERTIFICATE_DESCRIBE_H
