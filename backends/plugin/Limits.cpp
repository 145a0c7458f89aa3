//===- Limits.cpp - which integers an op can give -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Limits.h"

#include "runtime/DType.h"
#include "runtime/Tensor.h"

#include <optional>

using namespace fovea;
using namespace fovea::plugin;

Limits plugin::limitsOf(fovea_dtype dtype) {
  if (dtype == FOVEA_BOOL)
    return {0, 1};
  if (dtype == FOVEA_I32)
    return {std::numeric_limits<int32_t>::min(),
            std::numeric_limits<int32_t>::max()};
  return {std::numeric_limits<int64_t>::min(),
          std::numeric_limits<int64_t>::max()};
}

namespace {
/// Wide enough for what two integers give before it wraps.
__extension__ using Wide = __int128;

/// `low` is at most `high`.
struct Range {
  Wide low, high;
  bool operator==(const Range &) const = default;
};
/// Nothing: nothing is known, or there is no such number.
using Known = std::optional<Range>;

constexpr Range truth = {0, 1};
constexpr Range whole = {std::numeric_limits<int64_t>::min(),
                         std::numeric_limits<int64_t>::max()};
} // namespace

static Range hull(Range a, Range b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}
static Range hull(Known a, Range b) { return a ? hull(*a, b) : b; }

static Range clamped(Range a, Range to) {
  return {std::clamp(a.low, to.low, to.high),
          std::clamp(a.high, to.low, to.high)};
}

static Range negated(Range a) { return {-a.high, -a.low}; }

static Range absolute(Range a) {
  const Range mirrored = negated(a);
  if (a.low >= 0 || a.high <= 0)
    return a.low >= 0 ? a : mirrored;
  return {0, std::max(a.high, mirrored.high)};
}

/// Of a function that is monotone in each of its operands.
template <class Fn> static Range atCorners(Range a, Range b, Fn fn) {
  const Wide values[] = {fn(a.low, b.low), fn(a.low, b.high), fn(a.high, b.low),
                         fn(a.high, b.high)};
  return {std::ranges::min(values), std::ranges::max(values)};
}

static Range sum(Range a, Range b) { return {a.low + b.low, a.high + b.high}; }

static Range product(Range a, Range b) {
  return atCorners(a, b, [](Wide x, Wide y) { return x * y; });
}

/// fn(a, b) for the divisors above 0, and fn(-a, -b) for those below.
template <class Fn> static Known bySign(Range a, Range b, Fn fn) {
  Known all;
  if (b.high > 0)
    all = fn(a, Range{std::max<Wide>(b.low, 1), b.high}, false);
  if (b.low < 0)
    all = hull(all,
               fn(negated(a), Range{std::max<Wide>(-b.high, 1), -b.low}, true));
  return all;
}

/// Rounded down. Nothing if every division fails.
static Known quotient(Range a, Range b) {
  return bySign(a, b, [](Range a, Range b, bool) {
    return atCorners(
        a, b, [](Wide x, Wide y) { return x / y - (x % y < 0 ? 1 : 0); });
  });
}

/// With the sign of b. Nothing if every division fails.
static Known remainder(Range a, Range b) {
  return bySign(a, b, [](Range a, Range b, bool isNegated) {
    Range rest = {0, b.high - 1};
    if (a.low >= 0)
      rest = a.high < b.low ? a : Range{0, std::min(a.high, rest.high)};
    return isNegated ? negated(rest) : rest;
  });
}

/// Of a small constant exponent; nothing of others, and where it may wrap.
static Known power(Range a, Range b) {
  if (b.low != b.high || b.low < 0 || b.low > 63)
    return std::nullopt;
  // Even powers are those of the absolute value; odd ones are monotone.
  if (b.low % 2 == 0)
    a = absolute(a);
  Range all = {1, 1};
  for (Wide i = 0; i < b.low; ++i) {
    all = {all.low * a.low, all.high * a.high};
    if (clamped(all, whole) != all)
      return std::nullopt;
  }
  return all;
}

namespace {
/// Finds limits in a cluster.
class Finder {
public:
  explicit Finder(const Cluster &cluster) : c(cluster) {}

  Known find(const fovea_op &op) const {
    switch (op.opcode) {
    case FOVEA_OP_CONSTANT:
      return Range{op.integer, op.integer};
    case FOVEA_OP_LITERAL:
      return literal(op);
    case FOVEA_OP_SIZE:
      return size(op.selector);
    case FOVEA_OP_INDEX:
      // Where there is no place, nobody asks.
      return Range{0, std::max<Wide>(extent(c.list(op.over)).high - 1, 0)};
    case FOVEA_OP_ACCUMULATOR:
    case FOVEA_OP_OLD_ACCUMULATOR:
      return accumulator(op);
    case FOVEA_OP_FOLD:
      return of(c.list(c.folds[op.selector].results)[op.integer]);
    case FOVEA_OP_AT:
      return operand(op, 0);
    case FOVEA_OP_REDUCE: {
      const auto operands = c.list(op.operands);
      Range count = extent(c.list(op.over));
      if (operands.size() > 1)
        count.low = 0;
      return joined(op.selector, c.ops[operands[0]].dtype, of(operands[0]),
                    count);
    }
    case FOVEA_OP_SELECT:
      return hull(operand(op, 1), operand(op, 2));
    case FOVEA_OP_CAST: {
      const fovea_op &from = c.ops[c.list(op.operands)[0]];
      if (isFloat(*dtypeFromC(from.dtype)) || op.dtype == FOVEA_BOOL)
        return std::nullopt;
      return clamped(operand(op, 0), all(op.dtype));
    }
    case FOVEA_OP_ABS:
      return absolute(operand(op, 0));
    case FOVEA_OP_NEG:
      return negated(operand(op, 0));
    case FOVEA_OP_SIGN:
      return clamped(operand(op, 0), {-1, 1});
    case FOVEA_OP_ADD:
      return sum(operand(op, 0), operand(op, 1));
    case FOVEA_OP_SUB:
      return sum(operand(op, 0), negated(operand(op, 1)));
    case FOVEA_OP_MUL:
      return product(operand(op, 0), operand(op, 1));
    case FOVEA_OP_FLOORDIV:
      return quotient(operand(op, 0), operand(op, 1));
    case FOVEA_OP_MOD:
      return remainder(operand(op, 0), operand(op, 1));
    case FOVEA_OP_POW:
      return power(operand(op, 0), operand(op, 1));
    case FOVEA_OP_MIN:
      return Range{std::min(operand(op, 0).low, operand(op, 1).low),
                   std::min(operand(op, 0).high, operand(op, 1).high)};
    case FOVEA_OP_MAX:
      return Range{std::max(operand(op, 0).low, operand(op, 1).low),
                   std::max(operand(op, 0).high, operand(op, 1).high)};
    default:
      // Data, random bits, what is no integer, and gauges.
      return std::nullopt;
    }
  }

