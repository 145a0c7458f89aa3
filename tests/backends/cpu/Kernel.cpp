//===- Kernel.cpp - emitted code, compiled and run ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include "backends/cpu/Native.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

#include <catch2/catch.hpp>

using namespace mlir;
using namespace fovea;
using namespace fovea::test;
using cpu::CodeBuilder;

std::vector<Processor> Processor::all() {
  std::vector<Processor> processors = {{"", cpu::Isa::host()}};
  const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  if (features.lookup("avx2") && features.lookup("fma"))
    processors.push_back(
        {"x86-64-v3", {.fma = true, .halfConversion = true, .scalef = false}});
  if (features.lookup("sse2"))
    processors.push_back({"x86-64", {}});
  return processors;
}

/// The code generator for `processor`; no name is this one.
static std::unique_ptr<llvm::TargetMachine>
machineOf(cpu::Jit &jit, const Processor &processor) {
  auto host = jit.targetMachine();
  REQUIRE(host);
  if (processor.name.empty())
    return *std::move(host);
  llvm::orc::JITTargetMachineBuilder builder((*host)->getTargetTriple());
  builder.setCPU(processor.name);
  builder.setRelocationModel(llvm::Reloc::PIC_);
  builder.setCodeModel(llvm::CodeModel::Small);
  return llvm::cantFail(builder.createTargetMachine());
}

Kernel::Kernel(const Processor &processor, const Body &body) {
  auto jit = cpu::Jit::shared();
  REQUIRE(jit);
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<LLVM::LLVMDialect, arith::ArithDialect,
                      cf::ControlFlowDialect, scf::SCFDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  CodeBuilder b(*module, processor.isa);
  b.setInsertionPointToEnd(module->getBody());
  Type pointer = b.pointerType();
  auto emitted = LLVM::LLVMFuncOp::create(
      b, "kernel",
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&context),
                                  {pointer, pointer, pointer, b.getI64Type()}));
  Block *entry = emitted.addEntryBlock(b);
  b.setInsertionPointToEnd(entry);
  body(b, entry->getArguments());
  LLVM::ReturnOp::create(b, ValueRange{});

  PassManager passes(&context);
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  REQUIRE(succeeded(passes.run(*module)));
  auto machine = machineOf(**jit, processor);
  auto object = cpu::compileToObject(*module, *machine);
  INFO(object.status().text());
  REQUIRE(object);
  auto loaded = (*jit)->load(std::move(*object), {"kernel"});
  INFO(loaded.status().text());
  REQUIRE(loaded);
  code = std::move(*loaded);
  function = reinterpret_cast<decltype(function)>(code->functions()[0]);
}

void test::emitLoop(CodeBuilder &b, Value count, int64_t lanes,
                    llvm::function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(b, b.i64(0), count, b.i64(lanes));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(loop.getBody()->getTerminator());
  body(loop.getInductionVar());
}

Kernel test::mapKernel(
    const Processor &processor, bool isDouble, int64_t lanes,
    const std::function<Value(CodeBuilder &, Value, Value)> &function) {
  return Kernel(processor, [&](CodeBuilder &b, ValueRange arguments) {
    Type scalar = isDouble ? Type(b.getF64Type()) : b.getF32Type();
    Type type = b.vectorOf(scalar, lanes);
    emitLoop(b, arguments[3], lanes, [&](Value at) {
      Value result = function(b, b.load(type, arguments[0], at),
                              b.load(type, arguments[1], at));
      b.store(result, arguments[2], at);
    });
  });
}
