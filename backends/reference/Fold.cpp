//===- Fold.cpp - chains of reductions ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Fold.h"

#include "backends/reference/Join.h"
#include "backends/reference/Places.h"
#include "backends/reference/Table.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

namespace {
/// A value that is translated later: accumulators and gauges are made from each
/// other.
class LaterNode : public Node {
public:
  void bind(const Node &node) { value = &node; }
  Element eval(Run &run) const override { return value->eval(run); }

private:
  const Node *value = nullptr;
};

/// A part of the old state, where the one that is made is looked at.
class OldNode : public Node {
public:
  OldNode(const Fold &fold, const Node &part) : fold(fold), part(part) {}
  Element eval(Run &run) const override {
    Rebind present(run, std::span(&fold.state, 1));
    run.coords[fold.state] = run.coords[fold.old];
    return part.eval(run);
  }

private:
  const Fold fold;
  const Node &part;
};

/// A result: it is made from the state of all places.
class ResultNode : public Node {
public:
  ResultNode(const Fold &fold, const Node &value) : fold(fold), value(value) {}
  Element eval(Run &run) const override {
    Rebind outer(run, std::span(&fold.state, 1));
    run.coords[fold.state] = run.extents[fold.state] - 1;
    // An ordinary number, as every reduction's.
    return {value.eval(run).bits};
  }

private:
  const Fold fold;
  const Node &value;
};

/// What an accumulator is made from.
struct Parts {
  const Node &element;
  const Node *guard;
  const Node &repair;
  /// Its axes and the states.
  AxisIds axes;
  size_t table;
};

/// An accumulator: one element for each place of its axes and each state.
class AccumulatorNode : public Node {
public:
  AccumulatorNode(const Fold &fold, Parts parts)
      : fold(fold), parts(std::move(parts)), bound(fold.axes) {
    bound.insert(bound.end(), {fold.state, fold.old});
  }

  Element eval(Run &run) const override {
    Table &known = run.table(parts.table, parts.axes);
    if (auto element = known.find(known.place(run)))
      return *element;
    // A state is made from the ones before it. They are made in order and not
    // on demand: else as many evaluations would stand one in another as there
    // are blocks.
    Rebind outer(run, bound);
    const int64_t wanted = run.coords[fold.state];
    int64_t &state = run.coords[fold.state];
    while (state > 0) {
      --state;
      if (known.find(known.place(run)))
        break;
    }
    for (; state <= wanted; ++state)
      if (!known.find(known.place(run)))
        known.put(known.place(run), make(run));
    state = wanted;
    return *known.find(known.place(run));
  }

protected:
  /// The element in the present state. Those in earlier states are known.
  virtual Element make(Run &run) const = 0;

  const FoldState &present(const Run &run) const {
    return run.states[fold.number][run.coords[fold.state]];
  }
  /// Visits the elements of the block, at the gauges of the present state.
  template <class Join> void visitBlock(Run &run, Join &join) const {
    const FoldState &how = present(run);
    for (Places place(run, fold.axes, how.first, how.last); place.valid();
         place.next())
      if (!parts.guard || parts.guard->eval(run).template as<bool>())
        join.visit(parts.element.eval(run).template as<typename Join::Number>(),
                   place.position());
  }
  /// Calls `take` for the states that the present one is made from: each is
  /// the old one meanwhile.
  template <class Take> void forOldStates(Run &run, Take take) const {
    const FoldState &how = present(run);
    for (int64_t state : {how.left, how.right})
      if (state != FoldState::none) {
        run.coords[fold.old] = state;
        take();
      }
  }

