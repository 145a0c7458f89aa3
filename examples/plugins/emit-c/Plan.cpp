//===- Plan.cpp - a cluster as C text -------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Plan.h"
#include "Prelude.h"
#include "Printer.h"

#include <algorithm>

using namespace emitc;

static bool contains(const Numbers &all, uint32_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}
static Numbers without(const Numbers &all, const Numbers &some) {
  Numbers rest;
  for (uint32_t one : all)
    if (!contains(some, one))
      rest.push_back(one);
  return rest;
}

namespace {
class Planner {
public:
  explicit Planner(const fovea_cluster &cluster) : f(cluster) {}

  Plan run() {
    plan.source = prelude;
    writeLiterals();
    std::vector<bool> isDone(f.folds.size());
    for (uint32_t op : storedOps(f)) {
      if (f.ops[op].opcode == FOVEA_OP_REDUCE) {
        joinPhase(FOVEA_NONE, {op});
      } else if (f.ops[op].opcode != FOVEA_OP_FOLD) {
        mapPhase(op, f.axesOf(op), FOVEA_NONE);
      } else if (!isDone[f.ops[op].selector]) {
        isDone[f.ops[op].selector] = true;
        joinPhase(f.ops[op].selector, resultsOf(f.ops[op].selector));
      }
    }
    for (uint32_t k = 0; k < f.outputs.size(); ++k)
      mapPhase(f.outputs[k].op, f.list(f.outputs[k].axes), k);
    plan.source += "const phase_t " + std::string(phasesName) + "[] = {";
    for (size_t i = 0; i < plan.phases.size(); ++i)
      plan.source += (i ? ", phase" : "phase") + std::to_string(i);
    plan.source += plan.phases.empty() ? "0};\n" : "};\n";
    noteFailing();
    return std::move(plan);
  }

private:
  void writeLiterals() {
    for (uint32_t op = 0; op < f.ops.size(); ++op)
      if (f.ops[op].opcode == FOVEA_OP_LITERAL)
        plan.source += literalText(f, op);
    plan.source += '\n';
  }

  void noteFailing() {
    for (uint32_t op = 0; op < f.ops.size(); ++op) {
      const fovea_op &one = f.ops[op];
      if (!(one.flags & FOVEA_OP_MAY_FAIL) ||
          (one.opcode != FOVEA_OP_AT && !mayDivideByZero(one)))
        continue;
      FailingOp &failing = plan.failing[op];
      failing.opcode = one.opcode;
      failing.name = f.text(one.name);
      for (uint32_t axis : f.axesOf(op)) {
        failing.axes.push_back(f.text(f.axes[axis].name));
        failing.sizes.push_back(f.sizeOf(axis));
      }
      if (one.opcode == FOVEA_OP_AT)
        noteIndexed(op, failing);
    }
  }
  void noteIndexed(uint32_t op, FailingOp &failing) {
    const Numbers over = f.list(f.ops[op].over);
    failing.indexed = sizesOf(over);
    for (uint32_t axis : over) {
      const uint32_t position = positionOf(f.operandsOf(op)[0], axis);
      if (position == FOVEA_NONE)
        return failing.positions.clear();
      failing.positions.push_back(position);
    }
  }
  /// Where an axis of an op is in the shape of the input that the op is, maybe
  /// along renamed axes; or FOVEA_NONE.
  uint32_t positionOf(uint32_t op, uint32_t axis) const {
    const fovea_op &one = f.ops[op];
    if (one.opcode == FOVEA_OP_INPUT) {
      const Numbers shape = f.list(f.inputs[one.selector].axes);
      const auto found = std::find(shape.begin(), shape.end(), axis);
      return found == shape.end()
                 ? FOVEA_NONE
                 : static_cast<uint32_t>(found - shape.begin());
    }
    if (one.opcode != FOVEA_OP_AT)
      return FOVEA_NONE;
    const Numbers operands = f.operandsOf(op), over = f.list(one.over);
    for (size_t k = 0; k < over.size(); ++k) {
      const fovea_op &index = f.ops[operands[k + 1]];
      if (index.opcode == FOVEA_OP_INDEX && f.list(index.over)[0] == axis)
        return positionOf(operands[0], over[k]);
    }
    return positionOf(operands[0], axis);
  }

  Numbers sizesOf(const Numbers &axes) const {
    Numbers sizes;
    for (uint32_t axis : axes)
      sizes.push_back(f.sizeOf(axis));
    return sizes;
  }
  Numbers resultsOf(uint32_t fold) const {
    Numbers results;
    for (uint32_t op = 0; op < f.ops.size(); ++op)
      if (f.ops[op].opcode == FOVEA_OP_FOLD && f.ops[op].selector == fold)
        results.push_back(op);
    return results;
  }

