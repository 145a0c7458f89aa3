//===- Flattener.cpp - operations as one cluster --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Flattener.h"

#include "backends/Places.h"
#include "backends/SizeExpr.h"
#include "backends/plugin/Bounds.h"
#include "backends/plugin/Opcodes.h"
#include "ir/Formula.h"
#include "ir/TypeOf.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::plugin;
using ir::typeOf;

static fovea_dtype dtypeNumber(Type element) { return toC(dtypeOf(element)); }

/// The number of `element` in `array`, which gets it if it has none such.
template <class T>
static uint32_t oneOf(std::vector<T> &array, const T &element) {
  auto found = llvm::find_if(array, [&](const T &other) {
    return std::memcmp(&element, &other, sizeof(T)) == 0;
  });
  if (found != array.end())
    return static_cast<uint32_t>(found - array.begin());
  return ClusterBuilder::add(array, element);
}

Flattener::Flattener(ir::FuncOp func, const kernels::Facts &facts)
    : func(func), facts(facts) {
  for (StringAttr dim : func.getDims().getAsRange<StringAttr>())
    ClusterBuilder::add(made->dims, {made.text(dim.getValue()), 0});
}

/// The axis that `axis` becomes.
static ir::AxisAttr renamedAxis(ir::RenameOp rename, ir::AxisAttr axis) {
  if (rename)
    for (auto [from, to] :
         llvm::zip_equal(rename.getFrom().getAsRange<StringAttr>(),
                         rename.getTo().getAsRange<StringAttr>()))
      if (from == axis.getName())
        return ir::AxisAttr::get(axis.getContext(), to, axis.getSize());
  return axis;
}

void Flattener::addInput(Value value, StringRef name,
                         ArrayRef<ir::AxisAttr> axes, ir::RenameOp rename,
                         Location place) {
  const fovea_list list = axisList(llvm::map_to_vector(
      axes, [&](ir::AxisAttr axis) { return renamedAxis(rename, axis); }));
  const uint32_t text = made.text(name);
  fovea_op op =
      opOf(FOVEA_OP_INPUT, rename ? rename.getResult() : value, place);
  op.selector =
      ClusterBuilder::add(made->inputs, {text, op.dtype, list, FOVEA_NONE, 0});
  op.name = text;
  set(value, op);
  if (rename)
    renamed[value] = rename;
}

void Flattener::addOutput(Value value, StringRef name,
                          ArrayRef<ir::AxisAttr> axes) {
  ClusterBuilder::add(made->outputs,
                      {made.text(name),
                       dtypeNumber(typeOf(value).getElementType()),
                       axisList(axes), numberOf(value), 0});
}

Status Flattener::add(Operation *op) {
  if (isa<ir::YieldOp, ir::LiftOp>(op))
    return Status::ok();
  // What stands in for another phase says the same once more.
  if (auto phase = dyn_cast<ir::PhaseOp>(op); phase && phase.getFew())
    return Status::ok();
  if (isa<ir::KernelOp, ir::PhaseOp>(op))
    return addBody(op);
  if (auto fold = dyn_cast<ir::FoldOp>(op))
    return addFold(fold);
  if (auto keep = dyn_cast<ir::KeepOp>(op)) {
    numbers[keep.getResult()] = numberOf(keep.getOperand());
    return Status::ok();
  }
  if (auto rename = dyn_cast<ir::RenameOp>(op)) {
    addRename(rename);
    return Status::ok();
  }
  return addPlain(op);
}

uint32_t Flattener::numberOf(Value value) const {
  assert(knows(value) && "used before it is made");
  return numbers.lookup(value);
}

void Flattener::set(Value value, const fovea_op &op) {
  numbers[value] = made.add(op);
}

static fovea_size_kind kindOf(SizeExpr::Kind kind) {
  switch (kind) {
  case SizeExpr::Kind::Constant:
    return FOVEA_SIZE_CONSTANT;
  case SizeExpr::Kind::Dim:
    return FOVEA_SIZE_DIM;
  case SizeExpr::Kind::Add:
    return FOVEA_SIZE_ADD;
  case SizeExpr::Kind::Mul:
    return FOVEA_SIZE_MUL;
  case SizeExpr::Kind::FloorDiv:
    return FOVEA_SIZE_FLOORDIV;
  case SizeExpr::Kind::Mod:
    return FOVEA_SIZE_MOD;
  }
  llvm_unreachable("all kinds are listed");
}

uint32_t Flattener::size(ir::SizeAttr size) {
  return this->size(sizeExprOf(size, func));
}

