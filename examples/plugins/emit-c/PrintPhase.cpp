//===- PrintPhase.cpp - loops and statements in C -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Printer.h"

#include <algorithm>

using namespace emitc;
using std::to_string;

void Printer::line(const std::string &text) {
  out.append(2 * size_t(depth), ' ');
  out += text;
  out += '\n';
}
void Printer::open(const std::string &text) {
  line(text + " {");
  ++depth;
}
void Printer::close() {
  --depth;
  line("}");
}

void Printer::scope(const Scope &scope) {
  for (Id id : scope.nodes)
    node(id, scope);
}

void Printer::node(Id id, const Scope &around) {
  const Node &node = g.nodes[id];
  switch (node.kind) {
  case Kind::Op:
    return op(id);
  case Kind::Read:
    return read(id);
  case Kind::State:
    return state(id);
  case Kind::Var:
    return;
  case Kind::Check:
    return check(id);
  case Kind::Reduce:
    return reduce(id, around);
  case Kind::Nest:
    return nest(node, around);
  case Kind::If: {
    const Id condition = node.operands[0].node;
    const std::string fails = failure(condition);
    open("if (" + value(condition) +
         (fails.empty() ? "" : " && !" + fails + ".op") + ")");
    scope(*node.branches[0]);
    return close();
  }
  case Kind::Init:
    return init(node);
  case Kind::Join: {
    const PhaseState::Part &part = g.phase.parts[node.what];
    const size_t extra = part.extra.size();
    return join(part.joined, target(node.what, node.coords),
                node.operands[0].node,
                Ids(node.coords.begin() + extra, node.coords.end()));
  }
  case Kind::Guard:
    return spoil(target(node.what, node.coords), node.operands[0].node);
  case Kind::Store:
    return store(node);
  }
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

void Printer::prologue(const std::vector<std::string> &arrays,
                       const std::vector<std::string> &scratch) {
  for (size_t i = 0; i < f.cluster.sizes.count; ++i)
    line("const int64_t s" + to_string(i) + " = env->sizes[" + to_string(i) +
         "];");
  auto ports = [&](const std::vector<fovea_port> &all, const std::string &name,
                   const std::string &from, const std::string &qualifier) {
    for (size_t i = 0; i < all.size(); ++i) {
      const std::string n = to_string(i);
      line(qualifier + memoryTypeOf(all[i].dtype) + " *const " + name + n +
           " = env->" + from + "[" + n + "].data;");
      for (uint32_t k = 0; k < all[i].axes.count; ++k)
        line("const int64_t " + name + n + "_" + to_string(k) + " = env->" +
             from + "[" + n + "].strides[" + to_string(k) + "];");
    }
  };
  ports(f.inputs, "in", "inputs", "const ");
  ports(f.outputs, "out", "outputs", "");
  for (size_t i = 0; i < arrays.size(); ++i)
    line(arrays[i] + " *const m" + to_string(i) + " = (" + arrays[i] +
         " *)(env->stored + env->stored_at[" + to_string(i) + "]);");
  for (size_t i = 0; i < scratch.size(); ++i)
    line(scratch[i] + " *const x" + to_string(i) + " = (" + scratch[i] +
         " *)(scratch + scratch_at[" + to_string(i) + "]);");
}

void Printer::function(const std::string &name, const Numbers &scratchFirst,
                       const std::vector<std::string> &arrays,
                       const std::vector<std::string> &scratch) {
  open("static int " + name +
       "(const env_t *env, int64_t begin, int64_t end, char *scratch, "
       "fail_t *failed)");
  line("const int64_t *const scratch_at = env->scratch_at + " +
       to_string(scratchFirst[0]) + ";");
  prologue(arrays, scratch);
  line("int64_t steps = 0;");
  scope(*g.root);
  open("for (int64_t item = begin; item < end; ++item)");
  poll();
  line("int64_t rest = item;");
  for (auto loop = rows.rbegin(); loop != rows.rend(); ++loop) {
    const std::string size = "s" + to_string(loop->size);
    line("const int64_t " + value(loop->variable) + " = rest % " + size +
         "; rest /= " + size + ";");
  }
  scope(*g.phase.scope);
  close();
  line("return 0;");
  close();
  out += '\n';
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Steps of loops after which the host is asked again.
static constexpr int stepsBetweenPolls = 4096;

void Printer::poll() {
  line("if (--steps < 0) { steps = " + to_string(stepsBetweenPolls) +
       "; if (env->stop(env->context)) return 2; }");
}

bool Printer::hasLoops(const Scope &scope) const {
  return std::any_of(scope.nodes.begin(), scope.nodes.end(), [&](Id id) {
    const Node &node = g.nodes[id];
    return node.kind == Kind::Reduce || node.kind == Kind::Nest ||
           (node.kind == Kind::If && hasLoops(*node.branches[0]));
  });
}

bool Printer::isCounted(const Node &node, const Scope &around) const {
  const bool isOutermost =
      node.loops.size() == 1 && around.depth <= g.phase.scope->depth;
  return node.kind == Kind::Nest && !isOutermost &&
         !hasLoops(*node.loops.back().body);
}

void Printer::openLoops(const Node &node, const Scope &around) {
  for (const Loop &loop : node.loops) {
    const std::string v = value(loop.variable);
    const std::string size = "s" + to_string(loop.size);
    std::string low = "0", high = size;
    if (loop.low != FOVEA_NONE)
      low = "imax(0, " + value(loop.low) + ")";
    if (loop.high != FOVEA_NONE)
      high = "imin(" + size + ", " + value(loop.high) + ")";
    open("for (int64_t " + v + " = " + low + ", e = " + high + "; " + v +
         " < e; ++" + v + ")");
    const bool isInnermost = &loop == &node.loops.back();
    if (!isInnermost || !isCounted(node, around))
      poll();
    if (!isInnermost)
      scope(*loop.body);
  }
  scope(*node.loops.back().body);
}

void Printer::closeLoops(const Node &node, const Scope &around) {
  for (size_t i = 0; i < node.loops.size(); ++i) {
    close();
    if (i == 0 && isCounted(node, around))
      line("steps -= s" + to_string(node.loops.back().size) + ";");
  }
}

void Printer::nest(const Node &node, const Scope &around) {
  openLoops(node, around);
  closeLoops(node, around);
}

void Printer::reduce(Id id, const Scope &around) {
  const Node &node = g.nodes[id];
  const std::string n = to_string(id);
  const Target into{"v" + n, "b" + n, node.fails ? "f" + n : ""};
  line(std::string(nameOf(node.type)) + " v" + n + " = " +
       neutralOf(node.joined) + ";");
  if (isArg(node.joined.join))
    line(std::string(nameOf(typeOf(node.joined.dtype))) + " b" + n + " = 0;");
  if (node.fails)
    line("fail_t f" + n + " = ok;");
  openLoops(node, around);
  const bool isGuarded = node.branches[0] != nullptr;
  if (isGuarded) {
    const Id guard = node.operands[0].node;
    spoil(into, guard);
    open("if (" + value(guard) +
         (failure(guard).empty() ? "" : " && !" + failure(guard) + ".op") +
         ")");
    scope(*node.branches[0]);
  }
  Ids place;
  for (const Loop &loop : node.loops)
    place.push_back(loop.variable);
  join(node.joined, into, node.operands.back().node, place);
  if (isGuarded)
    close();
  closeLoops(node, around);
  if (node.joined.dtype == FOVEA_F32 && !isArg(node.joined.join))
    line("v" + n + " = (float)v" + n + ";");
}

//===----------------------------------------------------------------------===//
// Joining
//===----------------------------------------------------------------------===//

std::string emitc::neutralOf(const Joined &joined) {
  const CType type = typeOf(joined.dtype);
  auto extreme = [&](const char *real, const char *wide, const char *narrow) {
    return type == CType::Real ? real : type == CType::Wide ? wide : narrow;
  };
  switch (joined.join) {
  case FOVEA_PROD:
  case FOVEA_ALL:
    return "1";
  case FOVEA_MAX:
    return extreme("-INFINITY", "INT64_MIN", "INT32_MIN");
  case FOVEA_MIN:
    return extreme("INFINITY", "INT64_MAX", "INT32_MAX");
  case FOVEA_ARGMAX:
  case FOVEA_ARGMIN:
    return "-1";
  default:
    return "0";
  }
}

Printer::Target Printer::target(uint32_t number, const Ids &coords) const {
  const PhaseState::Part &part = g.phase.parts[number];
  const std::string n = to_string(number);
  if (part.extra.empty())
    return {"A" + n, "B" + n, part.fails ? "F" + n : ""};
  const std::string at =
      "[" +
      linear(part.extra,
             Ids(coords.begin(), coords.begin() + part.extra.size())) +
      "]";
  uint32_t next = part.first;
  auto array = [&] { return "x" + to_string(next++) + at; };
  Target into;
  into.value = array();
  if (isArg(part.joined.join))
    into.best = array();
  if (part.fails)
    into.fail = array();
  return into;
}

void Printer::init(const Node &node) {
  const PhaseState::Part &part = g.phase.parts[node.what];
  const std::string n = to_string(node.what);
  const std::string best = nameOf(typeOf(part.joined.dtype));
  const bool isArray = !part.extra.empty();
  Target into{"A" + n, "B" + n, part.fails ? "F" + n : ""};
  if (isArray) {
    std::string count;
    for (uint32_t axis : part.extra)
      count += (count.empty() ? "s" : " * s") + to_string(f.sizeOf(axis));
    open("for (int64_t t = 0; t < " + count + "; ++t)");
    uint32_t next = part.first;
    into.value = "x" + to_string(next++) + "[t]";
    if (isArg(part.joined.join))
      into.best = "x" + to_string(next++) + "[t]";
    if (part.fails)
      into.fail = "x" + to_string(next++) + "[t]";
  }
  auto set = [&](const std::string &type, const std::string &name,
                 const std::string &value) {
    line((isArray ? "" : type + " ") + name + " = " + value + ";");
  };
  set(nameOf(part.joined.result()), into.value, neutralOf(part.joined));
  if (isArg(part.joined.join))
    set(best, into.best, "0");
  if (part.fails)
    set("fail_t", into.fail, "ok");
  if (isArray)
    close();
}

void Printer::spoil(const Target &target, Id id) {
  if (const std::string fails = failure(id); !fails.empty())
    line("if (" + fails + ".op) " + target.fail + " = first(" + target.fail +
         ", " + fails + ");");
}

void Printer::join(const Joined &joined, const Target &into, Id element,
                   const Ids &place) {
  spoil(into, element);
  const std::string &a = into.value;
  const std::string b = value(element);
  const bool isReal = typeOf(joined.dtype) == CType::Real;
  auto with = [&](const char *function) {
    line(a + " = " + function + "(" + a + ", " + b + ");");
  };
  switch (joined.join) {
  case FOVEA_SUM:
    return isReal ? line(a + " += " + b + ";") : with("add");
  case FOVEA_PROD:
    return isReal ? line(a + " *= " + b + ";") : with("mul");
  case FOVEA_MAX:
    return with(isReal ? "fmaximum" : "imax");
  case FOVEA_MIN:
    return with(isReal ? "fminimum" : "imin");
  case FOVEA_ANY:
    return line(a + " |= " + b + ";");
  case FOVEA_ALL:
    return line(a + " &= " + b + ";");
  default: {
    const char *sign = joined.join == FOVEA_ARGMAX ? " > " : " < ";
    std::string beats = b + sign + into.best;
    if (isReal)
      beats = into.best + " == " + into.best + " && (" + b + " != " + b +
              " || " + beats + ")";
    open("if (" + a + " < 0 || (" + beats + "))");
    line(into.best + " = " + b + ";");
    line(a + " = " + linear(joined.over, place) + ";");
    close();
  }
  }
}

//===----------------------------------------------------------------------===//
// Storing
//===----------------------------------------------------------------------===//

void Printer::store(const Node &node) {
  const Id id = node.operands[0].node;
  const Node &from = g.nodes[id];
  if (node.isOutput) {
    const fovea_port &port = f.outputs[node.what];
    const std::string name = "out" + to_string(node.what);
    std::string at;
    for (size_t i = 0; i < node.coords.size(); ++i)
      at += (i ? " + " : "") + value(node.coords[i]) + " * " + name + "_" +
            to_string(i);
    if (from.fails)
      line("if (" + failure(id) + ".op) { *failed = " + failure(id) +
           "; return 1; }");
    line(name + "[" + (at.empty() ? "0" : at) +
         "] = " + rounded(port.dtype, value(id)) + ";");
    return;
  }
  const Stored &array = *g.storedOf(node.op);
  const std::string at = "[" + linear(array.axes, node.coords) + "] = ";
  uint32_t next = array.first;
  auto plane = [&](const std::string &text) {
    line("m" + to_string(next++) + at + text + ";");
  };
  plane(value(id));
  if (array.isHard)
    plane("h" + to_string(id));
  if (array.fails)
    plane(failure(id));
}
