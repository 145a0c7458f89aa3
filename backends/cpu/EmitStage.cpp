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

Emitter::Emitter(ir::FuncOp func, ModuleOp module, ModuleOp late,
                 Program &program)
    : func(func), module(module), early(module), late(late), facts(func),
      plan(func, facts), tables(func, program), b(module) {
  for (auto [i, input] : llvm::enumerate(func.getBody().getOps<ir::InputOp>()))
    storages[input.getResult()].elements = {
        tables.input(i, input.getAxes().size()),
        namesOf(ir::axesOf(input.getAxes()))};
  for (auto literal : func.getBody().getOps<ir::LiteralOp>())
    storages[literal.getResult()].elements = {
        tables.literal(literal), namesOf(ir::axesOf(literal.getAxes()))};
  for (auto [i, output] :
       llvm::enumerate(func.getBody().getOps<ir::OutputOp>()))
    outputs[output] = tables.output(i, output.getAxes().size());
}

void Emitter::emit() {
  for (const Stage &stage : plan.stages())
    emitStage(stage);
}

Scope &Emitter::openLoop(Scope &outer, Value lower, Value upper,
                         ValueRange carried, Value step) {
  auto loop =
      scf::ForOp::create(b, lower, upper, step ? step : b.i64(1), carried,
                         [](OpBuilder &, Location, Value, ValueRange) {});
  return openBlock(outer, loop, loop.getBody());
}

Scope &Emitter::openBlock(Scope &outer, Operation *op, Block *block) {
  Scope &scope = newScope(&outer, block);
  // Until it is closed, code of the block around it goes before it.
  for (Scope *around = &outer; around && around->block == outer.block;
       around = around->parent) {
    scope.resume.push_back({around, around->before});
    around->before = op;
  }
  return scope;
}

Emitter::Parts Emitter::closeLoop(Scope &loop, ValueRange results) {
  b.setInsertionPointToEnd(loop.block);
  scf::YieldOp::create(b, results);
  for (auto [around, before] : loop.resume)
    around->before = before;
  Operation *op = loop.block->getParentOp();
  b.setInsertionPointAfter(op);
  return Parts(op->getResults());
}

void Emitter::branch(Scope &outer, Value condition, Body then, Body otherwise) {
  enter(outer);
  auto op = scf::IfOp::create(b, condition, /*withElseRegion=*/!!otherwise);
  for (auto [block, body] : {std::pair(op.thenBlock(), then),
                             std::pair(op.elseBlock(), otherwise)}) {
    if (!block)
      continue;
    block->getTerminator()->erase();
    Scope &inside = openBlock(outer, op, block);
    body(inside);
    closeLoop(inside);
  }
}

/// Where a result of a stage goes.
Emitter::Storage Emitter::storageOf(const Stage &stage, unsigned result) {
  Storage storage;
  auto output = dyn_cast<ir::OutputOp>(stage.root);
  if (!output && !stage.results.empty())
    output = stage.results[result].output;
  const ArrayRef<ir::AxisAttr> axes = stage.results.empty()
                                          ? ArrayRef<ir::AxisAttr>(stage.axes)
                                          : stage.results[result].axes;
  storage.elements.axes = namesOf(axes);
  if (output) {
    storage.elements.buffer = outputs.lookup(output);
    return storage;
  }
  Value value = stage.root->getResult(result);
  const unsigned bits =
      arrayType(value).getElementType().getIntOrFloatBitWidth();
  storage.elements.buffer = tables.workspace(axes, (bits + 7) / 8);
  if (facts.hardness(value).any())
    storage.hard = tables.workspace(axes, 1);
  if (facts.mayFail(value)) {
    storage.failure = tables.workspace(axes, 8);
    storage.culprit = tables.workspace(axes, 8);
  }
  return storage;
}

void Emitter::setModule(ModuleOp to) {
  module = to;
  b.setModule(to);
}

Scope &Emitter::openStage() {
  tables.startStage();
  ++stageCount;
  return openFunction("stage");
}

