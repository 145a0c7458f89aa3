//===- Laws.cpp - the laws of a fold as formulas --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The function is not verified: values may lack axes that their types have,
// which the reference does not mind.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Laws.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::certificate;

const std::vector<std::string> certificate::lawTexts = {
    "R1: repair distributes over the joining of two parts",
    "R2: elements at the new gauge are those at the old one, repaired",
    "R3: repair at equal gauges changes nothing, and repairs compose",
    "R4: what nothing was added to stays so"};
enum LawNumber : size_t { R1, R2, R3, R4 };

using Values = SmallVector<Value>;

namespace {
/// What a region gives for some arguments: its operations are copied as far as
/// they are asked for.
class Instance {
public:
  Instance(Region &region, OpBuilder &builder)
      : block(region.front()), builder(builder) {}

  void bind(unsigned argument, Value value) {
    copies.map(block.getArgument(argument), value);
  }
  void bind(unsigned first, ValueRange values) {
    for (Value value : values)
      bind(first++, value);
  }
  Value yielded(unsigned number) {
    return copyOf(block.getTerminator()->getOperand(number));
  }
  /// Values of outside are their own copies.
  Value copyOf(Value value) {
    if (value.getParentBlock() != &block || copies.contains(value))
      return copies.lookupOrDefault(value);
    Operation *op = value.getDefiningOp();
    assert(op && "an argument that is not known yet");
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        copyOf(operand);
    });
    builder.clone(*op, copies);
    return copies.lookup(value);
  }

private:
  Block &block;
  OpBuilder &builder;
  IRMapping copies;
};

class LawBuilder {
public:
  LawBuilder(ir::FuncOp func, ir::FoldOp fold)
      : func(func), fold(fold), builder(fold), loc(fold.getLoc()),
        count(fold.getNumAccumulators()), gauges(fold.getNumGauges()) {}

  std::vector<Law> build() {
    const Value u = set(0), v = set(1), w = set(2);
    const Value uv = joined(u, v), uvw = joined(uv, w), none = emptySet();
    const Values g0 = gaugesOf(none), gu = gaugesOf(u), guv = gaugesOf(uv),
                 guvw = gaugesOf(uvw);

    const Values atU = accumulated(u, gu), atUv = accumulated(u, guv);
    law(R2, repaired(atU, gu, guv), atUv);
    const Values other = accumulated(v, guv);
    law(R1, repaired(joined(atUv, other), guv, guvw),
        joined(repaired(atUv, guv, guvw), repaired(other, guv, guvw)),
        /*ofArg=*/false);
    law(R3, repaired(atU, gu, gu), atU);
    law(R3, repaired(repaired(atU, gu, guv), guv, guvw),
        repaired(atU, gu, guvw));
    const Values neutral = accumulated(none, g0);
    law(R4, repaired(neutral, g0, gu), neutral);
    law(R4, repaired(neutral, gu, guv), neutral);
    return std::move(laws);
  }

private:
  /// An input: the places of a set.
  Value set(unsigned number) {
    OpBuilder::InsertionGuard guard(builder);
    if (number == 0)
      builder.setInsertionPointToStart(&func.getBody().front());
    else
      builder.setInsertionPointAfter(lastSet);
    auto type =
        ir::ArrayType::get(builder.getI1Type(), ir::axesOf(fold.getAxes()));
    lastSet = ir::InputOp::create(
        builder, loc, type,
        builder.getStringAttr("set " + std::to_string(number)), fold.getAxes());
    return lastSet->getResult(0);
  }
  Value emptySet() {
    return ir::ConstantOp::create(builder, loc,
                                  ir::ArrayType::get(builder.getI1Type(), {}),
                                  builder.getBoolAttr(false));
  }
  Value joined(Value a, Value b) {
    return ir::OrOp::create(builder, loc, a.getType(), a, b);
  }

