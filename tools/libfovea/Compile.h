//===- Compile.h - from a request to a compiled function --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_LIBFOVEA_COMPILE_H
#define FOVEA_TOOLS_LIBFOVEA_COMPILE_H

#include "tools/libfovea/Objects.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"

namespace fovea {

/// A context for one function; functions compile at the same time, each in its
/// own.
std::unique_ptr<mlir::MLIRContext> newContext();

/// What MLIR has to say while this lives. Users never see it, unless something
/// is wrong inside Fovea.
class CompilerMessages {
public:
  explicit CompilerMessages(mlir::MLIRContext &context);

  /// An internal error if an error was reported.
  Status statusIfAny() const;

private:
  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};

/// Checks `request` against the functions of `program` and makes it what the
/// frontend takes. Errors name what is near to what was asked for.
Expected<Instance> instanceFor(const fovea_program &program,
                               const fovea_request &request);

/// Makes the IR of an instance.
Expected<mlir::OwningOpRef<mlir::ModuleOp>>
instantiate(const fovea_program &program, const Instance &instance,
            mlir::MLIRContext &context, fovea_call *call);

/// The IR of what a request asks for, in a context of its own.
struct Instantiated {
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
Expected<Instantiated> instantiate(const fovea_program &program,
                                   const fovea_request &request,
                                   fovea_call *call);

/// The only function of `module`.
ir::FuncOp functionIn(mlir::ModuleOp module);

/// Compiles the only function of `module`.
Expected<std::unique_ptr<Executable>> compile(mlir::ModuleOp module,
                                              Backend &backend);

/// The passes that form kernels for this machine.
void buildHostKernels(mlir::OpPassManager &manager);

/// Runs the passes that `build` adds on `module`.
Status runPasses(mlir::ModuleOp module, void (*build)(mlir::OpPassManager &));

} // namespace fovea

#endif // FOVEA_TOOLS_LIBFOVEA_COMPILE_H
