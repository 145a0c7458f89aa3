//===- LimitsTest.cpp - which integers an op can give ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Limits.h"
#include "backends/plugin/States.h"
#include "runtime/DType.h"
#include "tests/backends/plugin/Clusters.h"
#include "tools/kit/Formula.h"
#include "tools/kit/Programs.h"

#include <random>
#include <set>

using namespace fovea;
using namespace fovea::plugin;

static constexpr int64_t least = std::numeric_limits<int64_t>::min();
static constexpr int64_t greatest = std::numeric_limits<int64_t>::max();
static constexpr int64_t least32 = std::numeric_limits<int32_t>::min();
static constexpr int64_t greatest32 = std::numeric_limits<int32_t>::max();
static constexpr int64_t mostExtent = int64_t(1) << 40;

//===----------------------------------------------------------------------===//
// How tight they are
//===----------------------------------------------------------------------===//

/// Limits of the result of a function of x (i64), h (i32), b (bool), r (f32),
/// all over [8], and m (i64) over [N, M].
static void check(const std::string &result, const std::string &body,
                  int64_t low, int64_t high) {
  INFO(body);
  auto clusters = test::clustersOf(
      "fn f(x: i64[8], h: i32[8], b: bool[8], r: f32[8], m: i64[N, M]) -> " +
      result + " {\n  " + body + "\n  return y\n}");
  REQUIRE(clusters.size() == 1);
  const Cluster &cluster = clusters.front();
  const fovea_op &op = cluster.ops[cluster.outputs.front().op];
  CHECK(op.low == low);
  CHECK(op.high == high);
}

/// Of an expression of i, which has 8 places.
static void checkAt(const std::string &expression, int64_t low, int64_t high) {
  check("i64[8]", "y[i] = " + expression, low, high);
}

TEST_CASE("what is known of a coordinate goes on through arithmetic") {
  checkAt("i + 3 + i64(b[i])", 3, 11);
  checkAt("5 - i - i64(b[i])", -3, 5);
  checkAt("(i - 2) * (i64(b[i]) * 5 - 2)", -10, 15);
  checkAt("-(i + i64(b[i]))", -8, 0);
  checkAt("abs(i - 5 * i64(b[i]))", 0, 7);
  checkAt("abs(i - 9 - i64(b[i]))", 2, 10);
  checkAt("sign(i - 9 - i64(b[i]))", -1, -1);
  checkAt("sign(i - 3 * i64(b[i]))", -1, 1);
  checkAt("(i - 3 * i64(b[i])) ^ 3", -27, 343);
  checkAt("(i - 3 * i64(b[i])) ^ 2", 0, 49);
  checkAt("(i - 3 * i64(b[i])) // 2", -2, 3);
  checkAt("(i - 3 * i64(b[i])) // (0 - 2)", -4, 1);
  checkAt("10 // (i - 3 * i64(b[i]))", -10, 10);
  checkAt("(i + i64(b[i])) % 4", 0, 3);
  checkAt("(i + i64(b[i])) % 20", 0, 8);
  checkAt("(i - 3 * i64(b[i])) % 4", 0, 3);
  checkAt("(i + i64(b[i])) % (0 - 4)", -3, 0);
  checkAt("min(i, 4) + max(i64(b[i]), 0)", 0, 5);
  checkAt("where(b[i], i, 20 + i)", 0, 27);
}

TEST_CASE("data has the limits of its dtype, and so has what may wrap") {
  checkAt("x[i] + 1", least, greatest);
  checkAt("-x[i]", least, greatest);
  checkAt("abs(x[i])", least, greatest);
  checkAt("x[i] // 2", least / 2, greatest / 2);
  checkAt("x[i] // (0 - 1)", least, greatest);
  checkAt("x[i] % 8", 0, 7);
  checkAt("min(max(x[i], -3), 20)", -3, 20);
  checkAt("(i + 2 + i64(b[i])) ^ 63", least, greatest);
  checkAt("i64(r[i])", least, greatest);
  checkAt("i64(h[i]) * 2", 2 * least32, 2 * greatest32);
  check("i32[8]", "y[i] = h[i] + 1", least32, greatest32);
  check("i32[8]", "y[i] = i32(x[i])", least32, greatest32);
  check("i32[8]", "y[i] = i32(i + i64(b[i]))", 0, 8);
  check("bool[8]", "y[i] = h[i] < 4", 0, 1);
}

