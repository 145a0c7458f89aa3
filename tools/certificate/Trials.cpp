//===- Trials.cpp - inputs that folds are tried on ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Trials.h"

#include "backends/Backend.h"
#include "backends/SizeExpr.h"
#include "ir/Size.h"

#include <algorithm>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::certificate;

const std::vector<std::pair<Numbers, std::string>> certificate::allNumbers = {
    {Numbers::Normal, "normal numbers"},
    {Numbers::NearlyEqual, "nearly equal numbers"},
    {Numbers::Rising, "rising from -1000 to 0"},
    {Numbers::RisingHigh, "rising from 0 to 1000"},
    {Numbers::Spikes, "spikes of 700 to 1e4"},
    {Numbers::FarBelow, "far below zero"},
    {Numbers::Extreme, "extreme numbers"},
    {Numbers::Zero, "zeros"},
    {Numbers::MinusInfinities, "some are -inf"},
    {Numbers::NotFinite, "infinities and NaN"}};

/// Extents of folded dimensions, and of the others beside them. Of several
/// folded dimensions only one is long, in turn.
static constexpr int64_t extents[][2] = {{7, 2}, {1, 1},  {2, 3},
                                         {0, 2}, {65, 2}, {13, 1}};
/// The most elements an input may have.
static constexpr int64_t mostElements = 5000;

/// Where the dimensions are checked.
static std::vector<int64_t> shapeAt(const Parameter &parameter,
                                    std::span<const int64_t> dims) {
  std::vector<int64_t> shape;
  for (const SizeExpr &extent : parameter.shape)
    shape.push_back(*evaluate(extent, dims));
  return shape;
}

size_t Trials::sizes() const { return std::size(extents); }

Trials::Trials(ir::FuncOp func, uint64_t seed)
    : func(func), signature(signatureOf(func)), folded(signature.dims.size()),
      random(seed) {
  SmallVector<ir::SizeAttr> sizes;
  func.walk([&](ir::FoldOp fold) {
    for (ir::AxisAttr axis : ir::axesOf(fold.getAxes()))
      sizes.push_back(axis.getSize());
  });
  const auto has = [](ir::SizeAttr size, StringRef dim) {
    return llvm::is_contained(ir::sizeDims(size), dim);
  };
  for (size_t i = 0; i < signature.dims.size(); ++i)
    folded[i] = llvm::any_of(
        sizes, [&](ir::SizeAttr size) { return has(size, signature.dims[i]); });
  // An input's axis has another name than the index that it is read at, so
  // extents say what may be folded.
  const auto isFolded = [&](ir::SizeAttr extent) {
    return llvm::any_of(sizes, [&](ir::SizeAttr size) {
      return size == extent ||
             llvm::any_of(ir::sizeDims(size),
                          [&](StringRef dim) { return has(extent, dim); });
    });
  };
  for (ir::InputOp input : ir::inputsOf(func)) {
    const SmallVector<ir::AxisAttr> axes = ir::axesOf(input.getAxes());
    auto *found = llvm::find_if(
        axes, [&](ir::AxisAttr axis) { return isFolded(axis.getSize()); });
    foldedAxis.push_back(
        found == axes.end() ? -1 : static_cast<int>(found - axes.begin()));
  }
}

bool Trials::hasBools() const {
  return std::ranges::any_of(signature.inputs, [](const Parameter &input) {
    return input.dtype == DType::Bool;
  });
}

std::vector<int64_t> Trials::dimsOf(size_t size) {
  const int64_t long_ = extents[size][0], other = extents[size][1];
  const size_t many = std::ranges::count(folded, true);
  const size_t turn = many ? random() % many : 0;
  std::vector<int64_t> dims;
  size_t seen = 0;
  for (bool isFolded : folded)
    dims.push_back(!isFolded        ? other
                   : seen++ == turn ? long_
                                    : std::min<int64_t>(long_, 5));
  return dims;
}

bool Trials::fits(std::span<const int64_t> dims) const {
  if (checkDims(signature, dims).failed())
    return false;
  std::vector<Tensor> inputs, outputs;
  for (const Parameter &input : signature.inputs) {
    std::vector<int64_t> shape = shapeAt(input, dims);
    if (*countElements(shape) > mostElements)
      return false;
    inputs.push_back(Tensor::view(nullptr, input.dtype, std::move(shape)));
  }
  for (const Parameter &result : signature.results)
    outputs.push_back(
        Tensor::view(nullptr, result.dtype, shapeAt(result, dims)));
  Expected<std::vector<int64_t>> solved = solveDims(signature, inputs, outputs);
  return solved && std::ranges::equal(*solved, dims);
}

std::optional<std::vector<int64_t>> Trials::fittingDims(size_t size) {
  std::vector<int64_t> dims = dimsOf(size);
  // Requirements (`H % G == 0`) are met by trying.
  for (int attempt = 0; attempt < 200; ++attempt) {
    if (fits(dims))
      return dims;
    dims = dimsOf(size);
    for (int64_t &dim : dims)
      if (chance(0.5))
        dim = static_cast<int64_t>(1 + random() % 8);
  }
  return std::nullopt;
}

