//===- EmitStage.cpp - loops and results ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Scalar.h"
#include "ir/Size.h"
#include "passes/kernels/Reads.h"

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

/// The result of a phase that an output shows, perhaps under other names.
static Value shownBy(ir::OutputOp output) {
  Value value = output.getValue();
  while (auto rename = value.getDefiningOp<ir::RenameOp>())
    value = rename.getOperand();
  auto result = cast<OpResult>(value);
  auto kernel = cast<ir::KernelOp>(result.getOwner());
  return kernel.getYield().getValues()[result.getResultNumber()];
}

Emitter::Emitter(ir::FuncOp func, ModuleOp module, ModuleOp late,
                 Program &program)
    : func(func), module(module), early(module), late(late), facts(func),
      tables(func, program), b(module) {
  for (auto [i, input] : llvm::enumerate(func.getBody().getOps<ir::InputOp>()))
    storages[input.getResult()].elements = {
        tables.input(i, input.getAxes().size()),
        namesOf(ir::axesOf(input.getAxes()))};
  for (auto literal : func.getBody().getOps<ir::LiteralOp>())
    storages[literal.getResult()].elements = {
        tables.literal(literal), namesOf(ir::axesOf(literal.getAxes()))};
  for (auto [i, output] :
       llvm::enumerate(func.getBody().getOps<ir::OutputOp>()))
    outputs[shownBy(output)] = tables.output(i, output.getAxes().size());
}

void Emitter::emit() {
  for (auto kernel : func.getBody().getOps<ir::KernelOp>())
    emitKernel(kernel);
}

/// One stage after the other; the host runs them item by item.
void Emitter::emitKernel(ir::KernelOp kernel) {
  bool isFirst = true, hasFew = false, hasItems = false;
  kept = ir::keptOutput(kernel);
  for (auto phase : kernel.getBody().getOps<ir::PhaseOp>()) {
    schedule = Schedule(phase);
    const ir::AxisAttr few = phase.getFewAttr();
    setModule(few ? late : early);
    Scope &function = openStage();
    if (!few && !std::exchange(isFirst, false))
      tables.joinStage();
    const bool isCut = !schedule.items().empty();
    if (hasItems && !isCut && phase.getReduction())
      tables.closeStage(schedule.streamBlock);
    hasItems |= isCut && !few;
    placeResults(phase);
    if (kept && kept->fold == phase)
      declareKept();
    if (phase.getReduction())
      emitChain(phase, function);
    else
      emitMap(phase, function);
    if (few)
      tables.chooseStage(few.getSize(), /*isForFew=*/true);
    else if (hasFew)
      tables.chooseStage(
          cast<ir::PhaseOp>(phase->getPrevNode()).getFewAttr().getSize(),
          /*isForFew=*/false);
    hasFew = !!few;
  }
  setModule(early);
  for (auto [value, result] :
       llvm::zip_equal(kernel.getYield().getValues(), kernel.getResults())) {
    // A copy: the map may grow.
    const Storage storage = storages.at(value);
    storages[result] = storage;
  }
}

