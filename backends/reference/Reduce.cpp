//===- Reduce.cpp - many elements to one ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/NodeBuilder.h"
#include "backends/reference/Number.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

// What has been seen so far. `visit` takes the next number and its row-major
// position; `result` is the reduction of what was visited.
namespace {
template <class T> struct Sum {
  T total = 0;
  void visit(T value, int64_t) { total = add(total, value); }
  T result() const { return total; }
};

/// Neumaier's sum: what each addition rounds away is added up beside it, so
/// that the oracle is better than what it judges.
template <> struct Sum<double> {
  double total = 0, lost = 0;
  void visit(double value, int64_t) {
    double next = total + value;
    double shift = next - total;
    lost += (total - (next - shift)) + (value - shift);
    total = next;
  }
  double result() const {
    // After an infinity or NaN what was lost means nothing.
    double corrected = total + lost;
    return std::isfinite(total) && std::isfinite(lost) ? corrected : total;
  }
};

template <class T> struct Prod {
  T total = 1;
  void visit(T value, int64_t) { total = multiply(total, value); }
  T result() const { return total; }
};

/// The neutral element of max is -inf, of an integer the least one.
template <class T> constexpr T least() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? -Limits::infinity() : Limits::min();
}
template <class T> constexpr T greatest() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? Limits::infinity() : Limits::max();
}

template <class T> struct Max {
  T best = least<T>();
  void visit(T value, int64_t) { best = larger(best, value); }
  T result() const { return best; }
};

template <class T> struct Min {
  T best = greatest<T>();
  void visit(T value, int64_t) { best = smaller(best, value); }
  T result() const { return best; }
};

/// Position of the first largest (smallest) number, or of the first NaN.
template <class T, bool largest> struct Arg {
  T best = 0;
  int64_t where = -1;
  void visit(T value, int64_t position) {
    if (where >= 0 && !beats(value))
      return;
    best = value;
    where = position;
  }
  bool beats(T value) const {
    if (best != best)
      return false;
    return value != value || (largest ? value > best : value < best);
  }
  int64_t result() const { return where; }
};
template <class T> struct ArgMax : Arg<T, true> {};
template <class T> struct ArgMin : Arg<T, false> {};

// No short cuts: only a guard makes an element unneeded.
struct Any {
  bool found = false;
  void visit(bool value, int64_t) { found |= value; }
  bool result() const { return found; }
};
struct All {
  bool held = true;
  void visit(bool value, int64_t) { held &= value; }
  bool result() const { return held; }
};

/// Coordinates that run over all places of some axes, row-major.
class Places {
public:
  Places(Run &run, const AxisIds &axes) : run(run), axes(axes) {
    for (AxisId axis : axes) {
      run.coords[axis] = 0;
      more = more && run.extents[axis] > 0;
    }
  }
  bool valid() const { return more; }
  int64_t position() const { return ordinal; }
  void next() {
    ++ordinal;
    for (size_t i = axes.size(); i-- > 0;) {
      if (++run.coords[axes[i]] < run.extents[axes[i]])
        return;
      run.coords[axes[i]] = 0;
    }
    more = false;
  }

private:
  Run &run;
  const AxisIds &axes;
  int64_t ordinal = 0;
  bool more = true;
};

/// `Join` is one of the above, over numbers of the type T.
template <class T, class Join> class ReduceNode : public Node {
public:
  ReduceNode(const Node &operand, const Node *guard, AxisIds axes)
      : operand(operand), guard(guard), axes(std::move(axes)) {}
  Element eval(Run &run) const override {
    Rebind outer(run, axes);
    Join join;
    for (Places place(run, axes); place.valid(); place.next())
      if (!guard || guard->eval(run).as<bool>())
        join.visit(operand.eval(run).template as<T>(), place.position());
    return element(join.result());
  }

private:
  const Node &operand;
  const Node *guard;
  AxisIds axes;
};
} // namespace

using Result = std::unique_ptr<Node>;

template <template <class> class Join>
static Result overNumbers(ir::ReduceOp op, NodeBuilder &build) {
  const Node &operand = build[op.getOperand()];
  const Node *guard = op.getGuard() ? &build[op.getGuard()] : nullptr;
  AxisIds axes = build.axes(op.getAxes());
  switch (domainOf(op.getOperand().getType())) {
  case Domain::Float:
    return std::make_unique<ReduceNode<double, Join<double>>>(operand, guard,
                                                              axes);
  case Domain::I64:
    return std::make_unique<ReduceNode<int64_t, Join<int64_t>>>(operand, guard,
                                                                axes);
  case Domain::I32:
    return std::make_unique<ReduceNode<int32_t, Join<int32_t>>>(operand, guard,
                                                                axes);
  case Domain::Bool:
    break;
  }
  llvm_unreachable("the verifier takes numbers only");
}

template <class Join>
static Result overBools(ir::ReduceOp op, NodeBuilder &build) {
  const Node *guard = op.getGuard() ? &build[op.getGuard()] : nullptr;
  return std::make_unique<ReduceNode<bool, Join>>(build[op.getOperand()], guard,
                                                  build.axes(op.getAxes()));
}

Result reference::makeReduce(Operation *op, NodeBuilder &build) {
  auto reduce = dyn_cast<ir::ReduceOp>(op);
  if (!reduce)
    return nullptr;
  switch (reduce.getKind()) {
  case ir::ReduceKind::Sum:
    return overNumbers<Sum>(reduce, build);
  case ir::ReduceKind::Prod:
    return overNumbers<Prod>(reduce, build);
  case ir::ReduceKind::Max:
    return overNumbers<Max>(reduce, build);
  case ir::ReduceKind::Min:
    return overNumbers<Min>(reduce, build);
  case ir::ReduceKind::Any:
    return overBools<Any>(reduce, build);
  case ir::ReduceKind::All:
    return overBools<All>(reduce, build);
  case ir::ReduceKind::ArgMax:
    return overNumbers<ArgMax>(reduce, build);
  case ir::ReduceKind::ArgMin:
    return overNumbers<ArgMin>(reduce, build);
  }
  llvm_unreachable("all kinds are listed");
}
