//===- Jit.cpp - machine code in this process -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Jit.h"

#include "backends/cpu/Isa.h"
#include "backends/cpu/Support.h"

#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include <atomic>
#include <mutex>
#include <utility>

using namespace fovea;
using namespace fovea::cpu;
using namespace llvm::orc;

Status cpu::toStatus(llvm::Error error) {
  return Status::error(StatusCode::Backend,
                       "code generator: " + llvm::toString(std::move(error)));
}

struct LoadedCode::Library {
  ExecutionSession &session;
  JITDylib &dylib;
};

LoadedCode::LoadedCode(std::unique_ptr<Library> library)
    : library(std::move(library)) {}

LoadedCode::~LoadedCode() {
  // Nobody is left to tell of a failure to give memory back.
  llvm::consumeError(library->session.removeJITDylib(library->dylib));
}

struct Jit::State {
  State(JITTargetMachineBuilder machine, std::unique_ptr<LLJIT> jit,
        JITDylib &support)
      : machine(std::move(machine)), jit(std::move(jit)), support(support) {}

  const JITTargetMachineBuilder machine;
  const std::unique_ptr<LLJIT> jit;
  /// What compiled code may call.
  JITDylib &support;
  std::atomic<uint64_t> programs = 0;
  /// What the session complained of since it was last asked.
  std::mutex lock;
  std::string complaints;

  std::string takeComplaints() {
    std::lock_guard<std::mutex> guard(lock);
    return std::exchange(complaints, {});
  }
};

Jit::Jit(std::unique_ptr<State> state) : state(std::move(state)) {}

Expected<Jit *> Jit::shared() {
  static const Expected<Jit *> instance = make();
  return instance;
}

static llvm::Error defineSupport(LLJIT &jit, JITDylib &dylib) {
  SymbolMap symbols;
  for (const SupportFunction &function : supportFunctions())
    symbols[jit.mangleAndIntern(function.name)] = {
        ExecutorAddr::fromPtr(function.address),
        llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  return dylib.define(absoluteSymbols(std::move(symbols)));
}

Expected<Jit *> Jit::make() {
  if (llvm::InitializeNativeTarget() ||
      llvm::InitializeNativeTargetAsmPrinter())
    return Status::error(StatusCode::Backend,
                         "there is no code generator for this machine");
  auto machine = JITTargetMachineBuilder::detectHost();
  if (!machine)
    return toStatus(machine.takeError());
  if (!Isa::chosen().empty()) {
    machine->setCPU(Isa::chosen().str());
    machine->getFeatures() = llvm::SubtargetFeatures();
  }
  machine->setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
  machine->setRelocationModel(llvm::Reloc::PIC_);
  machine->setCodeModel(llvm::CodeModel::Small);

  LLJITBuilder builder;
  builder.setJITTargetMachineBuilder(*machine);
  builder.setLinkProcessSymbolsByDefault(false);
  builder.setPlatformSetUp(setUpInactivePlatform);
  builder.setObjectLinkingLayerCreator(
      [](ExecutionSession &session)
          -> llvm::Expected<std::unique_ptr<ObjectLayer>> {
        auto memory = llvm::jitlink::InProcessMemoryManager::Create();
        if (!memory)
          return memory.takeError();
        return std::make_unique<ObjectLinkingLayer>(session,
                                                    std::move(*memory));
      });
  auto jit = builder.create();
  if (!jit)
    return toStatus(jit.takeError());
  JITDylib &support =
      (*jit)->getExecutionSession().createBareJITDylib("support");
  if (llvm::Error error = defineSupport(**jit, support))
    return toStatus(std::move(error));
  auto state =
      std::make_unique<State>(std::move(*machine), std::move(*jit), support);
  // Errors are reported to whoever asked for the code.
  state->jit->getExecutionSession().setErrorReporter(
      [state = state.get()](llvm::Error error) {
        std::lock_guard<std::mutex> guard(state->lock);
        state->complaints += llvm::toString(std::move(error)) + "\n";
      });
  return new Jit(std::move(state));
}

Expected<std::unique_ptr<llvm::TargetMachine>> Jit::targetMachine() const {
  JITTargetMachineBuilder builder = state->machine;
  auto machine = builder.createTargetMachine();
  if (!machine)
    return toStatus(machine.takeError());
  return std::move(*machine);
}

Expected<std::unique_ptr<LoadedCode>>
Jit::load(std::unique_ptr<llvm::MemoryBuffer> object,
          const std::vector<std::string> &names) {
  ExecutionSession &session = state->jit->getExecutionSession();
  JITDylib &dylib =
      session.createBareJITDylib("program" + std::to_string(state->programs++));
  dylib.addToLinkOrder(state->support);
  std::unique_ptr<LoadedCode> code(
      new LoadedCode(std::make_unique<LoadedCode::Library>(
          LoadedCode::Library{session, dylib})));
  if (llvm::Error error = state->jit->addObjectFile(dylib, std::move(object)))
    return toStatus(std::move(error));
  for (const std::string &name : names) {
    auto address = state->jit->lookup(dylib, name);
    if (!address)
      return Status::error(StatusCode::Backend,
                           "code generator: " + state->takeComplaints() +
                               llvm::toString(address.takeError()));
    code->addresses.push_back(address->toPtr<void *>());
  }
  return code;
}
