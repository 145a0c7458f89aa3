//===- Solve.cpp - sizes from what is known of them -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The runtime solves the dimensions of a call, where every shape is known. Here
// some are not: first what follows is filled in, then the runtime checks the
// arrays that are known as if they were all there are, so that its messages are
// the same.
//
//===----------------------------------------------------------------------===//

#include "tools/libfovea/Entry.h"
#include "tools/libfovea/Objects.h"

#include <optional>
#include <span>

using namespace fovea;

namespace {

/// What is known of the sizes of one exe.
struct Known {
  const Signature &signature;
  /// One per input; null where nothing is known, -1 for an unknown extent.
  const int64_t *const *shapes;
  /// One per dimension, -1 where it is not known.
  std::vector<int64_t> dims;

  bool fillOne();
  /// The signature of the inputs that can be checked, and their arrays.
  void restrict(Signature &checked, std::vector<Tensor> &arrays) const;

private:
  int64_t extent(size_t input, size_t axis) const {
    return shapes[input] ? shapes[input][axis] : -1;
  }
  std::optional<int64_t> at(const SizeExpr &expr, size_t dim,
                            int64_t value) const;
  bool canBeChecked(size_t input) const;
  std::optional<size_t> soleUnknown(const SizeExpr &expr) const;
  void unknowns(const SizeExpr &expr, std::vector<size_t> &out) const;
};

} // namespace

void Known::unknowns(const SizeExpr &expr, std::vector<size_t> &out) const {
  const size_t dim = static_cast<size_t>(expr.value);
  if (expr.kind == SizeExpr::Kind::Dim && dims[dim] < 0 &&
      std::find(out.begin(), out.end(), dim) == out.end())
    out.push_back(dim);
  for (const SizeExpr &operand : expr.operands)
    unknowns(operand, out);
}

std::optional<size_t> Known::soleUnknown(const SizeExpr &expr) const {
  std::vector<size_t> found;
  unknowns(expr, found);
  return found.size() == 1 ? std::optional(found[0]) : std::nullopt;
}

/// The value of `expr` with `value` for `dim`.
std::optional<int64_t> Known::at(const SizeExpr &expr, size_t dim,
                                 int64_t value) const {
  std::vector<int64_t> trial = dims;
  trial[dim] = value;
  Expected<int64_t> result = evaluate(expr, trial);
  return result ? std::optional(*result) : std::nullopt;
}

/// Finds one more dimension; false if none follows.
bool Known::fillOne() {
  for (size_t input = 0; input < signature.inputs.size(); ++input) {
    const std::vector<SizeExpr> &shape = signature.inputs[input].shape;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      const int64_t wanted = extent(input, axis);
      const std::optional<size_t> dim = soleUnknown(shape[axis]);
      if (wanted < 0 || !dim)
        continue;
      // Sizes are nearly always linear in one dimension: guess from two points
      // and see whether the guess is right.
      const auto zero = at(shape[axis], *dim, 0);
      const auto one = at(shape[axis], *dim, 1);
      if (!zero || !one || *one == *zero)
        continue;
      const int64_t guess = (wanted - *zero) / (*one - *zero);
      if (guess < 0 || at(shape[axis], *dim, guess) != wanted)
        continue;
      dims[*dim] = guess;
      return true;
    }
  }
  return false;
}

/// Whether the shape is known, and every size in it is known or linear in one
/// unknown dimension (for which there is then no whole value).
bool Known::canBeChecked(size_t input) const {
  const std::vector<SizeExpr> &shape = signature.inputs[input].shape;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (extent(input, axis) < 0)
      return false;
    std::vector<size_t> open;
    unknowns(shape[axis], open);
    if (open.empty())
      continue;
    if (open.size() > 1)
      return false;
    const auto zero = at(shape[axis], open[0], 0);
    const auto one = at(shape[axis], open[0], 1);
    const auto two = at(shape[axis], open[0], 2);
    if (!zero || !one || !two || *one == *zero || *two - *one != *one - *zero)
      return false;
  }
  return true;
}

static void mark(const SizeExpr &expr, std::vector<bool> &seen) {
  if (expr.kind == SizeExpr::Kind::Dim)
    seen[static_cast<size_t>(expr.value)] = true;
  for (const SizeExpr &operand : expr.operands)
    mark(operand, seen);
}

