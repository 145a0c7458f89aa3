//===- Lab.cpp - runs generated programs ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Lab.h"

#include "backends/cpu/CpuBackend.h"
#include "backends/reference/ReferenceBackend.h"
#include "frontend/Program.h"
#include "passes/Pipelines.h"

#include "mlir/Pass/PassManager.h"

using namespace fovea;
using namespace fovea::generate;

struct Lab::Impl {
  std::unique_ptr<Backend> reference, tested;
  /// The backend under test gets what the passes make, not the formula.
  bool fuses = false;
  std::shared_ptr<mlir::MLIRContext> context;
};

Lab::Lab(std::unique_ptr<Impl> impl) : impl(std::move(impl)) { refresh(); }
Lab::~Lab() = default;

Expected<std::unique_ptr<Lab>> Lab::make(Tested tested, uint64_t seed) {
  Expected<std::unique_ptr<Backend>> reference = createReferenceBackend();
  if (!reference)
    return reference.status();
  using Joining = FoldSchedule::Joining;
  Expected<std::unique_ptr<Backend>> other =
      tested == Tested::Cpu
          ? createCpuBackend()
          : createReferenceBackend(
                {.folds = {cutAtRandom(seed), tested == Tested::FoldsByStep
                                                  ? Joining::Step
                                                  : Joining::Combine}});
  if (!other)
    return other.status();
  auto impl = std::make_unique<Impl>();
  impl->reference = *std::move(reference);
  impl->tested = *std::move(other);
  impl->fuses = tested != Tested::Cpu;
  return std::unique_ptr<Lab>(new Lab(std::move(impl)));
}

void Lab::refresh() {
  impl->context = std::make_shared<mlir::MLIRContext>(
      mlir::MLIRContext::Threading::DISABLED);
  impl->context->loadDialect<ir::FoveaDialect>();
}

Expected<mlir::OwningOpRef<mlir::ModuleOp>>
Lab::instantiate(const std::string &text, const Function &entry,
                 const std::vector<Tensor> &inputs) {
  Diagnostics diagnostics;
  auto program = Program::fromText("generated.fov", text, diagnostics);
  Instance instance{entry.name, {}, {}};
  for (size_t i = 0; i < entry.params.size(); ++i)
    instance.inputs.push_back(
        {entry.params[i].name, std::string(name(inputs[i].dtype())),
         static_cast<unsigned>(entry.params[i].shape.size())});
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (program && !diagnostics.hasErrors())
    module = program->instantiate(instance, *impl->context, diagnostics);
  if (!module)
    return Status::error(StatusCode::InvalidProgram, diagnostics.render());
  return module;
}

Expected<Compiled> Lab::compile(mlir::ModuleOp module, Backend &backend) {
  auto exe = backend.compile(*module.getOps<ir::FuncOp>().begin());
  if (!exe)
    return exe.status();
  std::shared_ptr<Executable> shared = *std::move(exe);
  return Compiled(
      [shared, context = impl->context](const std::vector<Tensor> &in) mutable {
        return shared->run(in);
      });
}

Expected<Compiled> Lab::compile(const std::string &text, const Function &entry,
                                const std::vector<Tensor> &inputs,
                                bool oracle) {
  auto module = instantiate(text, entry, inputs);
  if (!module)
    return module.status();
  if (!oracle && impl->fuses) {
    mlir::PassManager manager(impl->context.get());
    buildOptimizePipeline(manager);
    buildFusePipeline(manager);
    if (mlir::failed(manager.run(module->get())))
      return Status::error(StatusCode::Internal, "a pass failed");
  }
  return compile(module->get(), oracle ? *impl->reference : *impl->tested);
}

Expected<Compiled> Lab::compileReductions(const std::string &text,
                                          const Function &entry,
                                          const std::vector<Tensor> &inputs) {
  auto module = instantiate(text, entry, inputs);
  if (!module)
    return module.status();
  auto func = *module->get().getOps<ir::FuncOp>().begin();
  for (ir::OutputOp output : ir::outputsOf(func))
    output.erase();
  mlir::OpBuilder b = mlir::OpBuilder::atBlockEnd(&func.getBody().front());
  unsigned count = 0;
  for (auto reduce : llvm::to_vector(func.getBody().getOps<ir::ReduceOp>()))
    ir::OutputOp::create(
        b, reduce.getLoc(), "reduction" + std::to_string(count++),
        reduce.getResult(),
        ir::axisArray(b.getContext(), reduce.getType().getAxes()));
  return compile(module->get(), *impl->reference);
}