/// A function for the present stage.
Scope &Emitter::openFunction(StringRef kind) {
  scopes.clear();
  coordinates.clear();
  numbers.clear();
  bases.clear();
  indexCoordinates.clear();
  pieces = nullptr;
  Type pointer = b.pointerType();
  Type i64 = b.getI64Type();
  b.setInsertionPointToEnd(module.getBody());
  auto function = LLVM::LLVMFuncOp::create(
      b, kind.str() + std::to_string(stageCount - 1),
      LLVM::LLVMFunctionType::get(
          LLVM::LLVMVoidType::get(b.getContext()),
          {pointer, pointer, i64, i64, pointer, pointer}));
  entry = function.addEntryBlock(b);
  now = &newScope(nullptr, entry);
  return *now;
}

/// Whether the items of a stage that computes `roots` may follow those of the
/// stages before it one by one.
bool Emitter::joins(ArrayRef<ir::AxisAttr> grid, ArrayRef<int64_t> blocks,
                    ArrayRef<Value> roots) {
  if (groupGrid != grid || groupBlocks != blocks || grid.empty())
    return false;
  // Whoever reads through an index or inside of a reduction may see other
  // items.
  SmallVector<std::pair<Value, bool>> work;
  std::set<std::pair<void *, bool>> seen;
  for (Value root : roots)
    work.push_back({root, true});
  while (!work.empty()) {
    auto [value, isSame] = work.pop_back_val();
    if (!seen.insert({value.getAsOpaquePointer(), isSame}).second)
      continue;
    if (facts.mayFail(value) || (groupValues.contains(value) && !isSame))
      return false;
    Operation *op = value.getDefiningOp();
    if (!op || storages.contains(value))
      continue;
    isSame &= !isa<ir::AtOp, ir::RenameOp, ir::ReduceOp>(op);
    for (Value operand : op->getOperands())
      work.push_back({operand, isSame});
  }
  return true;
}

/// Notes that a stage begins, alone or together with those before it.
void Emitter::enterGroup(ArrayRef<ir::AxisAttr> grid, ArrayRef<int64_t> blocks,
                         ArrayRef<Value> roots, ValueRange results) {
  if (joins(grid, blocks, roots)) {
    tables.joinStage();
  } else {
    groupValues.clear();
    groupGrid.assign(grid.begin(), grid.end());
    groupBlocks.assign(blocks.begin(), blocks.end());
  }
  groupValues.insert(results.begin(), results.end());
}

void Emitter::declareGrid(ArrayRef<ir::AxisAttr> grid,
                          ArrayRef<int64_t> blocks) {
  for (auto [axis, block] : llvm::zip_equal(grid, blocks))
    tables.addGridAxis(axis.getSize(), block);
}

Scope &Emitter::openItems(Scope &function, ArrayRef<ir::AxisAttr> grid,
                          ArrayRef<int64_t> blocks, CoordByAxis &place) {
  SmallVector<Value> counts;
  for (auto [axis, block] : llvm::zip_equal(grid, blocks)) {
    Value extent = size(axis.getSize());
    enter(function);
    if (block > 1)
      extent = arith::DivUIOp::create(
          b, arith::AddIOp::create(b, extent, b.i64(block - 1)), b.i64(block));
    counts.push_back(extent);
  }
  enter(function);
  Scope &item =
      openLoop(function, entry->getArgument(2), entry->getArgument(3), {});
  enter(item);
  Value rest = item.block->getArgument(0);
  if (pieces) {
    Value all = pieces;
    for (Value count : counts)
      all = arith::MulIOp::create(b, all, count);
    isVisited = b.compare(arith::CmpIPredicate::sge, rest, all);
    row = b.select(isVisited, arith::SubIOp::create(b, rest, all),
                   arith::DivUIOp::create(b, rest, pieces));
    piece =
        b.select(isVisited, b.i64(0), arith::RemUIOp::create(b, rest, pieces));
    rest = row;
  }
  for (size_t i = grid.size(); i-- > 0;) {
    Value place_ = rest;
    if (i > 0) {
      place_ = arith::RemUIOp::create(b, rest, counts[i]);
      rest = arith::DivUIOp::create(b, rest, counts[i]);
    }
    if (blocks[i] > 1)
      place_ = arith::MulIOp::create(b, place_, b.i64(blocks[i]));
    place[grid[i].getName()] = addCoordinate(place_, item);
  }
  return item;
}