TEST_CASE("an extent of an array is at most 2^40, other sizes follow") {
  const std::string some = " + m[0, 0] % 8";
  check("i64", "y = N" + some, 0, mostExtent + 7);
  check("i64", "y = N - 3" + some, -3, mostExtent + 4);
  check("i64", "y = N // 2" + some, 0, mostExtent / 2 + 7);
  check("i64", "y = N * M" + some, least, greatest);
  // Of an array that nobody reads nothing is known here.
  check("i64", "y = N", 0, greatest);
}

TEST_CASE("reductions know how many places there are") {
  check("i64", "y = sum[i](i64(b[i]) + i)", 0, 64);
  check("i64", "y = sum[i](i64(b[i]) - 3)", -24, -16);
  check("i64", "y = sum[n, k | m[n, k] > 0](1)", 0, greatest);
  check("i64", "y = sum[i | b[i]](i - 9)", -72, 0);
  check("i64", "y = max[i](x[i] % 5)", 0, 4);
  check("i64", "y = max[i | b[i]](x[i] % 5)", least, 4);
  check("i64", "y = min[n, k](m[n, k] % 5)", 0, greatest);
  check("i64", "y = argmax[i](x[i])", 0, 7);
  check("i64[N]", "y[n] = argmin[k](m[n, k])", -1, mostExtent - 1);
  check("i64", "y = prod[i](x[i] % 2)", least, greatest);
  check("i64[4]", "w = [2, 7, -3, 0]\n  y[i] = w[i] + 10", 7, 17);
}

//===----------------------------------------------------------------------===//
// Whether they hold
//===----------------------------------------------------------------------===//

/// Checks all elements of an op against its limits; whether it can be computed
/// at all.
static bool checkElements(const Cluster &cluster, uint32_t number,
                          std::span<const Tensor> inputs,
                          std::span<const int64_t> dims) {
  Cluster alone = cluster;
  const fovea_op &op = cluster.ops[number];
  alone.outputs = {{0, op.dtype, op.axes, number, 0}};
  const kit::Formula formula(std::move(alone));
  const auto shape = formula.shapeOf(formula.cluster.outputs[0], dims);
  if (!shape)
    return false;
  Tensor tensors[] = {*Tensor::allocate(*dtypeFromC(op.dtype), *shape)};
  // What nobody needs may fail here.
  if (formula.evaluate(inputs, tensors, dims).failed())
    return false;
  int64_t outside = 0;
  for (int64_t at = 0; at < tensors[0].numElements(); ++at) {
    const int64_t value = tensors[0].loadAsInt(at);
    outside += value < op.low || value > op.high;
  }
  INFO("op " << number << ", " << op.low << " to " << op.high);
  CHECK(outside == 0);
  return true;
}

/// Those of integers that stand outside of folds, and no leaves.
static std::vector<uint32_t> integersOf(const Cluster &cluster) {
  std::vector<StateUses> uses;
  std::vector<uint32_t> all;
  for (uint32_t n = 0; n < cluster.ops.size(); ++n) {
    const fovea_op &op = cluster.ops[n];
    uses.push_back(usesOf(cluster, op, uses));
    if (uses.back().empty() && !isFloat(*dtypeFromC(op.dtype)) &&
        op.opcode != FOVEA_OP_INPUT)
      all.push_back(n);
  }
  return all;
}

/// Numbers that are likely to be at an edge, or small.
static int64_t someInteger(std::mt19937_64 &random, DType dtype) {
  static constexpr int64_t numbers[] = {
      least, greatest, least32, greatest32, least + 1, -3, -2,  -1,
      0,     1,        2,       3,          5,         8,  100, 4096};
  const int64_t number = numbers[random() % std::size(numbers)];
  return dtype == DType::Bool ? number & 1 : number;
}

static std::vector<Tensor> inputsOf(const Cluster &cluster,
                                    std::span<const int64_t> extents,
                                    std::mt19937_64 &random) {
  std::vector<Tensor> tensors;
  for (const fovea_port &port : cluster.inputs) {
    std::vector<int64_t> shape;
    for (uint32_t axis : cluster.list(port.axes))
      shape.push_back(extents[axis]);
    const DType dtype = *dtypeFromC(port.dtype);
    tensors.push_back(*Tensor::allocate(dtype, std::move(shape)));
    const Tensor &tensor = tensors.back();
    for (int64_t at = 0; at < tensor.numElements(); ++at)
      if (isFloat(dtype))
        tensor.store(at, static_cast<double>(random() % 2000) - 1000);
      else
        tensor.store(at, someInteger(random, dtype));
  }
  return tensors;
}