uint32_t Flattener::size(const SizeExpr &size) {
  const fovea_size_kind kind = kindOf(size.kind);
  if (kind == FOVEA_SIZE_CONSTANT)
    return oneOf(made->sizes, {kind, 0, 0, 0, size.value});
  if (kind == FOVEA_SIZE_DIM)
    return oneOf(made->sizes,
                 {kind, static_cast<uint32_t>(size.value), 0, 0, 0});
  uint32_t number = this->size(size.operands.front());
  for (const SizeExpr &operand : ArrayRef(size.operands).drop_front()) {
    const uint32_t next = this->size(operand);
    number = oneOf(made->sizes, {kind, number, next, 0, 0});
  }
  return number;
}

uint32_t Flattener::axis(ir::AxisAttr axis) {
  auto [known, isNew] =
      axes.try_emplace(axis.getName(), static_cast<uint32_t>(axes.size()));
  if (isNew) {
    const uint32_t extent = size(axis.getSize());
    ClusterBuilder::add(made->axes,
                        {made.text(axis.getName().getValue()), extent});
  }
  return known->second;
}

fovea_list Flattener::axisList(ArrayRef<ir::AxisAttr> list) {
  SmallVector<uint32_t> numbers;
  for (ir::AxisAttr one : list)
    numbers.push_back(axis(one));
  return made.list(numbers);
}

fovea_list Flattener::axisList(ArrayAttr list) {
  return axisList(ir::axesOf(list));
}

fovea_list Flattener::axisSet(ir::ArrayType type) {
  SmallVector<uint32_t> numbers;
  for (ir::AxisAttr one : type.getAxes())
    numbers.push_back(axis(one));
  llvm::sort(numbers);
  return made.list(numbers);
}

fovea_list Flattener::operandList(ValueRange values) {
  SmallVector<uint32_t> list;
  for (Value value : values)
    list.push_back(numberOf(value));
  return made.list(list);
}

uint32_t Flattener::place(Location location) {
  uint32_t number = FOVEA_NONE;
  // Outermost first, so that the one inside can name it.
  const std::vector<SourcePlace> places = placesOf(location);
  for (const SourcePlace &place : llvm::reverse(places))
    number =
        oneOf(made->places, {made.text(place.file), place.line, place.column,
                             place.endLine, place.endColumn, number});
  return number;
}

fovea_op Flattener::opOf(fovea_opcode opcode, Value value,
                         std::optional<Location> at) {
  const ir::ArrayType type = typeOf(value);
  fovea_op op = plainOp(opcode, dtypeNumber(type.getElementType()));
  op.axes = axisSet(type);
  const kernels::Hardness hardness = facts.hardness(value);
  if (hardness.zero)
    op.flags |= FOVEA_OP_MAY_BE_ZERO;
  if (hardness.negInf)
    op.flags |= FOVEA_OP_MAY_BE_NEGINF;
  if (facts.mayFail(value))
    op.flags |= FOVEA_OP_MAY_FAIL;
  op.place = place(at.value_or(value.getLoc()));
  if (Operation *defining = value.getDefiningOp())
    op.name = made.text(ir::nameOf(defining));
  return op;
}

Status Flattener::addBlock(Block &block) {
  for (Operation &op : block)
    if (Status status = add(&op); status.failed())
      return status;
  return Status::ok();
}

Status Flattener::addBody(Operation *op) {
  Block &body = op->getRegion(0).front();
  if (Status status = addBlock(body); status.failed())
    return status;
  for (auto [result, given] :
       llvm::zip_equal(op->getResults(), body.getTerminator()->getOperands())) {
    numbers[result] = numberOf(given);
    if (isa<ir::PhaseOp>(op))
      made->ops[numberOf(given)].flags |= FOVEA_OP_STORED;
  }
  return Status::ok();
}

void Flattener::addState(Value argument, fovea_opcode opcode, uint32_t fold,
                         unsigned number) {
  fovea_op op = opOf(opcode, argument);
  if (op.place == FOVEA_NONE)
    op.place = place(argument.getParentRegion()->getLoc());
  op.selector = fold;
  op.integer = number;
  set(argument, op);
}

