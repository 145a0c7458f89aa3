//===- CodeBuilder.cpp - makes code of scalars and vectors ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CodeBuilder.h"

#include <numeric>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// Callers' arrays need not be aligned.
static constexpr unsigned alignment = 1;

int64_t cpu::lanesOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getNumElements() : 1;
}

CodeBuilder::CodeBuilder(ModuleOp module, Isa isa)
    : ImplicitLocOpBuilder(UnknownLoc::get(module.getContext()),
                           module.getContext()),
      module(module), target(isa) {}

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

Type CodeBuilder::vectorOf(Type scalar, int64_t lanes) {
  return lanes == 1 ? scalar : VectorType::get({lanes}, scalar);
}

/// `scalar` as a constant of `type`, in every lane of it.
static Value makeConstant(CodeBuilder &b, Type type, TypedAttr scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    scalar = SplatElementsAttr::get(vector, Attribute(scalar));
  return arith::ConstantOp::create(b, scalar);
}

Value CodeBuilder::i64(int64_t value) { return integer(getI64Type(), value); }

Value CodeBuilder::flag(bool value) {
  return arith::ConstantOp::create(*this, getBoolAttr(value));
}

Value CodeBuilder::constant(Type type, double value) {
  if (!isFloat(type))
    return integer(type, static_cast<int64_t>(value));
  return makeConstant(*this, type,
                      getFloatAttr(getElementTypeOrSelf(type), value));
}

Value CodeBuilder::integer(Type type, int64_t value) {
  return makeConstant(*this, type,
                      getIntegerAttr(getElementTypeOrSelf(type), value));
}

Value CodeBuilder::laneNumbers(int64_t lanes) {
  SmallVector<int64_t> numbers(lanes);
  std::iota(numbers.begin(), numbers.end(), 0);
  return arith::ConstantOp::create(*this, getI64VectorAttr(numbers));
}

Value CodeBuilder::broadcast(Value scalar, int64_t lanes) {
  if (lanes == 1)
    return scalar;
  Type type = vectorOf(scalar.getType(), lanes);
  // A constant stays visible as one.
  if (auto constant = scalar.getDefiningOp<arith::ConstantOp>())
    return makeConstant(*this, type, constant.getValue());
  Value vector =
      insert(LLVM::PoisonOp::create(*this, type), scalar, /*lane=*/0);
  return LLVM::ShuffleVectorOp::create(*this, vector, vector,
                                       SmallVector<int32_t>(lanes, 0));
}

Value CodeBuilder::extract(Value vector, int64_t lane) {
  return LLVM::ExtractElementOp::create(*this, vector, i64(lane));
}

Value CodeBuilder::slice(Value vector, int64_t first, int64_t count) {
  if (count == 1)
    return extract(vector, first);
  SmallVector<int32_t> lanes;
  for (int64_t lane = first; lane < first + count; ++lane)
    lanes.push_back(lane);
  return LLVM::ShuffleVectorOp::create(*this, vector, vector, lanes);
}

Value CodeBuilder::insert(Value vector, Value scalar, int64_t lane) {
  return LLVM::InsertElementOp::create(*this, vector, scalar, i64(lane));
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
  return arith::XOrIOp::create(*this, flag, integer(flag.getType(), 1));
}

LLVM::LLVMFuncOp CodeBuilder::supportFunction(StringRef name, Type result,
                                              TypeRange arguments) {
  std::string symbol = ("fovea_" + name).str();
  if (auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(symbol))
    return function;
  InsertionGuard guard(*this);
  setInsertionPointToStart(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(result, llvm::to_vector(arguments));
  auto function = LLVM::LLVMFuncOp::create(*this, symbol, type);
  // Without effects the optimiser may move and share calls.
  const SmallVector<LLVM::ModRefInfo> none(6, LLVM::ModRefInfo::NoModRef);
  function.setMemoryEffectsAttr(
      LLVM::MemoryEffectsAttr::get(getContext(), none));
  function.setNoUnwindAttr(getUnitAttr());
  function.setWillReturnAttr(getUnitAttr());
  return function;
}

Value CodeBuilder::call(StringRef name, Type result, ValueRange arguments) {
  SmallVector<Type> types;
  for (Value argument : arguments)
    types.push_back(getElementTypeOrSelf(argument));
  auto function = supportFunction(name, getElementTypeOrSelf(result), types);
  const int64_t lanes = lanesOf(result);
  if (lanes == 1)
    return LLVM::CallOp::create(*this, function, arguments).getResult();
  Value results = LLVM::PoisonOp::create(*this, result);
  for (int64_t lane = 0; lane < lanes; ++lane) {
    SmallVector<Value> scalars;
    for (Value argument : arguments)
      scalars.push_back(extract(argument, lane));
    Value one = LLVM::CallOp::create(*this, function, scalars).getResult();
    results = insert(results, one, lane);
  }
  return results;
}

Value CodeBuilder::callTyped(StringRef name, ValueRange arguments) {
  Type type = arguments[0].getType();
  const char kind = isFloat(type) ? 'f' : 'i';
  return call((name + "_" + Twine(kind) + Twine(widthOf(type))).str(), type,
              arguments);
}

Value CodeBuilder::address(Type type, Value base, Value offset) {
  return LLVM::GEPOp::create(*this, typeLike(pointerType(), offset),
                             getElementTypeOrSelf(type), base,
                             ValueRange{offset});
}

Value CodeBuilder::load(Type type, Value base, Value offset, Value mask) {
  Value place = address(type, base, offset);
  const int64_t lanes = lanesOf(type);
  const bool isGather = lanesOf(offset) > 1;
  if (!isGather && !mask)
    return LLVM::LoadOp::create(*this, type, place, alignment);
  Value zero = constant(type, 0);
  if (!isGather)
    return LLVM::MaskedLoadOp::create(*this, type, place, mask, zero,
                                      alignment);
  if (!mask)
    mask = integer(vectorOf(getI1Type(), lanes), 1);
  return LLVM::masked_gather::create(*this, type, place, mask, zero, alignment);
}

void CodeBuilder::store(Value value, Value base, Value offset, Value mask) {
  Value place = address(value.getType(), base, offset);
  const bool isScatter = lanesOf(offset) > 1;
  if (isScatter && !mask)
    mask = integer(typeLike(getI1Type(), value), 1);
  if (isScatter)
    LLVM::masked_scatter::create(*this, value, place, mask, alignment);
  else if (mask)
    LLVM::MaskedStoreOp::create(*this, value, place, mask, alignment);
  else
    LLVM::StoreOp::create(*this, value, place, alignment);
}

void CodeBuilder::prefetch(Type type, Value base, Value offset, int64_t lanes) {
  constexpr int64_t line = 64;
  const int64_t bytes = std::max<int64_t>(widthOf(type) / 8, 1);
  for (int64_t at = 0; at < lanes * bytes; at += line) {
    Value place = arith::AddIOp::create(*this, offset, i64(at / bytes));
    LLVM::Prefetch::create(*this,
                           address(getIntegerType(8 * bytes), base, place),
                           /*rw=*/0, /*hint=*/3, /*cache=*/1);
  }
}
