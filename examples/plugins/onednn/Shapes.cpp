//===- Shapes.cpp - a plan's axes and scalars as numbers ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include <cmath>

using namespace onednn;

namespace {

bool isFloat(fovea_dtype type) { return type >= FOVEA_F16; }

double compute(const Scalar &scalar, const std::vector<double> &numbers,
               const Numbers &sizes) {
  auto a = [&] { return numbers[scalar.a]; };
  auto b = [&] { return numbers[scalar.b]; };
  switch (scalar.opcode) {
  case FOVEA_OP_SIZE:
    return static_cast<double>(sizes[scalar.selector]);
  case FOVEA_OP_CAST:
    return a();
  case FOVEA_OP_ADD:
    return a() + b();
  case FOVEA_OP_SUB:
    return a() - b();
  case FOVEA_OP_MUL:
    return a() * b();
  case FOVEA_OP_DIV:
    return a() / b();
  case FOVEA_OP_NEG:
    return -a();
  case FOVEA_OP_SQRT:
    return std::sqrt(a());
  case FOVEA_OP_RSQRT:
    return 1 / std::sqrt(a());
  case FOVEA_OP_NOT:
    return a() == 0;
  case FOVEA_OP_COMPARE:
    switch (scalar.selector) {
    case FOVEA_LT:
      return a() < b();
    case FOVEA_LE:
      return a() <= b();
    case FOVEA_GT:
      return a() > b();
    case FOVEA_GE:
      return a() >= b();
    case FOVEA_EQ:
      return a() == b();
    default:
      return a() != b();
    }
  default:
    return isFloat(scalar.dtype) ? scalar.number
                                 : static_cast<double>(scalar.integer);
  }
}

} // namespace

bool onednn::isOfScalars(fovea_opcode opcode) {
  switch (opcode) {
  case FOVEA_OP_CONSTANT:
  case FOVEA_OP_SIZE:
  case FOVEA_OP_CAST:
  case FOVEA_OP_ADD:
  case FOVEA_OP_SUB:
  case FOVEA_OP_MUL:
  case FOVEA_OP_DIV:
  case FOVEA_OP_NEG:
  case FOVEA_OP_SQRT:
  case FOVEA_OP_RSQRT:
  case FOVEA_OP_NOT:
  case FOVEA_OP_COMPARE:
    return true;
  default:
    return false;
  }
}

Shapes::Shapes(const Plan &plan, const fovea_span &dims) {
  const Numbers sizes = plan.sizes.values(dims);
  for (uint32_t size : plan.sizeOfAxis)
    extents.push_back(sizes[size]);
  for (const Scalar &scalar : plan.scalars) {
    const double number = compute(scalar, numbers, sizes);
    // Integers are exact in a double as long as they are of this size; greater
    // ones would have to wrap.
    if (!isFloat(scalar.dtype) && std::abs(number) > 9007199254740992.0)
      throw fovea::sdk::plugin_error(FOVEA_UNSUPPORTED_SHAPE,
                                     "an integer is greater than 2^53");
    numbers.push_back(scalar.dtype == FOVEA_F32 ? static_cast<float>(number)
                                                : number);
  }
  for (const Value &value : plan.values)
    count(value.axes);
}

float Shapes::number(uint32_t scalar) const {
  return static_cast<float>(numbers[scalar]);
}

Numbers Shapes::of(const Axes &axes) const {
  Numbers all;
  for (uint32_t axis : axes)
    all.push_back(extents[axis]);
  return all;
}

int64_t Shapes::count(const Axes &axes) const {
  int64_t all = 1;
  for (uint32_t axis : axes)
    all = fovea::sdk::checkedProduct(all, extents[axis]);
  return all;
}

Numbers Shapes::strides(const Operand &operand, const Axes &along) const {
  Numbers all(along.size(), 0);
  int64_t stride = 1;
  for (size_t k = operand.axes.size(); k-- > 0;) {
    for (size_t i = 0; i < along.size(); ++i)
      if (along[i] == operand.axes[k])
        all[i] = stride;
    stride *= extents[operand.axes[k]];
  }
  return all;
}

Loop Shapes::loop(const Axes &along,
                  const std::vector<Operand> &operands) const {
  std::vector<Numbers> all;
  for (const Operand &operand : operands)
    all.push_back(strides(operand, along));
  return Loop(of(along), all);
}