Status Flattener::addFold(ir::FoldOp fold) {
  const uint32_t number = ClusterBuilder::add(made->folds, {});
  const unsigned accumulators = fold.getNumAccumulators();
  const unsigned gauges = fold.getNumGauges();
  struct Part {
    fovea_opcode accumulator, gauge, newGauge;
    Region &region;
  };
  const Part parts[] = {
      {0, FOVEA_OP_GAUGE, 0, fold.getElement()},
      {FOVEA_OP_ACCUMULATOR, FOVEA_OP_GAUGE, 0, fold.getGauge()},
      {FOVEA_OP_OLD_ACCUMULATOR, FOVEA_OP_OLD_GAUGE, FOVEA_OP_GAUGE,
       fold.getRepair()},
      {FOVEA_OP_ACCUMULATOR, FOVEA_OP_GAUGE, 0, fold.getFinish()}};
  for (const Part &part : parts) {
    unsigned next = 0;
    auto take = [&](fovea_opcode opcode, unsigned count) {
      for (unsigned k = 0; opcode && k < count; ++k)
        addState(part.region.getArgument(next++), opcode, number, k);
    };
    take(part.accumulator, accumulators);
    take(part.gauge, gauges);
    take(part.newGauge, gauges);
    if (Status status = addBlock(part.region.front()); status.failed())
      return status;
    if (&part.region == &fold.getElement())
      writeAccumulators(fold, number);
  }
  writeRest(fold, number);
  auto finish = cast<ir::YieldOp>(fold.getFinish().front().getTerminator());
  for (OpResult result : fold.getResults()) {
    fovea_op op = opOf(FOVEA_OP_FOLD, result);
    // A fold comes from all its reductions, a result from its own.
    const Value own = finish.getOperand(result.getResultNumber());
    if (const uint32_t one = place(own.getLoc()); one != FOVEA_NONE)
      op.place = one;
    op.selector = number;
    op.integer = result.getResultNumber();
    set(result, op);
  }
  return Status::ok();
}

void Flattener::writeAccumulators(ir::FoldOp fold, uint32_t number) {
  const fovea_list axes = axisList(fold.getAxes());
  ir::LiftOp lift = fold.getLift();
  const unsigned accumulators = fold.getNumAccumulators();
  for (unsigned k = 0; k < accumulators; ++k) {
    fovea_accumulator flat{};
    flat.join = static_cast<fovea_join>(fold.getKind(k));
    flat.dtype = dtypeNumber(typeOf(lift.getElements()[k]).getElementType());
    flat.axes = axisSet(typeOf(fold.getGauge().getArgument(k)));
    flat.element = numberOf(lift.getElements()[k]);
    Value guard = lift.getGuard(k);
    flat.guard = guard ? numberOf(guard) : FOVEA_NONE;
    flat.gauges = fold.getGaugesBefore(k);
    addRanges(made, axes, flat);
    ClusterBuilder::add(made->accumulators, flat);
  }
  fovea_fold &flat = made->folds[number];
  flat.axes = axes;
  flat.accumulators = ClusterBuilder::last(made->accumulators, accumulators);
}

void Flattener::writeRest(ir::FoldOp fold, uint32_t number) {
  auto yielded = [](Region &region, unsigned k) {
    return region.front().getTerminator()->getOperand(k);
  };
  const unsigned accumulators = fold.getNumAccumulators();
  fovea_fold &flat = made->folds[number];
  for (unsigned k = 0; k < accumulators; ++k)
    made->accumulators[flat.accumulators.first + k].repair =
        numberOf(yielded(fold.getRepair(), k));
  for (unsigned q = 0; q < fold.getNumGauges(); ++q) {
    Value argument = fold.getGauge().getArgument(accumulators + q);
    ClusterBuilder::add(made->gauges,
                        {static_cast<uint32_t>(fold.getAfter()[q]),
                         numberOf(yielded(fold.getGauge(), q)),
                         axisSet(typeOf(argument)),
                         dtypeNumber(typeOf(argument).getElementType()), 0});
  }
  flat.gauges = ClusterBuilder::last(made->gauges, fold.getNumGauges());
  flat.results =
      operandList(fold.getFinish().front().getTerminator()->getOperands());
}

void Flattener::addRename(ir::RenameOp rename) {
  ir::RenameOp known = renamed.lookup(rename.getOperand());
  if (known && known.getFrom() == rename.getFrom() &&
      known.getTo() == rename.getTo()) {
    numbers[rename.getResult()] = numberOf(rename.getOperand());
    return;
  }
  SmallVector<uint32_t> operands = {numberOf(rename.getOperand())};
  SmallVector<ir::AxisAttr> over;
  for (ir::AxisAttr axis : typeOf(rename.getOperand()).getAxes()) {
    const ir::AxisAttr before = renamedAxis(known, axis);
    const ir::AxisAttr after = renamedAxis(rename, axis);
    if (before == after)
      continue;
    over.push_back(before);
    operands.push_back(index(after, rename.getLoc()));
  }
  fovea_op op = opOf(FOVEA_OP_AT, rename.getResult());
  op.operands = made.list(operands);
  op.over = axisList(over);
  set(rename.getResult(), op);
}