  /// Text of an array of the workspace.
  static void addArray(std::vector<Array> &arrays,
                       std::vector<std::string> &types, const Numbers &sizes,
                       const std::string &type, unsigned bytes) {
    arrays.push_back({sizes, bytes});
    types.push_back(type);
  }

  /// Makes room for what node `id` is and stores it.
  void keep(Graph &graph, Scope *scope, uint32_t op, Id id, const Env &env) {
    const Node &node = graph.nodes[id];
    Stored one{op,         f.axesOf(op),
               node.type,  node.zero || node.negInf,
               node.fails, static_cast<uint32_t>(plan.stored.size())};
    const Numbers sizes = sizesOf(one.axes);
    addArray(plan.stored, types, sizes, nameOf(one.type), bytesOf(one.type));
    if (one.isHard)
      addArray(plan.stored, types, sizes, "uint8_t", 1);
    if (one.fails)
      addArray(plan.stored, types, sizes, "fail_t", sizeof(CFail));
    Node store(Kind::Store);
    store.op = op;
    store.operands = {{id}};
    for (uint32_t axis : one.axes)
      store.coords.push_back(env[axis]);
    // Readers of this phase do not see it, so it is told afterwards.
    made.push_back(std::move(one));
    graph.add(scope, std::move(store));
  }

  void finish(Graph &graph, const std::vector<Loop> &rows, const Numbers &items,
              const std::vector<std::string> &scratch) {
    stored.insert(stored.end(), made.begin(), made.end());
    made.clear();
    graph.place();
    const auto first =
        static_cast<uint32_t>(plan.scratch.size() - scratch.size());
    Printer(graph, rows, plan.source)
        .function("phase" + std::to_string(plan.phases.size()), {first}, types,
                  scratch);
    plan.phases.push_back({sizesOf(items), scratch.size()});
  }

  /// Loops around `within` further axes; none if there are none.
  Scope *enter(Graph &graph, Scope *scope, const Numbers &axes, Env &env,
               std::vector<Loop> &loops) {
    loops = graph.loops(axes, scope, env);
    return loops.empty() ? scope : loops.back().body;
  }
  void leave(Graph &graph, Scope *scope, std::vector<Loop> loops) {
    if (loops.empty())
      return;
    Node nest(Kind::Nest);
    nest.loops = std::move(loops);
    graph.add(scope, std::move(nest));
  }

  /// An array place by place: an output, or what is stored.
  void mapPhase(uint32_t op, const Numbers &axes, uint32_t output) {
    Graph graph(f, stored);
    Numbers inner = sharedAxes(f, {op}, axes, {}, stored);
    if (inner.empty() && axes.size() > 1)
      inner = {axes.back()};
    const Numbers outer = without(axes, inner);
    const std::vector<Loop> rows = graph.enterRows(outer);
    Env env = graph.phase.rows;
    std::vector<Loop> loops;
    Scope *scope = enter(graph, graph.phase.scope, inner, env, loops);
    const Id id = graph.element(op, env);
    if (output == FOVEA_NONE) {
      keep(graph, scope, op, id, env);
    } else {
      Node store(Kind::Store);
      store.isOutput = true;
      store.what = output;
      store.operands = {{id}};
      for (uint32_t axis : axes)
        store.coords.push_back(env[axis]);
      graph.add(scope, std::move(store));
    }
    leave(graph, graph.phase.scope, std::move(loops));
    finish(graph, rows, outer, {});
  }

  //===--------------------------------------------------------------------===//
  // Folds and reductions
  //===--------------------------------------------------------------------===//

  /// Everything about the state of a fold, or of a reduction.
  std::vector<PhaseState::Part> partsOf(uint32_t fold, uint32_t op) const {
    std::vector<PhaseState::Part> parts;
    if (fold == FOVEA_NONE) {
      parts.emplace_back();
      parts[0].joined = f.reduction(op);
      parts[0].axes = f.axesOf(op);
      return parts;
    }
    for (uint32_t k = 0; k < f.folds[fold].accumulators.count; ++k) {
      parts.emplace_back();
      parts[k].joined = f.accumulator(fold, k);
      parts[k].axes = f.list(f.accumulatorOf(fold, k).axes);
    }
    return parts;
  }

