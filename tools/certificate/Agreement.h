//===- Agreement.h - when two evaluations agree -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_CERTIFICATE_AGREEMENT_H
#define FOVEA_TOOLS_CERTIFICATE_AGREEMENT_H

#include "backends/Backend.h"
#include "tools/certificate/Certificate.h"

namespace fovea::certificate {

/// What a function gives: at its best, then with plain sums and every operation
/// rounded in one direction (see Certificate.h).
struct Rounded {
  std::vector<std::vector<Tensor>> runs;
  /// How large is what the results are the sums of (RoundingBound.h); empty of
  /// what has folds.
  std::vector<Tensor> sizes;

  const std::vector<Tensor> &best() const { return runs.front(); }
};

/// A function without schedule, evaluated by the reference.
class Oracle {
public:
  static Expected<Oracle> make(ir::FuncOp func);
  Expected<Rounded> run(std::span<const Tensor> inputs) const;

private:
  Oracle() = default;

  std::unique_ptr<Executable> best, plain, sizes;
};

/// Which numbers that are not finite agree: infinities of one sign and NaN with
/// NaN, or all (language.md, "When numbers are not finite").
enum class NotFinite { Exact, Alike };

/// Compares result `number` of `wanted` with `got`, and adds to `check`. The
/// first element that does not agree becomes its failure, `where` it was.
void compare(const Tensor &got, const Rounded &wanted, size_t number,
             NotFinite notFinite, const std::string &where,
             CertificateCheck &check);

} // namespace fovea::certificate

#endif // FOVEA_TOOLS_CERTIFICATE_AGREEMENT_H
