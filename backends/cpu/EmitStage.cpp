//===- EmitStage.cpp - loops and results ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Reads.h"
#include "backends/cpu/Scalar.h"
#include "ir/Size.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

static SmallVector<StringAttr> namesOf(ArrayRef<ir::AxisAttr> axes) {
  SmallVector<StringAttr> names;
  for (ir::AxisAttr axis : axes)
    names.push_back(axis.getName());
  return names;
}

Emitter::Emitter(ir::FuncOp func, ModuleOp module, Program &program)
    : func(func), module(module), facts(func), plan(func, facts),
      tables(func, program), b(module) {
  for (auto [i, input] : llvm::enumerate(func.getBody().getOps<ir::InputOp>()))
    storages[input.getResult()].elements = {
        tables.input(i), namesOf(ir::axesOf(input.getAxes()))};
  for (auto literal : func.getBody().getOps<ir::LiteralOp>())
    storages[literal.getResult()].elements = {
        tables.literal(literal), namesOf(ir::axesOf(literal.getAxes()))};
  for (auto [i, output] :
       llvm::enumerate(func.getBody().getOps<ir::OutputOp>()))
    outputs[output] = tables.output(i);
}

void Emitter::emit() {
  for (const Stage &stage : plan.stages())
    emitStage(stage);
}

Scope &Emitter::openLoop(Scope &outer, Value lower, Value upper,
                         ValueRange carried) {
  auto loop =
      scf::ForOp::create(b, lower, upper, b.i64(1), carried,
                         [](OpBuilder &, Location, Value, ValueRange) {});
  outer.before = loop;
  return newScope(&outer, loop.getBody());
}

void Emitter::close(Scope &scope, ValueRange results) {
  b.setInsertionPointToEnd(scope.block);
  scf::YieldOp::create(b, results);
}

/// Where the results of a stage go.
Emitter::Storage Emitter::storageOf(const Stage &stage) {
  Storage storage;
  storage.elements.axes = namesOf(stage.axes);
  auto output = dyn_cast<ir::OutputOp>(stage.root);
  if (output || stage.output) {
    storage.elements.buffer = outputs.lookup(output ? output : stage.output);
    return storage;
  }
  Value value = stage.root->getResult(0);
  const unsigned bits =
      arrayType(value).getElementType().getIntOrFloatBitWidth();
  storage.elements.buffer = tables.workspace(stage.axes, (bits + 7) / 8);
  if (facts.hardness(value).any())
    storage.hard = tables.workspace(stage.axes, 1);
  if (facts.mayFail(value)) {
    storage.failure = tables.workspace(stage.axes, 8);
    storage.culprit = tables.workspace(stage.axes, 8);
  }
  return storage;
}

void Emitter::emitStage(const Stage &stage) {
  scopes.clear();
  coordinates.clear();
  numbers.clear();
  bases.clear();
  indexCoordinates.clear();
  tables.startStage(stage.axes.empty() ? ir::sizeConstant(func.getContext(), 1)
                                       : stage.axes.front().getSize());
  const Storage storage = storageOf(stage);

  Type pointer = b.pointerType();
  Type i64 = b.getI64Type();
  b.setInsertionPointToEnd(module.getBody());
  auto function = LLVM::LLVMFuncOp::create(
      b, "stage" + std::to_string(stageCount++),
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                  {pointer, pointer, i64, i64, pointer}));
  entry = function.addEntryBlock(b);
  Scope *inner = &newScope(nullptr, entry);

  CoordByAxis place;
  SmallVector<Scope *> loops;
  for (ir::AxisAttr axis : stage.axes) {
    const bool isOutermost = loops.empty();
    enter(*inner);
    Value lower = isOutermost ? Value(entry->getArgument(2)) : b.i64(0);
    Value upper =
        isOutermost ? Value(entry->getArgument(3)) : size(axis.getSize());
    enter(*inner);
    inner = &openLoop(*inner, lower, upper, {});
    loops.push_back(inner);
    place[axis.getName()] = addCoordinate(inner->block->getArgument(0), *inner);
  }

  if (auto reduce = dyn_cast<ir::ReduceOp>(stage.root)) {
    emitReduction(reduce, *inner, place, storage);
  } else {
    auto output = dyn_cast<ir::OutputOp>(stage.root);
    Value value = output ? Value(output.getValue()) : stage.root->getResult(0);
    const Element result = elementAt(value, place);
    enter(*inner);
    storeElement(storage, result, arrayType(value).getElementType(), place);
  }

  for (Scope *loop : llvm::reverse(loops))
    close(*loop, {});
  b.setInsertionPointToEnd(entry);
  LLVM::ReturnOp::create(b, ValueRange());
  // From now on others read it.
  if (stage.root->getNumResults() == 1)
    storages[stage.root->getResult(0)] = storage;
}

void Emitter::storeElement(const Storage &storage, const Element &element,
                           Type type, const CoordByAxis &place) {
  Value at = offset(storage.elements, place);
  emitStore(b, type, element.value, base(storage.elements.buffer), at);
  if (storage.hard) {
    Type byte = b.getI8Type();
    auto bit = [&](Value part, int64_t mask) -> Value {
      if (!part)
        return b.integer(byte, 0);
      return b.select(part, b.integer(byte, mask), b.integer(byte, 0));
    };
    Value bits = b.either(bit(element.hardZero, 1), bit(element.hardNegInf, 2));
    b.store(bits, base(*storage.hard), at);
  }
  if (storage.failure) {
    Value none = b.i64(0);
    b.store(element.failure ? element.failure : none, base(*storage.failure),
            at);
    b.store(element.culprit ? element.culprit : none, base(*storage.culprit),
            at);
    return;
  }
  if (element.failure)
    reportFailure(element);
}

/// An element of an output failed: the first one is what the run reports.
void Emitter::reportFailure(const Element &element) {
  Value slot = entry->getArgument(4);
  Value zero = b.i64(0);
  Value before = b.load(b.getI64Type(), slot, zero);
  Value isFirst =
      b.both(b.compare(arith::CmpIPredicate::eq, before, zero),
             b.compare(arith::CmpIPredicate::ne, element.failure, zero));
  auto report = scf::IfOp::create(b, isFirst, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(report.thenBlock()->getTerminator());
  b.store(element.failure, slot, b.i64(0));
  b.store(element.culprit, slot, b.i64(1));
}