/// Gives the results of a phase their storage. One for few rows and the next
/// one write to the same.
void Emitter::placeResults(ir::PhaseOp phase) {
  auto shown =
      phase.getFewAttr() ? cast<ir::PhaseOp>(phase->getNextNode()) : phase;
  for (unsigned r = 0; r < phase->getNumResults(); ++r) {
    auto found = storages.find(shown->getResult(r));
    if (found == storages.end())
      found =
          storages.try_emplace(shown->getResult(r), storageOf(shown, r)).first;
    else
      use(found->second);
    const Storage storage = found->second;
    storages[phase->getResult(r)] = storage;
  }
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

/// Where a result of a phase goes.
Emitter::Storage Emitter::storageOf(ir::PhaseOp phase, unsigned result) {
  Storage storage;
  const SmallVector<ir::AxisAttr> axes = phase.getLayout(result);
  storage.elements.axes = namesOf(axes);
  Value value = phase->getResult(result);
  if (auto output = outputs.find(value); output != outputs.end()) {
    storage.elements.buffer = output->second;
    return storage;
  }
  const unsigned bits = typeOf(value).getElementType().getIntOrFloatBitWidth();
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

void Emitter::closeFunction() {
  b.setInsertionPointToEnd(entry);
  LLVM::ReturnOp::create(b, ValueRange());
}

void Emitter::declareGrid() {
  for (const Schedule::Cut &cut : schedule.items())
    tables.addGridAxis(cut.axis.getSize(), cut.block);
}

Scope &Emitter::openItems(Scope &function, CoordByAxis &place,
                          bool isCombiner) {
  const auto cuts = schedule.items();
  SmallVector<Value> counts;
  for (const Schedule::Cut &cut : cuts) {
    Value extent = size(cut.axis.getSize());
    enter(function);
    if (cut.block > 1)
      extent = arith::DivUIOp::create(
          b, arith::AddIOp::create(b, extent, b.i64(cut.block - 1)),
          b.i64(cut.block));
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
    auto visits = [&] {
      return std::pair<Value, Value>(arith::DivUIOp::create(b, rest, pieces),
                                     arith::RemUIOp::create(b, rest, pieces));
    };
    isVisited = nullptr;
    if (schedule.streamsLanes) {
      const auto [itsRow, itsPiece] = visits();
      isVisited = b.compare(arith::CmpIPredicate::sge, rest, all);
      row = b.select(isVisited, arith::SubIOp::create(b, rest, all), itsRow);
      piece = b.select(isVisited, b.i64(0), itsPiece);
    } else if (isCombiner) {
      row = arith::SubIOp::create(b, rest, all);
      piece = b.i64(0);
    } else {
      std::tie(row, piece) = visits();
    }
    rest = row;
  }
  for (size_t i = cuts.size(); i-- > 0;) {
    Value first = rest;
    if (i > 0) {
      first = arith::RemUIOp::create(b, rest, counts[i]);
      rest = arith::DivUIOp::create(b, rest, counts[i]);
    }
    if (cuts[i].block > 1)
      first = arith::MulIOp::create(b, first, b.i64(cuts[i].block));
    place[cuts[i].axis.getName()] = addCoordinate(first, item);
  }
  return item;
}

/// One element after the other.
void Emitter::emitMap(ir::PhaseOp phase, Scope &function) {
  chain.reset();
  const Storage storage = storages.at(phase->getResult(0));
  Value value = phase.getYield().getValues()[0];
  CoordByAxis place;
  declareGrid();
  Scope &item = openItems(function, place);
  forPayload(item, schedule.payload, place,
             [&](Scope &inner, const CoordByAxis &at) {
               if (kept && kept->map == phase)
                 mapKept(value, storage, inner, at);
               else
                 mapLane(value, storage, inner, at);
             });
  closeLoop(item);
  closeFunction();
}

/// The elements along the innermost axis, in vectors.
void Emitter::mapLane(Value value, const Storage &storage, Scope &item,
                      CoordByAxis place) {
  auto visit = [&](Scope &scope) {
    const Element result = elementAt(value, place);
    enter(scope);
    storeElement(storage, result, typeOf(value).getElementType(), place);
  };
  if (!schedule.laneRow) {
    visit(item);
  } else {
    const StringAttr inner = schedule.laneRow.getName();
    const int64_t lanes = schedule.lanes;
    Value extent = size(schedule.laneRow.getSize());
    enter(item);
    Value whole = extent;
    if (lanes > 1)
      whole = b.both(extent, b.i64(-lanes));
    Scope &loop = openLoop(item, b.i64(0), whole, {}, b.i64(lanes));
    place[inner] = addCoordinate(loop.block->getArgument(0), loop);
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
      place[inner] = addCoordinate(first, rest);
      coordinates.back().lanes = lanes;
      coordinates.back().mask =
          b.compare(arith::CmpIPredicate::slt, b.laneNumbers(lanes),
                    b.broadcast(left, lanes));
      visit(rest);
      closeLoop(rest);
    }
  }
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
  tables.failStage();
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