namespace {
/// Writes random ops of integers and bools over two axes.
class Writer {
public:
  explicit Writer(uint64_t seed) : random(seed) {
    ClusterBuilder::add(made->dims, {made.text("N"), 0});
    const uint32_t dim =
        ClusterBuilder::add(made->sizes, {FOVEA_SIZE_DIM, 0, 0, 0, 0});
    const uint32_t three =
        ClusterBuilder::add(made->sizes, {FOVEA_SIZE_CONSTANT, 0, 0, 0, 3});
    for (fovea_size_kind kind :
         {FOVEA_SIZE_ADD, FOVEA_SIZE_MUL, FOVEA_SIZE_FLOORDIV, FOVEA_SIZE_MOD})
      ClusterBuilder::add(made->sizes, {kind, dim, three, 0, 0});
    ClusterBuilder::add(made->axes, {made.text("i"), dim});
    ClusterBuilder::add(made->axes, {made.text("j"), three});
    for (fovea_dtype dtype : {FOVEA_I64, FOVEA_I32, FOVEA_BOOL, FOVEA_F32})
      for (uint32_t axis : {0, 1}) {
        fovea_op op = plainOp(FOVEA_OP_INPUT, dtype);
        op.axes = list({axis});
        op.selector = ClusterBuilder::add(made->inputs,
                                          {0, dtype, op.axes, FOVEA_NONE, 0});
        made.add(op);
      }
    for (uint32_t axis : {0, 1}) {
      fovea_op op = plainOp(FOVEA_OP_INDEX, FOVEA_I64);
      op.axes = op.over = list({axis});
      made.add(op);
    }
    for (uint32_t size = 0; size < made->sizes.size(); ++size) {
      fovea_op op = plainOp(FOVEA_OP_SIZE, FOVEA_I64);
      op.selector = size;
      made.add(op);
    }
    for (int i = 0; i < 4; ++i) {
      fovea_op op = plainOp(FOVEA_OP_CONSTANT, i == 0 ? FOVEA_I32 : FOVEA_I64);
      op.integer = static_cast<int64_t>(random() % 9) - 4;
      made.add(op);
    }
  }

  Cluster write(int count) {
    while (count > 0)
      count -= addOne();
    ClusterBuilder::add(made->outputs,
                        {0, made->ops.back().dtype, made->ops.back().axes,
                         static_cast<uint32_t>(made->ops.size() - 1), 0});
    return made.take();
  }

private:
  fovea_list list(std::vector<uint32_t> numbers) { return made.list(numbers); }
  /// An op of that dtype, mostly a late one.
  uint32_t some(fovea_dtype dtype) {
    for (;;) {
      const size_t count = made->ops.size();
      const size_t from =
          random() % 2 ? 0 : count - std::min<size_t>(count, 12);
      const auto op = static_cast<uint32_t>(from + random() % (count - from));
      if (made->ops[op].dtype == dtype)
        return op;
    }
  }
  std::vector<uint32_t> axesOf(const std::vector<uint32_t> &operands) {
    std::set<uint32_t> axes;
    for (uint32_t operand : operands) {
      auto own = made->list(made->ops[operand].axes);
      axes.insert(own.begin(), own.end());
    }
    return {axes.begin(), axes.end()};
  }
  void add(fovea_op op, const std::vector<uint32_t> &operands) {
    op.axes = list(axesOf(operands));
    op.operands = list(operands);
    made.add(op);
  }