uint32_t Flattener::index(ir::AxisAttr along, Location location) {
  fovea_op op = plainOp(FOVEA_OP_INDEX, FOVEA_I64);
  op.axes = op.over = axisList({along});
  op.place = place(location);
  return made.add(op);
}

static int64_t integerOf(IntegerAttr value) {
  return value.getType().isInteger(1) ? value.getValue().getZExtValue()
                                      : value.getValue().getSExtValue();
}

void Flattener::addLiteral(ir::LiteralOp literal, fovea_op &op) {
  const DType dtype = dtypeOf(typeOf(literal.getResult()).getElementType());
  const int64_t count = literal.getValues().getNumElements();
  op.integer = static_cast<int64_t>(made->bytes.size() * sizeof(uint64_t));
  op.over = axisList(literal.getAxes());
  made->bytes.resize(made->bytes.size() +
                     (count * sizeOf(dtype) + sizeof(uint64_t) - 1) /
                         sizeof(uint64_t));
  char *at = reinterpret_cast<char *>(made->bytes.data()) + op.integer;
  for (Attribute value : literal.getValues().getValues<Attribute>()) {
    if (auto number = dyn_cast<FloatAttr>(value))
      store(dtype, at, number.getValueAsDouble());
    else
      store(dtype, at, integerOf(cast<IntegerAttr>(value)));
    at += sizeOf(dtype);
  }
}
void Flattener::describe(Operation *op, fovea_op &flat) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](ir::ConstantOp constant) {
        if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
          flat.number = number.getValueAsDouble();
        else
          flat.integer = integerOf(cast<IntegerAttr>(constant.getValue()));
      })
      .Case([&](ir::LiteralOp literal) { addLiteral(literal, flat); })
      .Case(
          [&](ir::SizeOp size) { flat.selector = this->size(size.getSize()); })
      .Case([&](ir::IndexOp) { flat.over = flat.axes; })
      .Case([&](ir::AtOp at) {
        flat.over = axisList(at.getAxes());
        flat.name = made.text(at.getTensor());
      })
      .Case([&](ir::ReduceOp reduce) {
        flat.selector = static_cast<uint32_t>(reduce.getKind());
        flat.over = axisList(reduce.getAxes());
      })
      .Case([&](ir::SelectOp select) {
        flat.selector = static_cast<uint32_t>(select.getHard());
      })
      .Case([&](ir::CompareOp compare) {
        flat.selector = static_cast<uint32_t>(compare.getPredicate());
      })
      .Case([&](ir::RandomOp random) {
        flat.selector = static_cast<uint32_t>(random.getDistribution());
      });
}

static fovea_opcode opcodeOf(Operation *op) {
  const StringRef name = op->getName().stripDialect();
  if (const PlainOpcode *plain = plainOpcode(std::string_view(name)))
    return plain->opcode;
  return llvm::TypeSwitch<Operation *, fovea_opcode>(op)
      .Case([](ir::ConstantOp) { return FOVEA_OP_CONSTANT; })
      .Case([](ir::LiteralOp) { return FOVEA_OP_LITERAL; })
      .Case([](ir::SizeOp) { return FOVEA_OP_SIZE; })
      .Case([](ir::IndexOp) { return FOVEA_OP_INDEX; })
      .Case([](ir::AtOp) { return FOVEA_OP_AT; })
      .Case([](ir::ReduceOp) { return FOVEA_OP_REDUCE; })
      .Case([](ir::SelectOp) { return FOVEA_OP_SELECT; })
      .Case([](ir::CompareOp) { return FOVEA_OP_COMPARE; })
      .Case([](ir::CastOp) { return FOVEA_OP_CAST; })
      .Case([](ir::FoldKeyOp) { return FOVEA_OP_FOLD_KEY; })
      .Case([](ir::RandomOp) { return FOVEA_OP_RANDOM; })
      .Default([](Operation *) { return 0; });
}

Status Flattener::addPlain(Operation *op) {
  const fovea_opcode opcode = opcodeOf(op);
  if (!opcode)
    return Status::error(StatusCode::Unsupported,
                         "plugins have no opcode for `" +
                             op->getName().getStringRef().str() + "`");
  fovea_op flat = opOf(opcode, op->getResult(0));
  flat.operands = operandList(op->getOperands());
  describe(op, flat);
  set(op->getResult(0), flat);
  return Status::ok();
}