  /// Computes results (ops) of a fold, or one reduction.
  void joinPhase(uint32_t fold, const Numbers &results) {
    Graph graph(f, stored);
    PhaseState &phase = graph.phase;
    phase.fold = fold;
    phase.parts = partsOf(fold, results[0]);
    const Numbers over = phase.parts[0].joined.over;
    Numbers outer = phase.parts[0].axes;
    Numbers roots;
    auto keepCommon = [&](const Numbers &axes) {
      outer = without(outer, without(outer, axes));
    };
    for (const PhaseState::Part &part : phase.parts) {
      keepCommon(part.axes);
      roots.push_back(part.joined.element);
      if (part.joined.guard != FOVEA_NONE)
        roots.push_back(part.joined.guard);
    }
    for (uint32_t op : results)
      keepCommon(f.axesOf(op));
    outer = without(outer, sharedAxes(f, roots, outer, over, stored));
    for (PhaseState::Part &part : phase.parts)
      part.extra = without(part.axes, outer);
    const std::vector<Loop> rows = graph.enterRows(outer);
    std::vector<std::string> scratch;
    for (uint32_t k = 0; k < phase.parts.size();) {
      uint32_t end = k + 1;
      while (fold != FOVEA_NONE && end < phase.parts.size() &&
             f.accumulatorOf(fold, end).gauges ==
                 f.accumulatorOf(fold, k).gauges)
        ++end;
      visitPlaces(graph, k, end, scratch);
      k = end;
    }
    for (uint32_t op : results) {
      Env env = phase.rows;
      std::vector<Loop> loops;
      Scope *scope =
          enter(graph, phase.scope, without(f.axesOf(op), outer), env, loops);
      const Id id =
          fold == FOVEA_NONE ? graph.state(0, env) : graph.compute(op, env);
      keep(graph, scope, op, id, env);
      leave(graph, phase.scope, std::move(loops));
    }
    finish(graph, rows, outer, scratch);
  }

  /// One visit of the places, for accumulators `begin` .. `end` - 1.
  void visitPlaces(Graph &graph, uint32_t begin, uint32_t end,
                   std::vector<std::string> &scratch) {
    PhaseState &phase = graph.phase;
    Env env = phase.rows;
    const Numbers &over = phase.parts[begin].joined.over;
    std::vector<Loop> loops = graph.loops(over, phase.scope, env);
    addBounds(graph, begin, end, loops);
    Scope *places = loops.back().body;
    // Accumulators with one guard share its test, and with the same further
    // axes the loops along them.
    Numbers left;
    for (uint32_t k = begin; k < end; ++k)
      left.push_back(k);
    while (!left.empty()) {
      const uint32_t guard = phase.parts[left[0]].joined.guard;
      const bool isOutside = isOutsideOf(graph, left[0]);
      Numbers some;
      for (uint32_t k : left)
        if (phase.parts[k].joined.guard == guard &&
            isOutsideOf(graph, k) == isOutside)
          some.push_back(k);
      left = without(left, some);
      if (isOutside)
        underGuard(graph, places, guard, some, over, env, [&](Scope *inside) {
          joinAll(graph, inside, some, over, env, FOVEA_NONE);
        });
      else
        joinAll(graph, places, some, over, env, guard);
    }
    // Only now is it known what may fail, and so what there is to be emptied.
    for (uint32_t k = begin; k < end; ++k) {
      addScratch(phase.parts[k], scratch);
      Node init(Kind::Init);
      init.what = k;
      graph.add(phase.scope, std::move(init));
    }
    leave(graph, phase.scope, std::move(loops));
  }

  bool isOutsideOf(const Graph &graph, uint32_t k) const {
    const PhaseState::Part &part = graph.phase.parts[k];
    if (part.joined.guard == FOVEA_NONE)
      return true;
    const Numbers axes = f.axesOf(part.joined.guard);
    return without(axes, part.extra) == axes;
  }

