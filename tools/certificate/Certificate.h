//===- Certificate.h - that a fold is what was written ----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A fold is certified by the identities that it rests on, as text, and by a
// check of them by machine. Two things are checked, on many inputs, in f64
// (every float of both functions is widened, so that algebra is judged and not
// storage):
//
// - the laws that make a fold independent of how its places are split:
//     (R1) repair distributes over the joining of two parts;
//     (R2) the elements at the new gauge are those at the old one, repaired;
//     (R3) repair at equal gauges changes nothing, and repairs compose;
//     (R4) what nothing was added to stays so;
// - the formula *as written*, evaluated by the reference, against the folded
//   function under many splits. The two share no rule of the passes.
//
// Two numbers agree if they are equal, both NaN, or differ by at most
//
//   1e-9 |w| + 1000 r + 1e-40 M + 1e-290,
//
// r = by how much w differs when it is evaluated with every operation rounded
// up, down, to zero, and with plain sums (w itself has compensated ones); M =
// how large is what a formula is the sum of (RoundingBound.h).
//
// Where inputs are infinite or NaN, any two numbers that are not finite agree.
// So what rounding does to the formula as written is no fault of the fold.
// Where that is too much to judge by (w overflows, underflows or loses its
// digits: it is finite in one direction only, or 1000 r > 0.001 of the largest
// element of the result) the element is skipped, and counted.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_CERTIFICATE_CERTIFICATE_H
#define FOVEA_TOOLS_CERTIFICATE_CERTIFICATE_H

#include "ir/Dialect.h"
#include "runtime/Status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// One thing that was checked, over all inputs.
struct CertificateCheck {
  std::string name;
  /// Elements that were compared, and those that could not be judged.
  int64_t compared = 0, skipped = 0;
  /// The largest |got - wanted| / (|wanted| + 1e12 r): at most 1e-9 if the
  /// check holds.
  double largestError = 0;
  /// The first input that fails: sizes, split, place, both numbers.
  std::optional<std::string> failure = {};

  bool holds() const { return !failure; }
};

/// One fold of the function: what it rests on, in the user's names.
struct FoldCertificate {
  /// Lines of the program that it covers; empty if they are not known.
  std::string location;
  /// `S1 = sum[j](exp(s[i, j] - G0))`
  std::vector<std::string> accumulators;
  /// `G0 = S0`
  std::vector<std::string> gauges;
  /// `S1' = exp(G0 - G0') * S1`; accumulators that stay as they are are left
  /// out.
  std::vector<std::string> repairs;
  /// `R0 = S2 / S1`
  std::vector<std::string> results;
  /// A law is left out where it says nothing: of argmax alone no two parts can
  /// be joined without the elements that are kept beside it.
  std::vector<CertificateCheck> laws;
};

struct Certificate {
  /// In the order of the function; folds inside of others are part of them.
  std::vector<FoldCertificate> folds;
  /// One check a kind of input.
  std::vector<CertificateCheck> endToEnd;

  /// Nothing fails, and every law and the ordinary inputs were compared at
  /// least once.
  bool holds() const;
};

/// Certifies the folds of `folded`, which some passes made from `written`: two
/// functions of one signature, the first without folds. `seed` decides about
/// the inputs. Error: the functions cannot be evaluated at all.
Expected<Certificate> certify(ir::FuncOp written, ir::FuncOp folded,
                              uint64_t seed = 1);

/// The certificate as text for people.
std::string text(const Certificate &certificate);

} // namespace fovea

#endif // FOVEA_TOOLS_CERTIFICATE_CERTIFICATE_H
