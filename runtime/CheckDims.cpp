//===- CheckDims.cpp - whether a function has given sizes -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Signature.h"

#include <algorithm>

using namespace fovea;

static std::string tick(const std::string &text) { return "`" + text + "`"; }

static bool holds(int64_t lhs, Requirement::Relation relation, int64_t rhs) {
  switch (relation) {
  case Requirement::Relation::Eq:
    return lhs == rhs;
  case Requirement::Relation::Ne:
    return lhs != rhs;
  case Requirement::Relation::Lt:
    return lhs < rhs;
  case Requirement::Relation::Le:
    return lhs <= rhs;
  case Requirement::Relation::Gt:
    return lhs > rhs;
  case Requirement::Relation::Ge:
    return lhs >= rhs;
  }
  return false;
}

static void collect(const SizeExpr &expr, std::vector<size_t> &dims) {
  if (expr.kind == SizeExpr::Kind::Dim)
    if (const auto dim = static_cast<size_t>(expr.value);
        std::ranges::find(dims, dim) == dims.end())
      dims.push_back(dim);
  for (const SizeExpr &operand : expr.operands)
    collect(operand, dims);
}

static Status checkRequirement(const Signature &signature,
                               const Requirement &requirement,
                               std::span<const int64_t> dims,
                               std::span<const std::string> from) {
  Expected<int64_t> lhs = evaluate(requirement.lhs, dims);
  Expected<int64_t> rhs = evaluate(requirement.rhs, dims);
  if (lhs && rhs && holds(*lhs, requirement.relation, *rhs))
    return Status::ok();

  std::string what =
      tick(signature.name) + " requires " + tick(requirement.text);
  std::vector<size_t> used;
  collect(requirement.lhs, used);
  collect(requirement.rhs, used);
  for (size_t dim : used)
    what += (dim == used.front() ? ", with " : ", ") + signature.dims[dim] +
            " = " + std::to_string(dims[dim]) +
            (from.empty() ? "" : " (from " + tick(from[dim]) + ")");
  if (!lhs || !rhs)
    return (lhs ? rhs : lhs).status().withContext(what);
  // Sides that are plain names or numbers need no second telling.
  std::string sides;
  for (const auto &[side, value] :
       {std::pair(&requirement.lhs, *lhs), std::pair(&requirement.rhs, *rhs)})
    if (!side->operands.empty())
      sides += (sides.empty() ? ": " : ", ") + tick(text(*side, signature)) +
               " is " + std::to_string(value);
  return Status::error(StatusCode::Shape, what + sides).withValue(*lhs);
}

Status fovea::checkRequirements(const Signature &signature,
                                std::span<const int64_t> dims,
                                std::span<const std::string> from) {
  for (const Requirement &requirement : signature.requirements)
    if (Status status = checkRequirement(signature, requirement, dims, from);
        status.failed())
      return status;
  return Status::ok();
}

/// The extent of `what`, which is not negative.
static Expected<int64_t> extentOf(const SizeExpr &size, const std::string &what,
                                  const Signature &signature,
                                  std::span<const int64_t> dims) {
  Expected<int64_t> extent = evaluate(size, dims);
  if (extent && *extent >= 0)
    return extent;
  const std::string where =
      "the size " + tick(text(size, signature)) + " of " + what;
  if (!extent)
    return extent.status().withContext(where);
  return Status::error(StatusCode::Shape,
                       where + " is " + std::to_string(*extent))
      .withValue(*extent);
}

static Expected<std::vector<int64_t>> shapeOf(const Parameter &parameter,
                                              const std::string &what,
                                              const Signature &signature,
                                              std::span<const int64_t> dims) {
  std::vector<int64_t> shape;
  for (const SizeExpr &size : parameter.shape) {
    Expected<int64_t> extent =
        extentOf(size, what + " " + tick(parameter.name), signature, dims);
    if (!extent)
      return extent.status().withTensor(parameter.name);
    shape.push_back(*extent);
  }
  if (Expected<int64_t> count = countElements(shape); !count)
    return count.status()
        .withContext(what + " " + tick(parameter.name))
        .withTensor(parameter.name);
  return shape;
}

Expected<std::vector<std::vector<int64_t>>>
fovea::resultShapes(const Signature &signature, std::span<const int64_t> dims) {
  std::vector<std::vector<int64_t>> shapes;
  for (const Parameter &result : signature.results) {
    auto shape = shapeOf(result, "result", signature, dims);
    if (!shape)
      return shape.status();
    shapes.push_back(*std::move(shape));
  }
  return shapes;
}

Status fovea::checkDims(const Signature &signature,
                        std::span<const int64_t> dims) {
  if (Status status = checkRequirements(signature, dims); status.failed())
    return status;
  for (const Parameter &input : signature.inputs)
    if (auto shape = shapeOf(input, "input", signature, dims); !shape)
      return shape.status();
  if (auto shapes = resultShapes(signature, dims); !shapes)
    return shapes.status();
  return checkIndices(signature, dims);
}

Status fovea::checkIndices(const Signature &signature,
                           std::span<const int64_t> dims) {
  for (const InnerIndex &index : signature.indices)
    if (auto extent = extentOf(index.extent, "an index", signature, dims);
        !extent)
      return extent.status().withPlaces(index.places);
  return Status::ok();
}
