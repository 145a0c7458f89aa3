//===- CodeBuilder.cpp - makes scalar code
//------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CodeBuilder.h"

using namespace mlir;
using namespace fovea::cpu;

CodeBuilder::CodeBuilder(ModuleOp module)
    : ImplicitLocOpBuilder(UnknownLoc::get(module.getContext()),
                           module.getContext()),
      module(module) {}

Type CodeBuilder::scalarType(Type element) {
  if (element.isF64())
    return getF64Type();
  if (isa<FloatType>(element))
    return getF32Type();
  return getIntegerType(element.getIntOrFloatBitWidth());
}

Type CodeBuilder::pointerType() {
  return LLVM::LLVMPointerType::get(getContext());
}

Value CodeBuilder::i64(int64_t value) { return integer(getI64Type(), value); }

Value CodeBuilder::flag(bool value) {
  return arith::ConstantOp::create(*this, getBoolAttr(value));
}

Value CodeBuilder::constant(Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(*this, getFloatAttr(type, value));
  return integer(type, static_cast<int64_t>(value));
}

Value CodeBuilder::integer(Type type, int64_t value) {
  return arith::ConstantOp::create(*this, getIntegerAttr(type, value));
}

Value CodeBuilder::compare(arith::CmpIPredicate predicate, Value lhs,
                           Value rhs) {
  return arith::CmpIOp::create(*this, predicate, lhs, rhs);
}

Value CodeBuilder::compare(arith::CmpFPredicate predicate, Value lhs,
                           Value rhs) {
  return arith::CmpFOp::create(*this, predicate, lhs, rhs);
}

Value CodeBuilder::select(Value condition, Value onTrue, Value onFalse) {
  return arith::SelectOp::create(*this, condition, onTrue, onFalse);
}

Value CodeBuilder::isNaN(Value value) {
  return compare(arith::CmpFPredicate::UNO, value, value);
}

Value CodeBuilder::both(Value lhs, Value rhs) {
  return arith::AndIOp::create(*this, lhs, rhs);
}

Value CodeBuilder::either(Value lhs, Value rhs) {
  return arith::OrIOp::create(*this, lhs, rhs);
}

Value CodeBuilder::negated(Value flag) {
  return arith::XOrIOp::create(*this, flag, this->flag(true));
}

Value CodeBuilder::call(StringRef name, Type result, ValueRange arguments) {
  std::string symbol = ("fovea_" + name).str();
  auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(symbol);
  if (!function) {
    InsertionGuard guard(*this);
    setInsertionPointToStart(module.getBody());
    auto type = LLVM::LLVMFunctionType::get(
        result, llvm::to_vector(arguments.getTypes()));
    function = LLVM::LLVMFuncOp::create(*this, symbol, type);
    // Without effects the optimiser may move and share calls.
    const SmallVector<LLVM::ModRefInfo> none(6, LLVM::ModRefInfo::NoModRef);
    function.setMemoryEffectsAttr(
        LLVM::MemoryEffectsAttr::get(getContext(), none));
    function.setNoUnwindAttr(getUnitAttr());
    function.setWillReturnAttr(getUnitAttr());
  }
  return LLVM::CallOp::create(*this, function, arguments).getResult();
}

Value CodeBuilder::callTyped(StringRef name, ValueRange arguments) {
  Type type = arguments[0].getType();
  const char kind = isa<FloatType>(type) ? 'f' : 'i';
  const unsigned bits = type.getIntOrFloatBitWidth();
  return call((name + "_" + Twine(kind) + Twine(bits)).str(), type, arguments);
}

Value CodeBuilder::load(Type type, Value base, Value offset) {
  Value address =
      LLVM::GEPOp::create(*this, pointerType(), type, base, ValueRange{offset});
  // Callers' arrays need not be aligned.
  return LLVM::LoadOp::create(*this, type, address, /*alignment=*/1);
}

void CodeBuilder::store(Value value, Value base, Value offset) {
  Value address = LLVM::GEPOp::create(*this, pointerType(), value.getType(),
                                      base, ValueRange{offset});
  LLVM::StoreOp::create(*this, value, address, /*alignment=*/1);
}
