//===- Opcodes.cpp - what is known of each opcode -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Opcodes.h"

#include <algorithm>
#include <utility>

using namespace fovea::plugin;

static constexpr PlainOpcode table[] = {
    {FOVEA_OP_ABS, "abs", 1, Accepts::Number},
    {FOVEA_OP_NEG, "neg", 1, Accepts::Number},
    {FOVEA_OP_SIGN, "sign", 1, Accepts::Number},
    {FOVEA_OP_NOT, "not", 1, Accepts::Bool},
    {FOVEA_OP_EXP, "exp", 1, Accepts::Float},
    {FOVEA_OP_EXP2, "exp2", 1, Accepts::Float},
    {FOVEA_OP_EXPM1, "expm1", 1, Accepts::Float},
    {FOVEA_OP_LOG, "log", 1, Accepts::Float},
    {FOVEA_OP_LOG1P, "log1p", 1, Accepts::Float},
    {FOVEA_OP_SQRT, "sqrt", 1, Accepts::Float},
    {FOVEA_OP_RSQRT, "rsqrt", 1, Accepts::Float},
    {FOVEA_OP_TANH, "tanh", 1, Accepts::Float},
    {FOVEA_OP_SINH, "sinh", 1, Accepts::Float},
    {FOVEA_OP_COSH, "cosh", 1, Accepts::Float},
    {FOVEA_OP_SIGMOID, "sigmoid", 1, Accepts::Float},
    {FOVEA_OP_ERF, "erf", 1, Accepts::Float},
    {FOVEA_OP_SIN, "sin", 1, Accepts::Float},
    {FOVEA_OP_COS, "cos", 1, Accepts::Float},
    {FOVEA_OP_FLOOR, "floor", 1, Accepts::Float},
    {FOVEA_OP_ADD, "add", 2, Accepts::Number},
    {FOVEA_OP_SUB, "sub", 2, Accepts::Number},
    {FOVEA_OP_MUL, "mul", 2, Accepts::Number},
    {FOVEA_OP_DIV, "div", 2, Accepts::Float},
    {FOVEA_OP_FLOORDIV, "floordiv", 2, Accepts::Number},
    {FOVEA_OP_MOD, "mod", 2, Accepts::Number},
    {FOVEA_OP_POW, "pow", 2, Accepts::Number},
    {FOVEA_OP_MIN, "min", 2, Accepts::Number},
    {FOVEA_OP_MAX, "max", 2, Accepts::Number},
    {FOVEA_OP_AND, "and", 2, Accepts::Bool},
    {FOVEA_OP_OR, "or", 2, Accepts::Bool},
};

static constexpr std::pair<fovea_opcode, std::string_view> others[] = {
    {FOVEA_OP_INPUT, "input"},
    {FOVEA_OP_CONSTANT, "constant"},
    {FOVEA_OP_LITERAL, "literal"},
    {FOVEA_OP_SIZE, "size"},
    {FOVEA_OP_INDEX, "index"},
    {FOVEA_OP_ACCUMULATOR, "accumulator"},
    {FOVEA_OP_GAUGE, "gauge"},
    {FOVEA_OP_OLD_ACCUMULATOR, "old_accumulator"},
    {FOVEA_OP_OLD_GAUGE, "old_gauge"},
    {FOVEA_OP_FOLD, "fold"},
    {FOVEA_OP_AT, "at"},
    {FOVEA_OP_REDUCE, "reduce"},
    {FOVEA_OP_SELECT, "select"},
    {FOVEA_OP_COMPARE, "compare"},
    {FOVEA_OP_CAST, "cast"},
    {FOVEA_OP_FOLD_KEY, "fold_key"},
    {FOVEA_OP_RANDOM, "random"},
};

std::span<const PlainOpcode> fovea::plugin::plainOpcodes() { return table; }

const PlainOpcode *fovea::plugin::plainOpcode(fovea_opcode opcode) {
  const auto *found = std::ranges::find(table, opcode, &PlainOpcode::opcode);
  return found == std::end(table) ? nullptr : found;
}

const PlainOpcode *fovea::plugin::plainOpcode(std::string_view name) {
  const auto *found = std::ranges::find(table, name, &PlainOpcode::name);
  return found == std::end(table) ? nullptr : found;
}

std::string_view fovea::plugin::nameOfOpcode(fovea_opcode opcode) {
  if (const PlainOpcode *plain = plainOpcode(opcode))
    return plain->name;
  for (const auto &[other, name] : others)
    if (other == opcode)
      return name;
  return {};
}
