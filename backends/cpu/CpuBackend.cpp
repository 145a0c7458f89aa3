//===- CpuBackend.cpp - native code for this machine ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuBackend.h"

#include "backends/cpu/CpuExecutable.h"
#include "backends/cpu/Isa.h"

using namespace fovea;

namespace {
class CpuBackend final : public Backend {
public:
  std::string_view name() const override { return "cpu"; }

  Expected<std::unique_ptr<Executable>> compile(ir::FuncOp func) override {
    Expected<cpu::EmittedProgram> emitted = cpu::emitProgram(func);
    if (!emitted)
      return emitted.status();
    Expected<cpu::CompiledProgram> compiled =
        cpu::compileEmitted(std::move(*emitted));
    if (!compiled)
      return compiled.status();
    return std::unique_ptr<Executable>(std::make_unique<cpu::CpuExecutable>(
        signatureOf(func), std::move(*compiled)));
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