  static Range all(fovea_dtype dtype) {
    const Limits limits = limitsOf(dtype);
    return {limits.low, limits.high};
  }

private:
  Range of(uint32_t op) const { return {c.ops[op].low, c.ops[op].high}; }
  Range operand(const fovea_op &op, size_t i) const {
    return of(c.list(op.operands)[i]);
  }

  /// Sizes do not wrap: who evaluates one that does not fit 64 bits fails.
  Range size(uint32_t number) const {
    const fovea_size &size = c.sizes[number];
    Known range;
    switch (size.kind) {
    case FOVEA_SIZE_CONSTANT:
      return {size.value, size.value};
    case FOVEA_SIZE_DIM:
      range = {0, whole.high};
      break;
    case FOVEA_SIZE_ADD:
      range = sum(this->size(size.a), this->size(size.b));
      break;
    case FOVEA_SIZE_MUL:
      range = product(this->size(size.a), this->size(size.b));
      break;
    case FOVEA_SIZE_FLOORDIV:
      range = quotient(this->size(size.a), this->size(size.b));
      break;
    default:
      range = remainder(this->size(size.a), this->size(size.b));
    }
    const Range known = clamped(range.value_or(whole), whole);
    return isOfArray(number) ? clamped(known, {0, maxElements}) : known;
  }
  /// Whether an array that goes in or out has that extent.
  bool isOfArray(uint32_t size) const {
    for (const auto *ports : {&c.inputs, &c.outputs})
      for (const fovea_port &port : *ports)
        for (uint32_t axis : c.list(port.axes))
          if (c.axes[axis].size == size)
            return true;
    return false;
  }
  /// How many places there are along axes.
  Range extent(std::span<const uint32_t> axes) const {
    Range count = {1, 1};
    for (uint32_t axis : axes)
      count = clamped(
          product(count, clamped(size(c.axes[axis].size), {0, whole.high})),
          whole);
    return count;
  }

  Known literal(const fovea_op &op) const {
    const DType dtype = *dtypeFromC(op.dtype);
    if (isFloat(dtype))
      return std::nullopt;
    const char *at =
        reinterpret_cast<const char *>(c.bytes.data()) + op.integer;
    Known range;
    for (Wide count = extent(c.list(op.over)).high; count > 0; --count) {
      const int64_t value = loadAsInt(dtype, at);
      range = hull(range, {value, value});
      at += sizeOf(dtype);
    }
    return range;
  }

  /// An accumulator, of which some places may be missing.
  Known accumulator(const fovea_op &op) const {
    const fovea_fold &fold = c.folds[op.selector];
    // In the middle of a fold that is being written.
    if (op.integer >= fold.accumulators.count)
      return std::nullopt;
    const fovea_accumulator &a =
        c.accumulators[fold.accumulators.first + op.integer];
    const bool isPosition = a.join == FOVEA_ARGMAX || a.join == FOVEA_ARGMIN;
    // What a repair gives is the sum at other gauges; a position it hands on.
    if (a.gauges && !isPosition)
      return std::nullopt;
    return joined(a.join, a.dtype, of(a.element),
                  {0, extent(c.list(fold.axes)).high});
  }

  /// Elements joined, at least and at most `count` of them.
  static Known joined(fovea_join join, fovea_dtype dtype, Range element,
                      Range count) {
    const bool mayBeNone = count.low == 0;
    switch (join) {
    case FOVEA_SUM:
      return product(element, count);
    case FOVEA_MAX:
      return mayBeNone ? Range{all(dtype).low, element.high} : element;
    case FOVEA_MIN:
      return mayBeNone ? Range{element.low, all(dtype).high} : element;
    case FOVEA_ARGMAX:
    case FOVEA_ARGMIN:
      return Range{mayBeNone ? -1 : 0, std::max<Wide>(count.high - 1, -1)};
    default:
      return std::nullopt;
    }
  }

  const Cluster &c;
};
} // namespace

Limits plugin::limitsOf(const Cluster &cluster, const fovea_op &op) {
  const Limits all = limitsOf(op.dtype);
  if (isFloat(*dtypeFromC(op.dtype)))
    return all;
  const Known range = Finder(cluster).find(op);
  // What does not fit wraps.
  if (!range || range->low < all.low || range->high > all.high)
    return all;
  return {static_cast<int64_t>(range->low), static_cast<int64_t>(range->high)};
}