  /// The same bounds of all accumulators bound the loops.
  void addBounds(Graph &graph, uint32_t begin, uint32_t end,
                 std::vector<Loop> &loops) {
    const uint32_t fold = graph.phase.fold;
    if (fold == FOVEA_NONE)
      return;
    auto rangeOf = [&](uint32_t part, uint32_t axis) {
      const fovea_list list = f.accumulatorOf(fold, part).ranges;
      for (uint32_t i = list.first; i < list.first + list.count; ++i)
        if (f.ranges[i].axis == axis)
          return f.ranges[i];
      return fovea_range{axis, FOVEA_NONE, FOVEA_NONE, 0};
    };
    auto bound = [&](uint32_t op) -> Id {
      if (op == FOVEA_NONE || (f.ops[op].flags & FOVEA_OP_MAY_FAIL))
        return FOVEA_NONE;
      for (uint32_t axis : f.axesOf(op))
        if (graph.phase.rows[axis] == FOVEA_NONE)
          return FOVEA_NONE;
      return graph.element(op, graph.phase.rows);
    };
    const Numbers &over = graph.phase.parts[begin].joined.over;
    for (size_t i = 0; i < loops.size(); ++i) {
      const fovea_range range = rangeOf(begin, over[i]);
      bool areAlike = true;
      for (uint32_t k = begin + 1; k < end; ++k) {
        const fovea_range other = rangeOf(k, over[i]);
        areAlike &= other.lo == range.lo && other.hi == range.hi;
      }
      if (!areAlike)
        continue;
      loops[i].low = bound(range.lo);
      loops[i].high = bound(range.hi);
    }
  }

  /// Calls `write` with a scope where the guard holds.
  template <class Write>
  void underGuard(Graph &graph, Scope *scope, uint32_t guard,
                  const Numbers &parts, const Numbers &over, const Env &env,
                  Write write) {
    if (guard == FOVEA_NONE)
      return write(scope);
    const Id id = graph.element(guard, env);
    if (graph.nodes[id].fails)
      for (uint32_t k : parts)
        spoil(graph, scope, k, id, over, env);
    Node test(Kind::If);
    test.operands = {{id}};
    Scope *inside = test.branches[0] = graph.scope(scope);
    write(inside);
    graph.add(scope, std::move(test));
  }

  /// A guard that cannot be had spoils what it guards, at all further places.
  void spoil(Graph &graph, Scope *scope, uint32_t k, Id guard,
             const Numbers &over, Env env) {
    PhaseState::Part &part = graph.phase.parts[k];
    part.fails = true;
    Numbers missing;
    for (uint32_t axis : part.extra)
      if (env[axis] == FOVEA_NONE)
        missing.push_back(axis);
    std::vector<Loop> loops;
    Scope *inside = enter(graph, scope, missing, env, loops);
    graph.add(inside, joining(Kind::Guard, part, k, guard, over, env));
    leave(graph, scope, std::move(loops));
  }

  static Node joining(Kind kind, const PhaseState::Part &part, uint32_t k,
                      Id operand, const Numbers &over, const Env &env) {
    Node node(kind);
    node.what = k;
    node.operands = {{operand}};
    for (const Numbers *axes : {&part.extra, &over})
      for (uint32_t axis : *axes)
        node.coords.push_back(env[axis]);
    return node;
  }

  /// Joins the elements of accumulators, each along its further axes.
  void joinAll(Graph &graph, Scope *scope, Numbers parts, const Numbers &over,
               const Env &outside, uint32_t guard) {
    PhaseState &phase = graph.phase;
    while (!parts.empty()) {
      const Numbers extra = phase.parts[parts[0]].extra;
      Numbers some;
      for (uint32_t k : parts)
        if (phase.parts[k].extra == extra)
          some.push_back(k);
      parts = without(parts, some);
      Env env = outside;
      std::vector<Loop> loops;
      Scope *inside = enter(graph, scope, extra, env, loops);
      underGuard(graph, inside, guard, some, over, env, [&](Scope *where) {
        for (uint32_t k : some) {
          PhaseState::Part &part = phase.parts[k];
          const Id id = graph.element(part.joined.element, env);
          part.fails |= graph.nodes[id].fails;
          graph.add(where, joining(Kind::Join, part, k, id, over, env));
        }
      });
      leave(graph, scope, std::move(loops));
    }
  }

  void addScratch(PhaseState::Part &part, std::vector<std::string> &scratch) {
    if (part.extra.empty())
      return;
    const Numbers sizes = sizesOf(part.extra);
    part.first = static_cast<uint32_t>(scratch.size());
    auto add = [&](const std::string &type, unsigned bytes) {
      addArray(plan.scratch, scratch, sizes, type, bytes);
    };
    const CType result = part.joined.result();
    add(nameOf(result), bytesOf(result));
    const CType best = typeOf(part.joined.dtype);
    if (isArg(part.joined.join))
      add(nameOf(best), bytesOf(best));
    if (part.fails)
      add("fail_t", sizeof(CFail));
  }

  const Formula f;
  Plan plan;
  std::vector<Stored> stored, made;
  std::vector<std::string> types; ///< of the stored arrays in C
};
} // namespace

Plan emitc::planOf(const fovea_cluster &cluster) {
  return Planner(cluster).run();
}
