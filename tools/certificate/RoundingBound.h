//===- RoundingBound.h - how far roundings may carry a result ---*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A sum whose terms cancel is small, but its rounding errors are not: they are
// as large as its terms. The classical bound for what is made of sums and
// products is m u M: u is half a unit in the last place of 1, m the number of
// roundings that one term goes through, and M the same formula with the
// absolute value of each term. Other operations f hand an error on by their
// slope, to first order, and add a rounding of their own: M(f(a)) = |f(a)| +
// |f'(a)| M(a).
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_CERTIFICATE_ROUNDINGBOUND_H
#define FOVEA_TOOLS_CERTIFICATE_ROUNDINGBOUND_H

#include "ir/Dialect.h"

namespace fovea::certificate {

/// Puts M, as f64, in place of each float output of a function as the frontend
/// makes it. Where that is no number nothing is known.
void replaceByRoundingBounds(ir::FuncOp func);

} // namespace fovea::certificate

#endif // FOVEA_TOOLS_CERTIFICATE_ROUNDINGBOUND_H
