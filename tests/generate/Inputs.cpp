//===- Inputs.cpp - what a generated program is run on --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Inputs.h"

#include "tests/generate/Random.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <set>

using namespace fovea;
using namespace fovea::generate;

/// Operations that one run may need; the reference takes some 50 ns for each.
static constexpr double mostSteps = 300000;

static double steps(const Expr &expr, const Sizes &sizes) {
  double total = 1;
  for (const ExprPtr &kid : expr.kids)
    total += steps(*kid, sizes);
  if (expr.kind == Expr::Kind::Lambda)
    return total;
  for (const Binder &binder : expr.binders)
    if (sizes.contains(binder.dim.a))
      total *=
          static_cast<double>(std::max<int64_t>(binder.dim.eval(sizes), 1));
  return expr.kind == Expr::Kind::Bound ? 8 * total : total;
}

static double steps(const Case &program, const Sizes &sizes) {
  double total = 0;
  for (const Definition &d : program.entry.definitions) {
    double each = steps(*d.value, sizes);
    for (const Dim &dim : d.shape)
      each *= static_cast<double>(std::max<int64_t>(dim.eval(sizes), 1));
    total += each;
  }
  return total;
}

/// Every dimension of the program, of whatever array or index.
static void collect(const Expr &expr, std::vector<Dim> &dims) {
  for (const Binder &binder : expr.binders)
    if (!binder.dim.a.empty())
      dims.push_back(binder.dim);
  for (const ExprPtr &kid : expr.kids)
    collect(*kid, dims);
}

Sizes fovea::generate::randomSizes(const Case &program, uint64_t seed) {
  static const std::vector<int64_t> choices = {0, 1, 2, 3, 5, 7, 17, 33};
  static const std::vector<int> weights = {3, 10, 14, 16, 16, 16, 13, 12};
  std::vector<Dim> dims;
  for (const Parameter &param : program.entry.params)
    dims.insert(dims.end(), param.shape.begin(), param.shape.end());
  std::vector<Dim> all = dims;
  for (const Definition &d : program.entry.definitions) {
    all.insert(all.end(), d.shape.begin(), d.shape.end());
    collect(*d.value, all);
  }
  Dice dice(seed);
  Sizes sizes;
  for (const Dim &dim : all)
    for (const std::string &symbol : {dim.a, dim.b})
      if (!symbol.empty())
        sizes[symbol] = 0;
  for (auto &[symbol, extent] : sizes)
    extent = choices[dice.weighted(weights)];
  for (const Dim &dim : all)
    if (dim.eval(sizes) < 0)
      sizes[dim.a] = 1;
  while (steps(program, sizes) > mostSteps) {
    auto largest = std::max_element(
        sizes.begin(), sizes.end(),
        [](const auto &a, const auto &b) { return a.second < b.second; });
    if (largest->second <= 1)
      break;
    largest->second = *std::prev(
        std::lower_bound(choices.begin(), choices.end(), largest->second));
  }
  return sizes;
}

/// How the numbers of a tensor are drawn.
enum class Manner { Normal, Whole, Ties, Equal, Zeros, Special, Large, Tiny };

static double special(Dice &dice) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  static const std::vector<double> values = {
      std::numeric_limits<double>::quiet_NaN(),
      inf,
      -inf,
      1e30,
      -1e30,
      1e-40,
      -0.0,
      0.0,
      1.0};
  return dice.pick(values);
}

static double draw(Manner manner, Dice &dice) {
  switch (manner) {
  case Manner::Whole:
    return static_cast<double>(dice.between(-3, 4));
  case Manner::Ties:
    return 0.5 * static_cast<double>(dice.between(0, 2));
  case Manner::Zeros:
    return 0;
  case Manner::Special:
    return dice.chance(15) ? special(dice) : dice.normal();
  case Manner::Large:
    return dice.chance(30) ? 1e30 * dice.normal() : 100 * dice.normal();
  case Manner::Tiny:
    return 1e-39 * dice.normal();
  default:
    return dice.normal();
  }
}

static void fillReal(const Tensor &tensor, bool tame, Dice &dice) {
  static const std::vector<Manner> manners = {
      Manner::Normal, Manner::Whole,   Manner::Ties,  Manner::Equal,
      Manner::Zeros,  Manner::Special, Manner::Large, Manner::Tiny};
  std::vector<int> weights = {55, 15, 12, 8, 3, 14, 4, 2};
  if (tame)
    weights.resize(5);
  Manner manner = manners[dice.weighted(weights)];
  double same = dice.normal();
  forEachOffset(tensor, [&](int64_t offset) {
    tensor.store(offset, manner == Manner::Equal ? same : draw(manner, dice));
  });
}

static void fillBool(const Tensor &tensor, Dice &dice) {
  static const std::vector<int> shares = {0, 100, 50, 50, 80, 10};
  int share = dice.pick(shares);
  forEachOffset(tensor, [&](int64_t offset) {
    tensor.store(offset, int64_t(dice.chance(share)));
  });
}

static void fillInteger(const Tensor &tensor, const Parameter &param,
                        const Sizes &sizes, Dice &dice) {
  int64_t low = -5, high = 12;
  if (!param.target.empty() && sizes.contains(param.target)) {
    low = -param.slack;
    high = std::max(sizes.at(param.target), int64_t(1)) + param.slack;
  }
  forEachOffset(tensor, [&](int64_t offset) {
    tensor.store(offset, dice.between(low, high - 1));
  });
}

std::vector<Tensor> fovea::generate::randomInputs(const Case &program,
                                                  const Sizes &sizes,
                                                  uint64_t seed) {
  Dice dice(seed ^ 0x9e3779b97f4a7c15);
  std::vector<Tensor> inputs;
  for (const Parameter &param : program.entry.params) {
    std::vector<int64_t> shape;
    for (const Dim &dim : param.shape)
      shape.push_back(dim.eval(sizes));
    DType dtype =
        *dtypeFromName(param.dtype == "main" ? program.main : param.dtype);
    Expected<Tensor> tensor = Tensor::allocate(dtype, shape);
    if (!tensor) {
      std::fprintf(stderr, "%s\n", tensor.status().text().c_str());
      std::abort();
    }
    if (param.type == Type::Bool)
      fillBool(*tensor, dice);
    else if (param.type == Type::Float)
      fillReal(*tensor, program.tame, dice);
    else
      fillInteger(*tensor, param, sizes, dice);
    inputs.push_back(*tensor);
  }
  return inputs;
}

std::vector<Tensor>
fovea::generate::widened(const std::vector<Tensor> &inputs) {
  std::vector<Tensor> out;
  for (const Tensor &input : inputs)
    out.push_back(isFloat(input.dtype()) ? *input.converted(DType::F64)
                                         : input);
  return out;
}
