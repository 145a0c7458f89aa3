//===- Graph.cpp - what a function of the C text computes -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Graph.h"

#include <algorithm>

using namespace emitc;
using fovea::sdk::plugin_error;

Graph::Graph(const Formula &formula, const std::vector<Stored> &stored)
    : f(formula), stored(stored) {
  root = scope(nullptr);
}

Scope *Graph::scope(Scope *parent, bool isLoop) {
  scopes.push_back({parent, isLoop, parent ? parent->depth + 1 : 0, {}});
  return &scopes.back();
}

std::vector<Loop> Graph::loops(const Numbers &axes, Scope *parent, Env &env) {
  std::vector<Loop> made;
  for (uint32_t axis : axes) {
    parent = scope(parent, /*isLoop=*/true);
    Node variable(Kind::Var);
    variable.binders = {parent};
    made.push_back({make(std::move(variable)), parent, f.sizeOf(axis)});
    env[axis] = made.back().variable;
  }
  return made;
}

std::vector<Loop> Graph::enterRows(const Numbers &axes) {
  phase.rows = emptyEnv();
  phase.scope = scope(root, /*isLoop=*/true);
  std::vector<Loop> rows;
  for (uint32_t axis : axes) {
    Node variable(Kind::Var);
    variable.binders = {phase.scope};
    rows.push_back({make(std::move(variable)), phase.scope, f.sizeOf(axis)});
    phase.rows[axis] = rows.back().variable;
  }
  return rows;
}

const Stored *Graph::storedOf(uint32_t op) const {
  for (const Stored &one : stored)
    if (one.op == op)
      return &one;
  return nullptr;
}

Ids Graph::coordsOf(const Numbers &axes, const Env &env) const {
  Ids coords;
  for (uint32_t axis : axes) {
    if (env[axis] == FOVEA_NONE)
      throw plugin_error(FOVEA_INTERNAL, "an op varies along an axis that "
                                         "nothing around it runs along");
    coords.push_back(env[axis]);
  }
  return coords;
}

Id Graph::make(Node node) {
  std::vector<Scope *> &binders = node.binders;
  auto join = [&](Id id) {
    const auto &more = nodes[id].binders;
    binders.insert(binders.end(), more.begin(), more.end());
  };
  for (const Edge &edge : node.operands)
    join(edge.node);
  for (Id coord : node.coords)
    join(coord);
  for (const Loop &loop : node.loops)
    binders.erase(std::remove(binders.begin(), binders.end(), loop.body),
                  binders.end());
  std::sort(binders.begin(), binders.end());
  binders.erase(std::unique(binders.begin(), binders.end()), binders.end());
  nodes.push_back(std::move(node));
  return static_cast<Id>(nodes.size() - 1);
}

Id Graph::once(uint32_t what, Node node) {
  Ids key = node.coords;
  for (const Edge &edge : node.operands)
    key.push_back(edge.node);
  auto [found, isNew] =
      known.try_emplace(Key(node.kind, node.op, what, std::move(key)), 0);
  if (isNew)
    found->second = make(std::move(node));
  return found->second;
}

Id Graph::element(uint32_t op, const Env &env) {
  if (const Stored *array = storedOf(op)) {
    const Id id = read(op, array->axes, env);
    nodes[id].fails = array->fails;
    nodes[id].zero &= array->isHard;
    nodes[id].negInf &= array->isHard;
    return id;
  }
  return compute(op, env);
}

Id Graph::compute(uint32_t op, const Env &env) {
  const fovea_op &one = f.ops[op];
  switch (one.opcode) {
  case FOVEA_OP_INPUT:
    return read(op, f.list(f.inputs[one.selector].axes), env);
  case FOVEA_OP_LITERAL:
    return read(op, f.list(one.over), env);
  case FOVEA_OP_INDEX:
    return coordsOf(f.list(one.over), env)[0];
  case FOVEA_OP_GAUGE: {
    const fovea_fold &fold = f.folds[one.selector];
    return element(f.gauges[fold.gauges.first + one.integer].value, env);
  }
  case FOVEA_OP_ACCUMULATOR: {
    const auto part = static_cast<uint32_t>(one.integer);
    if (phase.fold == one.selector)
      return state(part, env);
    return reduce(FOVEA_NONE, f.accumulator(one.selector, part),
                  f.list(f.accumulatorOf(one.selector, part).axes), env);
  }
  case FOVEA_OP_FOLD:
    return element(f.list(f.folds[one.selector].results)[one.integer], env);
  case FOVEA_OP_AT:
    return at(op, env);
  case FOVEA_OP_REDUCE:
    return reduce(op, f.reduction(op), f.axesOf(op), env);
  default:
    return elementwise(op, env);
  }
}