void Emitter::emitStage(const Stage &stage) {
  if (Chain::isChain(stage.root)) {
    emitChain(stage);
    return;
  }
  chain.reset();
  schedule = Schedule();
  auto output = dyn_cast<ir::OutputOp>(stage.root);
  Value value = output ? Value(output.getValue()) : stage.root->getResult(0);
  Scope &function = openStage();
  const Storage storage = storageOf(stage, 0);
  SmallVector<ir::AxisAttr> grid(stage.axes);
  ir::AxisAttr inner;
  if (!grid.empty())
    inner = grid.pop_back_val();

  CoordByAxis place;
  const SmallVector<int64_t> blocks(grid.size(), 1);
  enterGroup(grid, blocks, value,
             output ? ValueRange() : ValueRange(stage.root->getResults()));
  declareGrid(grid, blocks);
  Scope &item = openItems(function, grid, blocks, place);
  auto visit = [&](Scope &scope) {
    const Element result = elementAt(value, place);
    enter(scope);
    storeElement(storage, result, arrayType(value).getElementType(), place);
  };
  if (!inner) {
    visit(item);
  } else {
    const int64_t lanes =
        mapLanes(value, inner.getName(), facts, plan, b.features());
    Value extent = size(inner.getSize());
    enter(item);
    Value whole = extent;
    if (lanes > 1)
      whole = b.both(extent, b.i64(-lanes));
    Scope &loop = openLoop(item, b.i64(0), whole, {}, b.i64(lanes));
    place[inner.getName()] = addCoordinate(loop.block->getArgument(0), loop);
    coordinates.back().lanes = lanes;
    visit(loop);
    closeLoop(loop);
    if (lanes > 1) {
      // At most once.
      enter(item);
      Scope &rest = openLoop(item, whole, extent, {}, b.i64(lanes));
      enter(rest);
      Value first = rest.block->getArgument(0);
      Value left = arith::SubIOp::create(b, extent, first);
      place[inner.getName()] = addCoordinate(first, rest);
      coordinates.back().lanes = lanes;
      coordinates.back().mask =
          b.compare(arith::CmpIPredicate::slt, b.laneNumbers(lanes),
                    b.broadcast(left, lanes));
      visit(rest);
      closeLoop(rest);
    }
  }
  closeLoop(item);
  b.setInsertionPointToEnd(entry);
  LLVM::ReturnOp::create(b, ValueRange());
  // From now on others read it.
  if (!output)
    storages[value] = storage;
}

void Emitter::use(const Storage &storage) {
  tables.use(storage.elements.buffer);
  for (std::optional<unsigned> buffer :
       {storage.hard, storage.failure, storage.culprit})
    if (buffer)
      tables.use(*buffer);
}

void Emitter::storeElement(const Storage &storage, Element element, Type type,
                           const CoordByAxis &place) {
  const auto [at, lanes, mask] = placeIn(storage.elements, place);
  element = inLanes(element, lanes);
  emitStore(b, type, element.value, base(storage.elements.buffer), at, mask);
  if (storage.hard) {
    Type byte = b.vectorOf(b.getI8Type(), lanes);
    auto bit = [&](Value part, int64_t mask) -> Value {
      if (!part)
        return b.integer(byte, 0);
      return b.select(part, b.integer(byte, mask), b.integer(byte, 0));
    };
    Value bits = b.either(bit(element.hardZero, 1), bit(element.hardNegInf, 2));
    b.store(bits, base(*storage.hard), at, mask);
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
