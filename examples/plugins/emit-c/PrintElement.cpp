//===- PrintElement.cpp - elements in C -----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Printer.h"

using namespace emitc;
using std::to_string;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

const char *emitc::memoryTypeOf(fovea_dtype dtype) {
  switch (dtype) {
  case FOVEA_F16:
  case FOVEA_BF16:
    return "uint16_t";
  case FOVEA_F32:
    return "float";
  default:
    return nameOf(typeOf(dtype));
  }
}

std::string emitc::loaded(fovea_dtype dtype, const std::string &element) {
  if (dtype == FOVEA_F16)
    return "from_f16(" + element + ")";
  if (dtype == FOVEA_BF16)
    return "from_bf16(" + element + ")";
  return element;
}

std::string emitc::rounded(fovea_dtype dtype, const std::string &value) {
  if (dtype == FOVEA_F16)
    return "to_f16(" + value + ")";
  if (dtype == FOVEA_BF16)
    return "to_bf16(" + value + ")";
  return dtype == FOVEA_F32 ? "(float)" + value : value;
}

//===----------------------------------------------------------------------===//
// What is known of other nodes
//===----------------------------------------------------------------------===//

std::string Printer::isZero(Id id) const {
  return g.nodes[id].zero ? "(h" + to_string(id) + " & 1)" : "";
}
std::string Printer::isNegInf(Id id) const {
  return g.nodes[id].negInf ? "(h" + to_string(id) + " >> 1)" : "";
}
std::string Printer::failure(Id id) const {
  return g.nodes[id].fails ? "f" + to_string(id) : "";
}

static std::string either(const std::string &a, const std::string &b,
                          const char *format) {
  if (a.empty() || b.empty())
    return a + b;
  std::string text = format;
  text.replace(text.find('A'), 1, a);
  text.replace(text.rfind('B'), 1, b);
  return text;
}

std::string Printer::anyFailure(const Node &node) const {
  std::string all;
  for (const Edge &edge : node.operands)
    all = either(all, failure(edge.node), "first(A, B)");
  return all;
}

/// Row-major number of a place along axes.
std::string Printer::linear(const Numbers &axes, const Ids &coords) const {
  std::string at;
  for (size_t i = 0; i < axes.size(); ++i) {
    const std::string coord = value(coords[i]);
    at = i == 0 ? coord
                : "(" + at + ") * s" + to_string(f.sizeOf(axes[i])) + " + " +
                      coord;
  }
  return at.empty() ? "0" : at;
}

/// `fail(...)` of a node itself.
std::string Printer::own(Id id, const std::string &offending) const {
  const Node &node = g.nodes[id];
  return "fail(" + to_string(failureNumber(node.op, node.what)) + ", " +
         offending + ", " + linear(f.axesOf(node.op), node.coords) + ")";
}