Id Graph::read(uint32_t op, const Numbers &axes, const Env &env) {
  const fovea_op &one = f.ops[op];
  Node node(Kind::Read);
  node.op = op;
  node.type = typeOf(one.dtype);
  node.zero = one.flags & FOVEA_OP_MAY_BE_ZERO;
  node.negInf = one.flags & FOVEA_OP_MAY_BE_NEGINF;
  node.coords = coordsOf(axes, env);
  return once(0, std::move(node));
}

Id Graph::state(uint32_t part, const Env &env) {
  const PhaseState::Part &own = phase.parts[part];
  const bool isHere =
      std::all_of(own.axes.begin(), own.axes.end(), [&](uint32_t axis) {
        return phase.rows[axis] == FOVEA_NONE || phase.rows[axis] == env[axis];
      });
  // The state of another row (a result may gather) is computed anew.
  if (!isHere)
    return reduce(FOVEA_NONE, own.joined, own.axes, env);
  Node node(Kind::State);
  node.what = part;
  node.type = own.joined.result();
  node.fails = own.fails;
  node.coords = coordsOf(own.extra, env);
  node.binders = {phase.scope};
  return once(part, std::move(node));
}

Id Graph::at(uint32_t op, const Env &env) {
  const fovea_op &one = f.ops[op];
  const Key key(Kind::Op, op, 0, coordsOf(f.axesOf(op), env));
  if (auto found = known.find(key); found != known.end())
    return found->second;
  const Numbers operands = f.operandsOf(op), over = f.list(one.over);
  Env inner = env;
  Node node(Kind::Op);
  for (uint32_t k = 0; k < over.size(); ++k) {
    const uint32_t index = operands[k + 1];
    const Id given = element(index, env);
    inner[over[k]] = given;
    // The coordinate of an axis of the same extent is in range.
    if (f.ops[index].opcode == FOVEA_OP_INDEX &&
        f.sizeOf(f.list(f.ops[index].over)[0]) == f.sizeOf(over[k]))
      continue;
    const Id checked = check(op, k, given, env);
    inner[over[k]] = checked;
    node.operands.push_back({checked});
    node.fails |= nodes[checked].fails;
  }
  const Id value = element(operands[0], inner);
  if (!node.fails)
    return known[key] = value;
  node.op = op;
  node.type = nodes[value].type;
  node.zero = nodes[value].zero;
  node.negInf = nodes[value].negInf;
  node.operands.push_back({value});
  return known[key] = make(std::move(node));
}

Id Graph::check(uint32_t op, uint32_t number, Id index, const Env &env) {
  Node node(Kind::Check);
  node.op = op;
  node.what = number;
  // Without the flag the index is in range wherever it is needed; but it may be
  // computed where it is not, and then memory has to be left alone.
  node.fails = (f.ops[op].flags & FOVEA_OP_MAY_FAIL) != 0 || nodes[index].fails;
  node.operands = {{index}};
  node.coords = coordsOf(f.axesOf(op), env);
  return once(number, std::move(node));
}

Id Graph::reduce(uint32_t op, const Joined &joined, const Numbers &axes,
                 const Env &env) {
  // Accumulators are known by what they join, since they are no ops.
  Ids coords = coordsOf(axes, env);
  Ids name = coords;
  if (op == FOVEA_NONE) {
    name.insert(name.end(), {joined.element, joined.guard});
    name.insert(name.end(), joined.over.begin(), joined.over.end());
  }
  const Key key(Kind::Reduce, op, joined.join, name);
  if (auto found = known.find(key); found != known.end())
    return found->second;
  Node node(Kind::Reduce);
  node.op = op;
  node.joined = joined;
  node.type = joined.result();
  Env inner = env;
  node.loops = loops(joined.over, nullptr, inner);
  Scope *inside = node.loops.back().body;
  if (joined.guard != FOVEA_NONE) {
    const Id guard = element(joined.guard, inner);
    node.operands.push_back({guard, inside});
    node.fails = nodes[guard].fails;
    inside = node.branches[0] = scope(nullptr);
  }
  const Id value = element(joined.element, inner);
  node.operands.push_back({value, inside});
  node.fails |= nodes[value].fails;
  return known[key] = make(std::move(node));
}

