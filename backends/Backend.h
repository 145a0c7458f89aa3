//===- Backend.h - what turns IR into results -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_BACKEND_H
#define FOVEA_BACKENDS_BACKEND_H

#include "ir/Dialect.h"
#include "runtime/Cancel.h"
#include "runtime/Signature.h"
#include "runtime/Status.h"
#include "runtime/Tensor.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// A compiled function. Immutable: any number of threads may run it at once.
class Executable {
public:
  explicit Executable(Signature signature) : sig(std::move(signature)) {}
  virtual ~Executable();

  const Signature &signature() const { return sig; }

  /// Checks the inputs against the signature, solves the dimensions, allocates
  /// the results and runs.
  Expected<std::vector<Tensor>> run(std::span<const Tensor> inputs) const;

  /// The same into the caller's arrays, whose dtypes and shapes must be those
  /// of the signature, and which may say what the inputs leave open. On an
  /// error their contents are undefined. Outputs must not overlap inputs or
  /// each other.
  /// Cancelled: somebody set the flag meanwhile.
  Status run(std::span<const Tensor> inputs, std::span<Tensor> outputs,
             CancelFlag cancel = nullptr) const;

  /// Does ahead of time what the first run for these dimensions, in the order
  /// of the signature, would do before it computes. Nobody has to call it.
  /// Errors: those of such a run that have to do with the dimensions.
  Status prepare(std::span<const int64_t> dims) const;

  /// As run() where all is checked already and the dimensions are known, in the
  /// order of the signature: inputs and outputs need not say them.
  Status runSolved(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                   std::span<const int64_t> dims,
                   CancelFlag cancel = nullptr) const {
    return execute(inputs, outputs, dims, cancel);
  }

protected:
  /// The backend's own part of prepare(): `dims` are checked.
  virtual Status makeReady(std::span<const int64_t> /*dims*/) const {
    return Status::ok();
  }

  /// The backend's own part: everything is checked, `dims` are in the order of
  /// the signature. Inputs may have any strides. Looks at the flag now and
  /// then.
  virtual Status execute(std::span<const Tensor> inputs,
                         std::span<Tensor> outputs,
                         std::span<const int64_t> dims,
                         CancelFlag cancel) const = 0;

private:
  Signature sig;
};

/// Compiles functions. One instance serves all threads.
class Backend {
public:
  virtual ~Backend();
  virtual std::string_view name() const = 0;

  /// Compiles one function of a verified module, in the form in which the
  /// frontend makes it; passes run on a copy. The function's MLIR context must
  /// live as long as the executable.
  virtual Expected<std::unique_ptr<Executable>> compile(ir::FuncOp func) = 0;
};

/// The signature of a function as the host sees it.
Signature signatureOf(ir::FuncOp func);

} // namespace fovea

#endif // FOVEA_BACKENDS_BACKEND_H
