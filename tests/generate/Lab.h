//===- Lab.h - runs generated programs --------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_LAB_H
#define FOVEA_TESTS_GENERATE_LAB_H

#include "runtime/Tensor.h"
#include "tests/generate/Ast.h"
#include "tests/generate/Relaxed.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <optional>

namespace fovea {
class Backend;
}

namespace fovea::generate {

/// A compiled program; empty if there is none.
using Compiled =
    std::function<Expected<std::vector<Tensor>>(const std::vector<Tensor> &)>;

/// What is held against the reference on the formula as written: the cpu
/// backend, or the reference on the folds that the passes derive, in random
/// blocks that are joined one way or the other.
enum class Tested { Cpu, FoldsByStep, FoldsByCombine };

/// Compiles programs. Not for several threads.
class Lab {
public:
  /// `seed` decides about the blocks of folds.
  static Expected<std::unique_ptr<Lab>> make(Tested tested, uint64_t seed);
  ~Lab();

  /// The entry of a program, for the oracle or the backend under test. Error
  /// InvalidProgram: what the frontend says.
  Expected<Compiled> compile(const std::string &text, const Function &entry,
                             const std::vector<Tensor> &inputs, bool oracle);

  /// The results of its reductions, as the oracle has them, each by itself:
  /// one that nobody needs may fail.
  std::vector<Compiled> compileReductions(const std::string &text,
                                          const Function &entry,
                                          const std::vector<Tensor> &inputs);

  /// What a reduction that is not finite may be instead.
  struct Undefined {
    /// NaN, or infinite.
    double number;
    /// For all of them; else NaN stays out of those that are so by themselves,
    /// and an infinity takes the place of NaN only.
    bool all = true;
    /// Nothing is changed but this reduction, by number.
    std::optional<size_t> only = {};
    /// If not 0, infinities of both signs, in a pattern of that number.
    unsigned pattern = 0;
  };
  /// The program as the oracle has it, but so. NaN goes on to all reductions
  /// that depend on one that is not finite, and comes from what is 0 and
  /// divides; infinities are for those only that depend on other reductions.
  /// Error: there is no such number.
  Expected<Compiled> compileUndefined(const std::string &text,
                                      const Function &entry,
                                      const std::vector<Tensor> &inputs,
                                      const Undefined &instead);

  /// The program as the oracle has it, but so; with the digits and the range
  /// of f32 (`isSingle`) or f64.
  Expected<Compiled> compileRelaxed(const std::string &text,
                                    const Function &entry,
                                    const std::vector<Tensor> &inputs,
                                    Relaxed relaxed, bool isSingle);

  /// Of each result which elements are made from a sum or a product that is not
  /// finite, as the oracle has it.
  Expected<Compiled> compileTracker(const std::string &text,
                                    const Function &entry,
                                    const std::vector<Tensor> &inputs);

  /// How many folds of several accumulators, or with a gauge, the passes make
  /// of a program, and how many reductions they refuse to fuse.
  struct Folds {
    uint64_t fused = 0, refused = 0;
  };
  Expected<Folds> countFolds(const std::string &text, const Function &entry,
                             const std::vector<Tensor> &inputs);

  /// Throws away what the programs so far left in memory, once these are gone
  /// themselves.
  void refresh();

private:
  struct Impl;
  Expected<mlir::OwningOpRef<mlir::ModuleOp>>
  instantiate(const std::string &text, const Function &entry,
              const std::vector<Tensor> &inputs);
  /// What `change` makes of the program, for the oracle.
  Expected<Compiled>
  compileChanged(const std::string &text, const Function &entry,
                 const std::vector<Tensor> &inputs,
                 llvm::function_ref<void(ir::FuncOp)> change);
  Status fuse(mlir::ModuleOp module);
  Expected<Compiled> compile(mlir::ModuleOp module, Backend &backend);
  explicit Lab(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_LAB_H
