//===- CpuBackend.cpp - native code for this machine ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuBackend.h"

#include "backends/SizeExpr.h"
#include "backends/cpu/CheckedExecutable.h"
#include "backends/cpu/Isa.h"
#include "passes/Speculate.h"

using namespace fovea;

namespace {
class CpuBackend final : public Backend {
public:
  std::string_view name() const override { return "cpu"; }

  Expected<std::unique_ptr<Executable>> compile(ir::FuncOp func) override {
    Expected<cpu::EmittedProgram> emitted = cpu::emitProgram(func);
    if (!emitted)
      return emitted.status();
    if (auto speculation = speculate(func))
      return compileChecked(func, *speculation, std::move(*emitted));
    Expected<cpu::CompiledProgram> compiled =
        cpu::compileEmitted(std::move(*emitted));
    if (!compiled)
      return compiled.status();
    return std::unique_ptr<Executable>(std::make_unique<cpu::CpuExecutable>(
        signatureOf(func), std::move(*compiled)));
  }

private:
  static Expected<cpu::CompiledProgram> compileNow(mlir::ModuleOp module) {
    Expected<cpu::EmittedProgram> emitted =
        cpu::emitProgram(*module.getOps<ir::FuncOp>().begin());
    if (!emitted)
      return emitted.status();
    return cpu::compileEmitted(std::move(*emitted));
  }

  static Expected<std::unique_ptr<Executable>>
  compileChecked(ir::FuncOp func, const CheckedFunction &speculation,
                 cpu::EmittedProgram whole) {
    Expected<cpu::CompiledProgram> check = compileNow(*speculation.check);
    if (!check)
      return check.status();
    Expected<cpu::CompiledProgram> fast = compileNow(*speculation.fast);
    if (!fast)
      return fast.status();
    std::vector<SizeExpr> extents;
    for (ir::SizeAttr extent : speculation.extents)
      extents.push_back(sizeExprOf(extent, func));
    return std::unique_ptr<Executable>(std::make_unique<cpu::CheckedExecutable>(
        signatureOf(func), std::move(*check), std::move(*fast),
        std::move(whole), std::move(extents)));
  }
};
} // namespace

Machine fovea::hostMachine() {
  const cpu::Isa isa = cpu::Isa::host();
  return {isa.vectorBytes, isa.vectorRegisters};
}

Expected<std::unique_ptr<Backend>> fovea::createCpuBackend() {
  if (Status isa = cpu::Isa::check(); isa.failed())
    return isa;
  Expected<cpu::Jit *> jit = cpu::Jit::shared();
  if (!jit)
    return jit.status();
  return std::unique_ptr<Backend>(std::make_unique<CpuBackend>());
}