bool emitc::mayDivideByZero(const fovea_op &op) {
  return (op.opcode == FOVEA_OP_FLOORDIV || op.opcode == FOVEA_OP_MOD ||
          op.opcode == FOVEA_OP_POW) &&
         typeOf(op.dtype) != CType::Real && (op.flags & FOVEA_OP_MAY_FAIL);
}

Id Graph::elementwise(uint32_t op, const Env &env) {
  const fovea_op &one = f.ops[op];
  const Key key(Kind::Op, op, 0, coordsOf(f.axesOf(op), env));
  if (auto found = known.find(key); found != known.end())
    return found->second;
  Node node(Kind::Op);
  node.op = op;
  node.type = typeOf(one.dtype);
  node.zero = one.flags & FOVEA_OP_MAY_BE_ZERO;
  node.negInf = one.flags & FOVEA_OP_MAY_BE_NEGINF;
  for (uint32_t operand : f.operandsOf(op)) {
    const Id id = element(operand, env);
    node.operands.push_back({id});
    node.fails |= nodes[id].fails;
  }
  if (mayDivideByZero(one)) {
    node.fails = true;
    node.coords = coordsOf(f.axesOf(op), env);
  }
  // What only one branch needs stands in that branch.
  if (one.opcode == FOVEA_OP_SELECT)
    for (unsigned k = 0; k < 2; ++k)
      node.operands[k + 1].in = node.branches[k] = scope(nullptr);
  if (one.opcode == FOVEA_OP_AND || one.opcode == FOVEA_OP_OR)
    node.operands[1].in = node.branches[0] = scope(nullptr);
  return known[key] = make(std::move(node));
}

void Graph::add(Scope *scope, Node node) {
  scope->nodes.push_back(make(std::move(node)));
}

//===----------------------------------------------------------------------===//
// Placement
//===----------------------------------------------------------------------===//

/// Gives the scopes inside of a node their place.
void Graph::settle(Node &node, Scope *at) {
  auto put = [](Scope *scope, Scope *parent) {
    scope->parent = parent;
    scope->depth = parent->depth + 1;
  };
  for (const Loop &loop : node.loops) {
    put(loop.body, at);
    at = loop.body;
  }
  for (Scope *branch : node.branches)
    if (branch)
      put(branch, at);
}

static Scope *common(Scope *a, Scope *b) {
  while (a != b) {
    if (a->depth < b->depth)
      std::swap(a, b);
    a = a->parent;
  }
  return a;
}

/// Outside of the loops between `at` and `floor`, but no further.
static Scope *hoisted(Scope *at, const Scope *floor) {
  Scope *best = at;
  for (Scope *scope = at; scope != floor; scope = scope->parent) {
    if (!scope)
      throw plugin_error(FOVEA_INTERNAL, "an element is used outside of the "
                                         "loop that it varies along");
    if (scope->isLoop)
      best = scope->parent;
  }
  return best;
}

void Graph::place() {
  std::vector<Scope *> where(nodes.size(), nullptr);
  for (Scope &scope : scopes)
    for (Id statement : scope.nodes)
      where[statement] = &scope;
  // Users before what they need: so all uses are known when a node's turn
  // comes, and the scopes inside of its users have their place.
  for (Id id = static_cast<Id>(nodes.size()); id-- > 0;) {
    Node &node = nodes[id];
    if (!where[id] || node.kind == Kind::Var)
      continue;
    if (node.kind < Kind::Nest) {
      const Scope *floor = root;
      for (const Scope *binder : node.binders)
        if (binder->depth > floor->depth)
          floor = binder;
      where[id] = hoisted(where[id], floor);
      where[id]->nodes.push_back(id);
      settle(node, where[id]);
    }
    auto need = [&](Id operand, Scope *in) {
      where[operand] = where[operand] ? common(where[operand], in) : in;
    };
    for (const Edge &edge : node.operands)
      need(edge.node, edge.in ? edge.in : where[id]);
    for (Id coord : node.coords)
      need(coord, where[id]);
    Scope *outside = where[id];
    for (const Loop &loop : node.loops) {
      for (Id bound : {loop.low, loop.high})
        if (bound != FOVEA_NONE)
          need(bound, outside);
      outside = loop.body;
    }
  }
  for (Scope &scope : scopes)
    std::sort(scope.nodes.begin(), scope.nodes.end());
}