  /// Whether it came about.
  bool addOne() {
    const fovea_dtype type = random() % 4 ? FOVEA_I64 : FOVEA_I32;
    static constexpr fovea_opcode binary[] = {
        FOVEA_OP_ADD, FOVEA_OP_SUB, FOVEA_OP_MUL, FOVEA_OP_FLOORDIV,
        FOVEA_OP_MOD, FOVEA_OP_POW, FOVEA_OP_MIN, FOVEA_OP_MAX};
    static constexpr fovea_opcode unary[] = {FOVEA_OP_ABS, FOVEA_OP_NEG,
                                             FOVEA_OP_SIGN};
    switch (random() % 16) {
    case 0:
      add(plainOp(unary[random() % 3], type), {some(type)});
      return true;
    case 1: {
      fovea_op op = plainOp(FOVEA_OP_COMPARE, FOVEA_BOOL);
      op.selector = random() % 6;
      add(op, {some(type), some(type)});
      return true;
    }
    case 2:
      add(plainOp(random() % 2 ? FOVEA_OP_AND : FOVEA_OP_OR, FOVEA_BOOL),
          {some(FOVEA_BOOL), some(FOVEA_BOOL)});
      return true;
    case 3:
      add(plainOp(FOVEA_OP_SELECT, type),
          {some(FOVEA_BOOL), some(type), some(type)});
      return true;
    case 4: {
      static constexpr fovea_dtype types[] = {FOVEA_I64, FOVEA_I32, FOVEA_BOOL,
                                              FOVEA_F32};
      add(plainOp(FOVEA_OP_CAST, random() % 5 ? type : FOVEA_BOOL),
          {some(types[random() % 4])});
      return true;
    }
    case 5:
    case 6:
      return addReduction(type);
    case 7: {
      const uint32_t read = some(type), index = some(FOVEA_I64);
      auto axes = axesOf({read});
      if (axes.size() != 1 || !axesOf({index}).empty())
        return false;
      fovea_op op = plainOp(FOVEA_OP_AT, type);
      op.over = list(axes);
      op.operands = list({read, index});
      made.add(op);
      return true;
    }
    default:
      add(plainOp(binary[random() % std::size(binary)], type),
          {some(type), some(type)});
      return true;
    }
  }
  bool addReduction(fovea_dtype type) {
    const auto join = static_cast<fovea_join>(random() % 8);
    const bool isLogic = join == FOVEA_ANY || join == FOVEA_ALL;
    const bool isPosition = join == FOVEA_ARGMAX || join == FOVEA_ARGMIN;
    std::vector<uint32_t> operands = {some(isLogic ? FOVEA_BOOL : type)};
    if (random() % 3 == 0)
      operands.push_back(some(FOVEA_BOOL));
    std::vector<uint32_t> axes = axesOf(operands);
    if (axes.empty())
      return false;
    fovea_op op = plainOp(FOVEA_OP_REDUCE, isLogic      ? FOVEA_BOOL
                                           : isPosition ? FOVEA_I64
                                                        : type);
    op.selector = join;
    const uint32_t over = axes.back();
    axes.pop_back();
    op.over = list({over});
    op.axes = list(axes);
    op.operands = list(operands);
    made.add(op);
    return true;
  }

  ClusterBuilder made;
  std::mt19937_64 random;
};
} // namespace

TEST_CASE("no integer of a random formula lies outside of its limits") {
  int computed = 0, known = 0;
  for (uint64_t seed = 0; seed < 120; ++seed) {
    INFO("seed " << seed);
    const Cluster cluster = Writer(seed).write(14);
    REQUIRE(check(cluster).isOk());
    std::mt19937_64 random(seed);
    const int64_t n = seed % 5;
    const int64_t extents[] = {n, 3}, dims[] = {n};
    const auto inputs = inputsOf(cluster, extents, random);
    for (uint32_t number : integersOf(cluster)) {
      if (!checkElements(cluster, number, inputs, dims))
        continue;
      const Limits all = limitsOf(cluster.ops[number].dtype);
      ++computed;
      known += cluster.ops[number].low > all.low ||
               cluster.ops[number].high < all.high;
    }
  }
  CHECK(computed > 1500);
  CHECK(known > 500);
}

TEST_CASE("nor does one of the programs of the kit") {
  int computed = 0;
  for (const auto &programs : {kit::opPrograms(), kit::formPrograms()})
    for (const kit::Program &program : programs)
      for (const auto &formula : kit::formulasOf(program)) {
        INFO(program.text);
        const Cluster &cluster = formula->cluster;
        const std::vector<int64_t> dims(cluster.dims.size(), 3);
        const auto extents = formula->extents(dims);
        if (!extents)
          continue;
        std::mt19937_64 random(7);
        const auto inputs = inputsOf(cluster, *extents, random);
        for (uint32_t number : integersOf(cluster))
          computed += checkElements(cluster, number, inputs, dims);
      }
  CHECK(computed > 200);
}