  const Fold fold;
  const Parts parts;

private:
  AxisIds bound;
};

template <class Join> class JoinedNode : public AccumulatorNode {
public:
  using AccumulatorNode::AccumulatorNode;

private:
  using T = typename Join::Number;
  Element make(Run &run) const override {
    Join block, all;
    visitBlock(run, block);
    forOldStates(run, [&] { all.visit(parts.repair.eval(run).as<T>(), -1); });
    all.visit(block.result(), -1);
    return element(all.result());
  }
};

/// argmax and argmin: the value is the position, the element is kept beside it.
template <class Join> class ArgNode : public AccumulatorNode {
public:
  ArgNode(const Fold &fold, Parts parts, size_t table)
      : AccumulatorNode(fold, std::move(parts)), table(table) {}

private:
  using T = typename Join::Number;
  Element make(Run &run) const override {
    Table &kept = run.table(table, parts.axes);
    Join join;
    forOldStates(run, [&] {
      const int64_t position = parts.repair.eval(run).as<int64_t>();
      if (position >= 0)
        join.visit(keptInOld(run, kept), position);
    });
    visitBlock(run, join);
    kept.put(kept.place(run), element(join.best));
    return element(join.result());
  }
  T keptInOld(Run &run, const Table &kept) const {
    Rebind present(run, std::span(&fold.state, 1));
    run.coords[fold.state] = run.coords[fold.old];
    return kept.find(kept.place(run))->as<T>();
  }

  size_t table;
};

/// Translates one fold.
class FoldTranslator {
public:
  FoldTranslator(ir::FoldOp op, NodeBuilder &build)
      : op(op), build(build), outer(build.openStates()),
        fold(build.openFold(build.axes(op.getAxes()))),
        count(op.getNumAccumulators()) {
    for (unsigned i = 0; i < op.getGauge().getNumArguments(); ++i) {
      LaterNode &later = build.own(std::make_unique<LaterNode>());
      laters.push_back(&later);
      present.push_back({&later, fold.state});
      old.push_back(
          {&build.own(std::make_unique<OldNode>(fold, later)), fold.old});
    }
  }

  Status translate() {
    const std::span<const Part> all(present), before(old);
    std::vector<Part> moved(before.begin(), before.end());
    moved.insert(moved.end(), all.begin() + count, all.end());
    Region *regions[] = {&op.getElement(), &op.getGauge(), &op.getRepair(),
                         &op.getFinish()};
    std::span<const Part> arguments[] = {all.subspan(count), all, moved, all};
    for (auto [region, parts] : llvm::zip_equal(regions, arguments))
      if (Status status = translate(*region, parts); status.failed())
        return status;
    bindState();
    build.closeFold();
    for (OpResult result : op.getResults())
      build.set(result,
                build.own(std::make_unique<ResultNode>(
                    fold, yielded(op.getFinish(), result.getResultNumber()))),
                outer);
    return Status::ok();
  }

private:
  /// A part of the state, and which of the two states it is of.
  struct Part {
    const Node *node;
    AxisId state;
  };

  Status translate(Region &region, std::span<const Part> parts) {
    for (auto [argument, part] : llvm::zip_equal(region.getArguments(), parts))
      build.set(argument, *part.node, with(outer, part.state));
    return build.translate(region.front());
  }
  const Node &yielded(Region &region, unsigned number) const {
    return build[region.front().getTerminator()->getOperand(number)];
  }
  static AxisIds with(AxisIds axes, AxisId more) {
    axes.push_back(more);
    return axes;
  }
  /// What part `number` of the state is stored over.
  AxisIds axesOfPart(unsigned number) {
    Value part = op.getGauge().front().getArgument(number);
    AxisIds axes = build.axes(cast<ir::ArrayType>(part.getType()));
    axes.insert(axes.end(), outer.begin(), outer.end());
    return with(std::move(axes), fold.state);
  }

  void bindState() {
    for (unsigned k = 0; k < count; ++k)
      laters[k]->bind(build.own(accumulator(k)));
    for (unsigned q = 0; q < op.getNumGauges(); ++q)
      laters[count + q]->bind(
          build.stored(yielded(op.getGauge(), q), axesOfPart(count + q)));
  }
  std::unique_ptr<Node> accumulator(unsigned k) {
    ir::LiftOp lift = op.getLift();
    Value element = lift.getElements()[k], guard = lift.getGuard(k);
    Parts parts = {build[element], guard ? &build[guard] : nullptr,
                   yielded(op.getRepair(), k), axesOfPart(k), build.newTable()};
    return withJoin(
        op.getKind(k), cast<ir::ArrayType>(element.getType()),
        build.compensates(),
        [&]<class Join>(std::type_identity<Join>) -> std::unique_ptr<Node> {
          if constexpr (requires(Join join) { join.where; })
            return std::make_unique<ArgNode<Join>>(fold, std::move(parts),
                                                   build.newTable());
          else
            return std::make_unique<JoinedNode<Join>>(fold, std::move(parts));
        });
  }

  ir::FoldOp op;
  NodeBuilder &build;
  /// The states of the folds around this one.
  const AxisIds outer;
  const Fold fold;
  const unsigned count;
  std::vector<LaterNode *> laters;
  std::vector<Part> present, old;
};
} // namespace

Status reference::makeFold(ir::FoldOp fold, NodeBuilder &build) {
  return FoldTranslator(fold, build).translate();
}