  /// Accumulator k of the places of a set; the gauges that it needs are bound.
  Value accumulated(Value set, unsigned k, Instance &element) {
    ir::LiftOp lift = fold.getLift();
    Value guard = set;
    if (Value own = lift.getGuard(k)) {
      // A place outside of the set is not looked at.
      auto type = ir::unionAxes({cast<ir::ArrayType>(set.getType()),
                                 cast<ir::ArrayType>(own.getType())});
      guard = ir::AndOp::create(builder, loc,
                                ir::ArrayType::get(builder.getI1Type(), *type),
                                set, element.copyOf(own));
    }
    return ir::ReduceOp::create(
        builder, loc, fold.getAccumulatorType(k), fold.getKind(k),
        element.copyOf(lift.getElements()[k]), guard, fold.getAxes());
  }
  Values accumulated(Value set, ValueRange at) {
    Instance element(fold.getElement(), builder);
    element.bind(0, at);
    Values values;
    for (unsigned k = 0; k < count; ++k)
      values.push_back(accumulated(set, k, element));
    return values;
  }
  /// The gauges of the places of a set, group after group.
  Values gaugesOf(Value set) {
    Instance element(fold.getElement(), builder),
        gauge(fold.getGauge(), builder);
    Values made;
    for (unsigned k = 0; k <= count; ++k) {
      for (; made.size() < gauges &&
             fold.getAfter()[made.size()] == static_cast<int32_t>(k);) {
        const unsigned q = made.size();
        made.push_back(gauge.yielded(q));
        element.bind(q, made.back());
        gauge.bind(count + q, made.back());
      }
      if (k < count)
        gauge.bind(k, accumulated(set, k, element));
    }
    return made;
  }
  Values repaired(ValueRange values, ValueRange from, ValueRange to) {
    Instance repair(fold.getRepair(), builder);
    repair.bind(0, values);
    repair.bind(count, from);
    repair.bind(count + gauges, to);
    Values out;
    for (unsigned k = 0; k < count; ++k)
      out.push_back(repair.yielded(k));
    return out;
  }
  Values joined(ValueRange a, ValueRange b) {
    Values out;
    for (unsigned k = 0; k < count; ++k)
      out.push_back(joined(k, a[k], b[k]));
    return out;
  }
  Value joined(unsigned k, Value a, Value b) {
    const Type type = fold.getAccumulatorType(k);
    switch (fold.getKind(k)) {
    case ir::ReduceKind::Sum:
      return ir::AddOp::create(builder, loc, type, a, b);
    case ir::ReduceKind::Prod:
      return ir::MulOp::create(builder, loc, type, a, b);
    case ir::ReduceKind::Max:
      return ir::MaxOp::create(builder, loc, type, a, b);
    case ir::ReduceKind::Min:
      return ir::MinOp::create(builder, loc, type, a, b);
    case ir::ReduceKind::Any:
      return ir::OrOp::create(builder, loc, type, a, b);
    case ir::ReduceKind::All:
      return ir::AndOp::create(builder, loc, type, a, b);
    case ir::ReduceKind::ArgMax:
    case ir::ReduceKind::ArgMin:
      return a; // decided by the elements kept beside, which repair cannot see
    }
    llvm_unreachable("all kinds are listed");
  }

  void law(LawNumber number, ValueRange left, ValueRange right,
           bool ofArg = true) {
    for (unsigned k = 0; k < count; ++k)
      if (ofArg || !ir::isArg(fold.getKind(k)))
        laws.push_back({number, k, output(k, left[k]), output(k, right[k])});
  }
  size_t output(unsigned k, Value value) {
    const ArrayAttr axes = ir::axisArray(builder.getContext(),
                                         fold.getAccumulatorType(k).getAxes());
    ir::OutputOp::create(builder, loc,
                         builder.getStringAttr(std::to_string(outputs)), value,
                         axes);
    return outputs++;
  }

  ir::FuncOp func;
  ir::FoldOp fold;
  OpBuilder builder;
  Location loc;
  const unsigned count, gauges;
  Operation *lastSet = nullptr;
  size_t outputs = 0;
  std::vector<Law> laws;
};
} // namespace

Laws certificate::lawsOf(ir::FuncOp func, unsigned number) {
  Laws laws{OwningOpRef<ir::FuncOp>(func.clone()), {}};
  for (ir::OutputOp output : ir::outputsOf(*laws.func))
    output.erase();
  auto folds = laws.func->getBody().getOps<ir::FoldOp>();
  laws.laws = LawBuilder(*laws.func, *std::next(folds.begin(), number)).build();
  return laws;
}