void Known::restrict(Signature &checked, std::vector<Tensor> &arrays) const {
  checked.name = signature.name;
  checked.dims = signature.dims;
  std::vector<bool> inArrays(dims.size(), false);
  auto add = [&](const Parameter &input, std::vector<int64_t> shape) {
    checked.inputs.push_back(input);
    arrays.push_back(Tensor::view(nullptr, input.dtype, std::move(shape)));
  };
  for (size_t input = 0; input < signature.inputs.size(); ++input) {
    if (!canBeChecked(input))
      continue;
    const Parameter &parameter = signature.inputs[input];
    std::vector<int64_t> shape;
    for (size_t axis = 0; axis < parameter.shape.size(); ++axis) {
      shape.push_back(extent(input, axis));
      mark(parameter.shape[axis], inArrays);
    }
    add(parameter, std::move(shape));
  }
  // Every dimension that the caller knows, and every open one that no array
  // above has, as an array of its own.
  bool complete = true;
  for (size_t dim = 0; dim < dims.size(); ++dim) {
    complete &= dims[dim] >= 0;
    if (dims[dim] >= 0 || !inArrays[dim])
      add({signature.dims[dim], DType::F32, {SizeExpr::dim(dim)}},
          {std::max<int64_t>(dims[dim], 0)});
  }
  if (complete)
    checked.requirements = signature.requirements;
}

fovea_code fovea_exe_solve(const fovea_exe *exe, const int64_t *const *shapes,
                           int64_t *dims, fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!exe)
      return misuse("`exe` is null");
    const Signature &signature = exe->executable->signature();
    if ((!signature.inputs.empty() && !shapes) ||
        (!signature.dims.empty() && !dims))
      return misuse("`shapes` or `dims` is null");
    Known known{signature, shapes, {dims, dims + signature.dims.size()}};
    while (known.fillOne())
      ;
    Signature checked;
    std::vector<Tensor> arrays;
    known.restrict(checked, arrays);
    Expected<std::vector<int64_t>> solved = solveDims(checked, arrays);
    if (!solved)
      return solved.status();
    std::copy(known.dims.begin(), known.dims.end(), dims);
    return Status::ok();
  });
}

/// Writes the extents of `parameter` where the dimensions are `dims`.
static Status shapeAt(const Parameter &parameter, std::span<const int64_t> dims,
                      int64_t *shape) {
  for (const SizeExpr &size : parameter.shape) {
    Expected<int64_t> extent = evaluate(size, dims);
    if (!extent)
      return extent.status();
    if (*extent < 0)
      return Status::error(StatusCode::Shape, "`" + parameter.name +
                                                  "` would have the extent " +
                                                  std::to_string(*extent))
          .withTensor(parameter.name);
    *shape++ = *extent;
  }
  return Status::ok();
}

Expected<std::span<const int64_t>> fovea::knownDims(const fovea_exe &exe,
                                                    const int64_t *dims) {
  const std::vector<std::string> &names = exe.executable->signature().dims;
  if (!names.empty() && !dims)
    return misuse("`dims` is null");
  for (size_t dim = 0; dim < names.size(); ++dim)
    if (dims[dim] < 0)
      return misuse("dimension `" + names[dim] + "` is not known");
  return std::span(dims, names.size());
}

static fovea_code shapeOf(const fovea_exe *exe,
                          std::vector<DescribedArray> fovea_exe::*list,
                          uint64_t index, const int64_t *dims, int64_t *shape,
                          fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!exe)
      return misuse("`exe` is null");
    const std::vector<DescribedArray> &arrays = exe->*list;
    if (index >= arrays.size())
      return misuse("there is no array number " + std::to_string(index) +
                    "; there are " + std::to_string(arrays.size()));
    const Parameter &parameter = arrays[index].parameter;
    if (!parameter.shape.empty() && !shape)
      return misuse("`shape` is null");
    auto known = knownDims(*exe, dims);
    return known ? shapeAt(parameter, *known, shape) : known.status();
  });
}

fovea_code fovea_exe_input_shape(const fovea_exe *exe, uint64_t input,
                                 const int64_t *dims, int64_t *shape,
                                 fovea_error *error) {
  return shapeOf(exe, &fovea_exe::inputs, input, dims, shape, error);
}

fovea_code fovea_exe_result_shape(const fovea_exe *exe, uint64_t result,
                                  const int64_t *dims, int64_t *shape,
                                  fovea_error *error) {
  return shapeOf(exe, &fovea_exe::results, result, dims, shape, error);
}