void Printer::declare(Id id, const Text &text) {
  const Node &node = g.nodes[id];
  const std::string n = to_string(id);
  std::string number = text.value;
  if (node.zero || node.negInf) {
    std::string hard;
    if (node.zero)
      hard = text.zero;
    if (node.negInf && !text.negInf.empty())
      hard = either(hard, "(" + text.negInf + ") << 1", "A | B");
    line("const uint8_t h" + n + " = " + (hard.empty() ? "0" : hard) + ";");
    if (node.negInf)
      number = "h" + n + " & 2 ? -INFINITY : " + number;
    if (node.zero)
      number = "h" + n + " & 1 ? 0 : " + number;
  }
  // An f32 number has no more digits than that, or differences of equal ones
  // are not 0.
  if (node.type == CType::Real && node.op < f.ops.size() &&
      f.ops[node.op].dtype == FOVEA_F32)
    number = "(float)(" + number + ")";
  line("const " + std::string(nameOf(node.type)) + " v" + n + " = " + number +
       ";");
  if (node.fails)
    line("const fail_t f" + n + " = " + (text.fail.empty() ? "ok" : text.fail) +
         ";");
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

static std::string call(const char *function, const std::string &a,
                        const std::string &b = "") {
  return std::string(function) + "(" + a + (b.empty() ? "" : ", " + b) + ")";
}

std::string Printer::realOf(const fovea_op &op, const std::string &a,
                            const std::string &b) const {
  switch (op.opcode) {
  case FOVEA_OP_ABS:
    return call("fabs", a);
  case FOVEA_OP_NEG:
    return "-" + a;
  case FOVEA_OP_SIGN:
    return call("fsign", a);
  case FOVEA_OP_EXP:
    return call("exp", a);
  case FOVEA_OP_EXP2:
    return call("exp2", a);
  case FOVEA_OP_EXPM1:
    return call("expm1", a);
  case FOVEA_OP_LOG:
    return call("log", a);
  case FOVEA_OP_LOG1P:
    return call("log1p", a);
  case FOVEA_OP_SQRT:
    return call("sqrt", a);
  case FOVEA_OP_RSQRT:
    return "1 / " + call("sqrt", a);
  case FOVEA_OP_TANH:
    return call("tanh", a);
  case FOVEA_OP_SINH:
    return call("sinh", a);
  case FOVEA_OP_COSH:
    return call("cosh", a);
  case FOVEA_OP_SIGMOID:
    return call("sigmoid", a);
  case FOVEA_OP_ERF:
    return call("erf", a);
  case FOVEA_OP_SIN:
    return call("sin", a);
  case FOVEA_OP_COS:
    return call("cos", a);
  case FOVEA_OP_FLOOR:
    return call("floor", a);
  case FOVEA_OP_ADD:
    return a + " + " + b;
  case FOVEA_OP_SUB:
    return a + " - " + b;
  case FOVEA_OP_MUL:
    return a + " * " + b;
  case FOVEA_OP_DIV:
    return a + " / " + b;
  case FOVEA_OP_FLOORDIV:
    return call("ffloordiv", a, b);
  case FOVEA_OP_MOD:
    return call("fmodulo", a, b);
  case FOVEA_OP_POW:
    return call("pow", a, b);
  case FOVEA_OP_MIN:
    return call("fminimum", a, b);
  default:
    return call("fmaximum", a, b);
  }
}

/// Of both widths: what does not fit the narrow one wraps when it is stored.
std::string Printer::integerOf(const fovea_op &op, const std::string &a,
                               const std::string &b) const {
  switch (op.opcode) {
  case FOVEA_OP_ABS:
    return call("iabs", a);
  case FOVEA_OP_NEG:
    return call("sub", "0", a);
  case FOVEA_OP_SIGN:
    return call("isign", a);
  case FOVEA_OP_NOT:
    return "!" + a;
  case FOVEA_OP_FLOOR:
    return a;
  case FOVEA_OP_ADD:
    return call("add", a, b);
  case FOVEA_OP_SUB:
    return call("sub", a, b);
  case FOVEA_OP_MUL:
    return call("mul", a, b);
  case FOVEA_OP_FLOORDIV:
    return call("ifloordiv", a, b);
  case FOVEA_OP_MOD:
    return call("imod", a, b);
  case FOVEA_OP_POW:
    return call("ipow", a, b);
  case FOVEA_OP_MIN:
    return call("imin", a, b);
  default:
    return call("imax", a, b);
  }
}

Printer::Text Printer::castOf(const Node &node) const {
  const Id a = node.operands[0].node;
  const fovea_dtype to = f.ops[node.op].dtype;
  const CType from = g.nodes[a].type;
  std::string number = value(a);
  switch (to) {
  case FOVEA_BOOL:
    number += " != 0";
    break;
  case FOVEA_I32:
    if (from == CType::Real)
      number = call("to_i32", number);
    else if (from == CType::Wide)
      number = call("narrow", number);
    break;
  case FOVEA_I64:
    if (from == CType::Real)
      number = call("to_i64", number);
    break;
  default:
    if (from == CType::Wide && to == FOVEA_BF16)
      number = call("odd_real", number);
    number = loaded(to, rounded(to, number));
  }
  const bool isReal = from == CType::Real && node.type == CType::Real;
  return {number, isZero(a), isReal ? isNegInf(a) : "", failure(a)};
}

/// A hard number counts only if it could be had.
static std::string sure(const std::string &hard, const std::string &fail) {
  return hard.empty() || fail.empty() ? hard
                                      : "(" + hard + " && !" + fail + ".op)";
}

Printer::Text Printer::textOf(const Node &node) const {
  const fovea_op &op = f.ops[node.op];
  const std::vector<Edge> &operands = node.operands;
  auto id = [&](size_t i) { return operands[i].node; };
  const std::string a = operands.empty() ? "" : value(id(0));
  const std::string b = operands.size() < 2 ? "" : value(id(1));
  Text text;
  text.fail = anyFailure(node);
  switch (op.opcode) {
  case FOVEA_OP_CONSTANT:
    text.value = node.type == CType::Real ? realText(op.number)
                                          : integerText(node.type, op.integer);
    return text;
  case FOVEA_OP_SIZE:
    text.value = "s" + to_string(op.selector);
    return text;
  case FOVEA_OP_AT: {
    const Id last = operands.back().node;
    text.value = value(last);
    text.zero = isZero(last);
    text.negInf = isNegInf(last);
    return text;
  }
  case FOVEA_OP_COMPARE: {
    static const char *const signs[] = {"<", "<=", ">", ">=", "==", "!="};
    text.value = a + " " + signs[op.selector] + " " + b;
    return text;
  }
  case FOVEA_OP_CAST:
    return castOf(node);
  case FOVEA_OP_FOLD_KEY:
    text.value = call("fold_key", a, b);
    return text;
  case FOVEA_OP_RANDOM:
    text.value =
        call(op.selector == FOVEA_UNIFORM ? "uniform" : "normal", a, b);
    return text;
  default:
    break;
  }
  text.value =
      node.type == CType::Real ? realOf(op, a, b) : integerOf(op, a, b);
  std::string absorbed;
  switch (op.opcode) {
  case FOVEA_OP_NEG:
  case FOVEA_OP_SQRT:
    text.zero = isZero(id(0));
    break;
  case FOVEA_OP_EXP:
  case FOVEA_OP_EXP2:
    text.zero = isNegInf(id(0));
    break;
  case FOVEA_OP_ADD:
    text.negInf = absorbed =
        either(sure(isNegInf(id(0)), failure(id(0))),
               sure(isNegInf(id(1)), failure(id(1))), "A | B");
    break;
  case FOVEA_OP_SUB:
    text.negInf = absorbed = sure(isNegInf(id(0)), failure(id(0)));
    break;
  case FOVEA_OP_MUL:
    text.zero = absorbed = either(sure(isZero(id(0)), failure(id(0))),
                                  sure(isZero(id(1)), failure(id(1))), "A | B");
    break;
  case FOVEA_OP_DIV:
    text.zero = absorbed = sure(isZero(id(0)), failure(id(0)));
    break;
  case FOVEA_OP_POW:
    if (node.zero && !isZero(id(0)).empty())
      text.zero = "(" + isZero(id(0)) + " && " + b + " > 0)";
    break;
  default:
    break;
  }
  if (!absorbed.empty() && !text.fail.empty() && (node.zero || node.negInf))
    text.fail = "(" + absorbed + ") ? ok : " + text.fail;
  return text;
}

void Printer::op(Id id) {
  const Node &node = g.nodes[id];
  const fovea_op &op = f.ops[node.op];
  if (op.opcode == FOVEA_OP_SELECT)
    return choice(id);
  if (op.opcode == FOVEA_OP_AND || op.opcode == FOVEA_OP_OR)
    return logic(id);
  Text text = textOf(node);
  if (mayDivideByZero(op)) {
    const std::string a = value(node.operands[0].node);
    const std::string b = value(node.operands[1].node);
    const bool isPower = op.opcode == FOVEA_OP_POW;
    const std::string none =
        isPower ? a + " == 0 && " + b + " < 0" : b + " == 0";
    const std::string byZero = "(" + none + " ? " + own(id, "0") + " : ok)";
    text.fail = either(text.fail, byZero, "first(A, B)");
  }
  declare(id, text);
}

void Printer::choice(Id id) {
  const Node &node = g.nodes[id];
  const std::string n = to_string(id);
  const Id condition = node.operands[0].node;
  const bool isHard = node.zero || node.negInf;
  const fovea_op &op = f.ops[node.op];
  line(std::string(nameOf(node.type)) + " v" + n + ";");
  if (isHard)
    line("uint8_t h" + n + ";");
  if (node.fails)
    line("fail_t f" + n + ";");
  for (unsigned k = 0; k < 2; ++k) {
    const Id branch = node.operands[k + 1].node;
    open(k == 0 ? "if (" + value(condition) + ")" : "else");
    scope(*node.branches[k]);
    line("v" + n + " = " + value(branch) + ";");
    if (isHard) {
      std::string hard = either(isZero(branch), isNegInf(branch), "A | B << 1");
      if (g.nodes[branch].negInf && !g.nodes[branch].zero)
        hard += " << 1";
      if (k == 1 && op.selector != FOVEA_SOFT)
        hard = op.selector == FOVEA_HARD_ZERO ? "1" : "2";
      line("h" + n + " = " + (hard.empty() ? "0" : hard) + ";");
    }
    if (node.fails) {
      const std::string all =
          either(failure(condition), failure(branch), "first(A, B)");
      line("f" + n + " = " + (all.empty() ? "ok" : all) + ";");
    }
    close();
  }
}

void Printer::logic(Id id) {
  const Node &node = g.nodes[id];
  const std::string n = to_string(id);
  const Id a = node.operands[0].node, b = node.operands[1].node;
  line("uint8_t v" + n + " = " + value(a) + ";");
  if (node.fails)
    line("fail_t f" + n + " = " + (failure(a).empty() ? "ok" : failure(a)) +
         ";");
  const bool isAnd = f.ops[node.op].opcode == FOVEA_OP_AND;
  open("if (" + std::string(isAnd ? "" : "!") + value(a) + ")");
  scope(*node.branches[0]);
  line("v" + n + " = " + value(b) + ";");
  if (!failure(b).empty())
    line("f" + n + " = first(f" + n + ", " + failure(b) + ");");
  close();
}

//===----------------------------------------------------------------------===//
// Reads
//===----------------------------------------------------------------------===//

void Printer::check(Id id) {
  const Node &node = g.nodes[id];
  const std::string n = to_string(id);
  const Id index = node.operands[0].node;
  const std::string extent =
      "s" + to_string(f.sizeOf(f.list(f.ops[node.op].over)[node.what]));
  line("const int o" + n + " = " + value(index) + " >= 0 && " + value(index) +
       " < " + extent + ";");
  line("const int64_t v" + n + " = o" + n + " ? " + value(index) + " : 0;");
  if (!node.fails)
    return;
  const std::string outside =
      "(o" + n + " ? ok : " + own(id, value(index)) + ")";
  line("const fail_t f" + n + " = " +
       either(failure(index), outside, "first(A, B)") + ";");
}

void Printer::read(Id id) {
  const Node &node = g.nodes[id];
  const fovea_op &op = f.ops[node.op];
  // Even index 0 of an empty array is no element.
  std::string inside;
  for (Id coord : node.coords)
    if (g.nodes[coord].kind == Kind::Check)
      inside = either(inside, "o" + to_string(coord), "A && B");
  auto guarded = [&](const std::string &element, const char *other) {
    return inside.empty() ? element
                          : "(" + inside + ") ? " + element + " : " + other;
  };
  Text text;
  if (const Stored *array = g.storedOf(node.op)) {
    const std::string at = "[" + linear(array->axes, node.coords) + "]";
    uint32_t number = array->first;
    auto plane = [&] { return "m" + to_string(number++) + at; };
    text.value = guarded(plane(), "0");
    if (array->isHard) {
      const std::string hard = guarded(plane(), "0");
      text.zero = "((" + hard + ") & 1)";
      text.negInf = "((" + hard + ") >> 1)";
    }
    if (array->fails)
      text.fail = guarded(plane(), "ok");
  } else if (op.opcode == FOVEA_OP_LITERAL) {
    text.value = guarded(
        loaded(op.dtype, "literal" + to_string(node.op) + "[" +
                             linear(f.list(op.over), node.coords) + "]"),
        "0");
  } else {
    const std::string input = to_string(op.selector);
    std::string at;
    for (size_t i = 0; i < node.coords.size(); ++i)
      at += (i ? " + " : "") + value(node.coords[i]) + " * in" + input + "_" +
            to_string(i);
    text.value = guarded(
        loaded(op.dtype, "in" + input + "[" + (at.empty() ? "0" : at) + "]"),
        "0");
  }
  declare(id, text);
}

void Printer::state(Id id) {
  const Node &node = g.nodes[id];
  const Target from = target(node.what, node.coords);
  std::string inside;
  for (Id coord : node.coords)
    if (g.nodes[coord].kind == Kind::Check)
      inside = either(inside, "o" + to_string(coord), "A && B");
  Text text{from.value, "", "", from.fail};
  if (!inside.empty()) {
    text.value = "(" + inside + ") ? " + from.value + " : 0";
    if (!from.fail.empty())
      text.fail = "(" + inside + ") ? " + from.fail + " : ok";
  }
  declare(id, text);
}
