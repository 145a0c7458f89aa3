//===- Cast.cpp - conversions between element types -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/SizeExpr.h"
#include "backends/reference/NodeBuilder.h"
#include "backends/reference/Number.h"
#include "runtime/Half.h"

#include <algorithm>

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

/// Rounded to a number of the type `to`.
static double rounded(double value, DType to) {
  switch (to) {
  case DType::F16:
    return f16ToDouble(f16FromDouble(value));
  case DType::BF16:
    return bf16ToDouble(bf16FromDouble(value));
  case DType::F32:
    return static_cast<float>(value);
  default:
    return value;
  }
}

static Element fromFloat(double value, DType to) {
  if (isFloat(to))
    return element(rounded(value, to));
  if (to == DType::Bool)
    return element(value != 0);
  if (to == DType::I32)
    return element(truncated<int32_t>(value));
  return element(truncated<int64_t>(value));
}

/// `value` as a double, with a last bit that tells whether digits were lost:
/// rounding that once more gives what rounding once would have.
static double sticky(int64_t value) {
  double near = static_cast<double>(value);
  bool beyond = near >= 0x1p63;
  int64_t back = beyond ? 0 : static_cast<int64_t>(near);
  if ((!beyond && back == value) || (std::bit_cast<int64_t>(near) & 1))
    return near;
  bool above = beyond || back > value;
  bool away = (near > 0) != above;
  return std::bit_cast<double>(std::bit_cast<int64_t>(near) + (away ? 1 : -1));
}

/// Bools, too.
static Element fromInteger(int64_t value, DType to) {
  if (to == DType::F64)
    return element(static_cast<double>(value));
  if (isFloat(to))
    return element(rounded(sticky(value), to));
  if (to == DType::Bool)
    return element(value != 0);
  if (to == DType::I32)
    return element(std::clamp<int64_t>(value,
                                       std::numeric_limits<int32_t>::min(),
                                       std::numeric_limits<int32_t>::max()));
  return element(value);
}

namespace {
/// Hardness is kept, but that there is no -inf among integers.
template <bool ofFloat> class CastNode : public Node {
public:
  CastNode(const Node &operand, DType to) : operand(operand), to(to) {}
  Element eval(Run &run) const override {
    Element a = operand.eval(run);
    if (a.hard == Hard::Zero || (a.hard == Hard::NegInf && isFloat(to)))
      return a;
    return ofFloat ? fromFloat(a.as<double>(), to)
                   : fromInteger(a.as<int64_t>(), to);
  }

private:
  const Node &operand;
  DType to;
};
} // namespace

std::unique_ptr<Node> reference::makeCast(Operation *op, NodeBuilder &build) {
  auto conversion = dyn_cast<ir::CastOp>(op);
  if (!conversion)
    return nullptr;
  const Node &operand = build[conversion.getOperand()];
  DType to = dtypeOf(conversion.getType().getElementType());
  if (conversion.getOperand().getType().isFloat())
    return std::make_unique<CastNode<true>>(operand, to);
  return std::make_unique<CastNode<false>>(operand, to);
}