double Trials::number(Numbers kind, int64_t place, int64_t extent) {
  const double part =
      extent > 1 ? static_cast<double>(place) / static_cast<double>(extent - 1)
                 : 0;
  auto oneOf = [&](std::initializer_list<double> values) {
    return values.begin()[random() % values.size()];
  };
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  switch (kind) {
  case Numbers::Normal:
    return normal();
  case Numbers::NearlyEqual:
    return 1e6 + 1e-3 * normal();
  case Numbers::Rising:
    return -1000 * (1 - part);
  case Numbers::RisingHigh:
    return 1000 * part;
  case Numbers::Spikes:
    return chance(0.2) ? oneOf({700, 1000, 1e4}) : normal();
  case Numbers::FarBelow:
    return -2000 + normal();
  case Numbers::Extreme:
    return oneOf({1e30, -1e30, 0, -0.0, 1e-310, 5e-324, 1e-30, 1, -1});
  case Numbers::Zero:
    return 0;
  case Numbers::MinusInfinities:
    return chance(0.3) ? -inf : normal();
  case Numbers::NotFinite:
    return chance(0.2) ? oneOf({inf, -inf, -inf, nan}) : normal();
  }
  llvm_unreachable("all kinds are listed");
}

void Trials::fill(Tensor &tensor, size_t input, Numbers numbers, Bools bools,
                  Integers integers, std::span<const int64_t> dims) {
  const int axis = foldedAxis[input];
  const int64_t extent = axis < 0 ? 1 : tensor.dim(axis);
  const int64_t inner = [&] {
    int64_t count = 1;
    for (size_t i = axis + 1; axis >= 0 && i < tensor.rank(); ++i)
      count *= tensor.dim(i);
    return count;
  }();
  // Some inputs stay normal: what is weighed beside the weights, say.
  const bool special = axis >= 0 && chance(0.75);
  int64_t least = 4;
  for (int64_t dim : dims)
    if (dim > 0)
      least = std::min(least, dim);
  for (int64_t i = 0; i < tensor.numElements(); ++i) {
    const int64_t place = axis < 0 ? 0 : i / inner % extent;
    switch (tensor.dtype()) {
    case DType::Bool: {
      const bool value = bools == Bools::Random       ? chance(0.7)
                         : bools == Bools::FalseFirst ? 2 * place >= extent
                                                      : bools == Bools::All;
      tensor.store(i, static_cast<int64_t>(value));
      break;
    }
    case DType::I32:
    case DType::I64:
      tensor.store(i, integers == Integers::Zero ? int64_t(0)
                      : integers == Integers::Small
                          ? static_cast<int64_t>(random() % least)
                          : static_cast<int64_t>(random() % 100) - 50);
      break;
    default:
      // Scalars are mostly scales and small additions: positive.
      tensor.store(i, special              ? number(numbers, place, extent)
                      : tensor.rank() == 0 ? 0.5 + 1.5 * (random() % 1000) / 1e3
                      : numbers == Numbers::Normal ? normal()
                                                   : std::fabs(normal()) + 0.5);
    }
  }
}

std::optional<Trial> Trials::make(size_t size, Numbers numbers, Bools bools,
                                  Integers integers) {
  std::optional<std::vector<int64_t>> dims = fittingDims(size);
  if (!dims)
    return std::nullopt;
  Trial trial;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    Tensor tensor = *Tensor::allocate(signature.inputs[i].dtype,
                                      shapeAt(signature.inputs[i], *dims));
    fill(tensor, i, numbers, bools, integers, *dims);
    trial.inputs.push_back(std::move(tensor));
  }
  for (size_t i = 0; i < dims->size(); ++i)
    trial.text += (i ? ", " : "") + signature.dims[i] + " = " +
                  std::to_string((*dims)[i]);
  if (hasBools()) {
    static constexpr const char *names[] = {"random", "false first", "false",
                                            "true"};
    trial.text += std::string(trial.text.empty() ? "" : ", ") + "bools " +
                  names[static_cast<int>(bools)];
  }
  trial.dims = *std::move(dims);
  return trial;
}

Tensor Trials::places(ArrayAttr axes, const Trial &trial) {
  std::vector<int64_t> shape;
  for (ir::AxisAttr axis : ir::axesOf(axes))
    shape.push_back(*evaluate(sizeExprOf(axis.getSize(), func), trial.dims));
  Tensor set = *Tensor::allocate(DType::Bool, std::move(shape));
  const int64_t count = set.numElements();
  // One place alone, none, or some.
  const int form = static_cast<int>(random() % 4);
  if (count > 0 && form == 0)
    set.store(static_cast<int64_t>(random() % count), int64_t(1));
  else if (form > 1)
    for (int64_t i = 0; i < count; ++i)
      set.store(i, static_cast<int64_t>(chance(0.4)));
  return set;
}
