//===- Pipeline.cpp - the CPU backend's table of contents -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Pipeline.h"

#include "backends/cpu/CpuBackend.h"
#include "backends/cpu/Emitter.h"
#include "backends/cpu/Native.h"
#include "passes/Pipelines.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// Runs a pipeline over `module`. Every step is verified, which costs a
/// hundredth of the time: wrong code must not reach the processor.
static bool runPasses(ModuleOp module,
                      llvm::function_ref<void(OpPassManager &)> build) {
  PassManager manager(module.getContext());
  build(manager);
  return succeeded(manager.run(module)) && succeeded(verify(module));
}

/// fovea -> fovea: the formula as it is to be computed.
static Expected<OwningOpRef<ModuleOp>> optimized(ir::FuncOp func) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(func.getLoc());
  module->push_back(func->clone());
  if (!runPasses(*module, [](OpPassManager &manager) {
        buildOptimizePipeline(manager);
        buildFusePipeline(manager);
        buildKernelPipeline(manager, hostMachine());
      }))
    return Status::error(StatusCode::Internal, "the optimiser failed on `" +
                                                   func.getSymName().str() +
                                                   "`");
  return module;
}

/// What there is no code for is refused, not left out.
static Status refuseUnknown(ir::FuncOp func) {
  Operation *unknown = nullptr;
  func.getBody().walk([&](Operation *op) {
    const bool isKnown =
        isa<ir::InputOp, ir::OutputOp, ir::ConstantOp, ir::LiteralOp,
            ir::SizeOp, ir::IndexOp, ir::RenameOp, ir::AtOp, ir::ReduceOp,
            ir::FoldKeyOp, ir::RandomOp, ir::LiftOp, ir::YieldOp, ir::KernelOp,
            ir::PhaseOp, ir::FoldOp, ir::ElementwiseOpInterface>(op);
    if (!isKnown)
      unknown = op;
  });
  if (!unknown)
    return Status::ok();
  return Status::error(StatusCode::Unsupported,
                       "the cpu backend has no code for `" +
                           unknown->getName().getStringRef().str() + "`");
}

/// scf, arith -> llvm. Only conversions, and none of the upstream optimisers:
/// code is emitted in the form that it is to have.
static void buildLoweringPipeline(OpPassManager &manager) {
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
}

static void prepareContext(MLIRContext &context) {
  context.loadDialect<LLVM::LLVMDialect, arith::ArithDialect,
                      cf::ControlFlowDialect, scf::SCFDialect>();
}

/// Emitted code as machine code.
static Expected<std::unique_ptr<LoadedCode>>
compileModule(ModuleOp module, const std::vector<std::string> &names) {
  std::string complaints;
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &found) {
    complaints += found.str() + "; ";
    return success();
  });
  if (failed(verify(module)) || !runPasses(module, buildLoweringPipeline))
    return Status::error(StatusCode::Internal,
                         "the code generator made invalid code: " + complaints);
  Expected<Jit *> jit = Jit::shared();
  if (!jit)
    return jit.status();
  Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      (*jit)->targetMachine();
  if (!machine)
    return machine.status();
  Expected<std::unique_ptr<llvm::MemoryBuffer>> object =
      compileToObject(module, **machine);
  if (!object)
    return object.status();
  return (*jit)->load(std::move(*object), names);
}

LateCode::LateCode(std::shared_ptr<MLIRContext> context,
                   OwningOpRef<ModuleOp> module, std::vector<std::string> names)
    : context(std::move(context)), module(std::move(module)),
      names(std::move(names)) {}
LateCode::~LateCode() = default;

const Expected<std::unique_ptr<LoadedCode>> &LateCode::load() {
  std::call_once(once, [&] {
    code = compileModule(*module, names);
    module = nullptr;
    context.reset();
  });
  return *code;
}

Expected<EmittedProgram> cpu::emitProgram(ir::FuncOp func) {
  Expected<OwningOpRef<ModuleOp>> source = optimized(func);
  if (!source)
    return source.status();

  if (Status status = refuseUnknown(*(*source)->getOps<ir::FuncOp>().begin());
      status.failed())
    return status;

  EmittedProgram result;
  result.context =
      std::make_shared<MLIRContext>(MLIRContext::Threading::DISABLED);
  prepareContext(*result.context);
  const Location nowhere = UnknownLoc::get(result.context.get());
  result.module = ModuleOp::create(nowhere);
  result.late = ModuleOp::create(nowhere);
  Emitter(*(*source)->getOps<ir::FuncOp>().begin(), *result.module,
          *result.late, result.program)
      .emit();
  if (result.program.checks.size() > maxChecks)
    return Status::error(StatusCode::Unsupported,
                         "`" + func.getSymName().str() + "` has " +
                             std::to_string(result.program.checks.size()) +
                             " places that may fail, but the limit is " +
                             std::to_string(maxChecks));
  return result;
}

Expected<CompiledProgram> cpu::compileEmitted(EmittedProgram emitted) {
  std::vector<std::string> names, lateNames;
  for (const auto &[i, stage] : llvm::enumerate(emitted.program.stages)) {
    (stage.isForFew() ? lateNames : names)
        .push_back("stage" + std::to_string(i));
    if (stage.hasCombiner())
      lateNames.push_back("combine" + std::to_string(i));
  }
  Expected<std::unique_ptr<LoadedCode>> code =
      compileModule(*emitted.module, names);
  if (!code)
    return code.status();
  CompiledProgram result;
  result.program = std::move(emitted.program);
  result.code = std::move(*code);
  if (!lateNames.empty())
    result.late = std::make_unique<LateCode>(std::move(emitted.context),
                                             std::move(emitted.late),
                                             std::move(lateNames));
  return result;
}
