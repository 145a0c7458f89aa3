//===- SolveDims.cpp - the dimensions of a call ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Every axis of every argument gives one equation, formula = extent. While
// there is an equation that holds one unknown dimension, and that linearly, it
// is solved exactly; at the end every equation is checked, whether it served to
// solve or not. Axes of outputs give equations for what is left open then.
//
//===----------------------------------------------------------------------===//

#include "runtime/Print.h"
#include "runtime/Signature.h"

#include <algorithm>

using namespace fovea;

namespace {

/// slope * unknown + offset, for the one unknown dimension of a formula.
struct Linear {
  int64_t slope;
  int64_t offset;
};

/// One axis of one argument; the outputs follow the inputs.
struct Equation {
  size_t input;
  size_t axis;
};

class Solver {
public:
  Solver(const Signature &signature, std::span<const Tensor> inputs,
         std::span<const Tensor> outputs)
      : signature(signature), inputs(inputs), outputs(outputs),
        values(signature.dims.size()), origins(signature.dims.size()) {}

  Expected<std::vector<int64_t>> run();

private:
  Status checkArguments() const;
  Status solveAll();
  Expected<bool> solveOne(const Equation &equation, bool degenerate);
  Expected<int64_t> solve(const Equation &equation, Linear form, size_t dim);
  Status checkEquation(const Equation &equation) const;
  Status mismatch(const Equation &equation, int64_t needed) const;
  Status inexact(const Equation &equation, Linear form, size_t dim) const;
  Status unsolved() const;

  void collect(const SizeExpr &expr, std::vector<size_t> &dims) const;
  std::vector<size_t> unknownsOf(const SizeExpr &expr) const;
  std::optional<Linear> linear(const SizeExpr &expr, size_t dim) const;
  std::optional<Linear> product(const SizeExpr &expr, size_t dim) const;

  const Parameter &parameterOf(size_t array) const {
    const size_t count = signature.inputs.size();
    return array < count ? signature.inputs[array]
                         : signature.results[array - count];
  }
  const Tensor &tensorOf(size_t array) const {
    return array < inputs.size() ? inputs[array]
                                 : outputs[array - inputs.size()];
  }
  const SizeExpr &formula(const Equation &equation) const {
    return parameterOf(equation.input).shape[equation.axis];
  }
  int64_t extent(const Equation &equation) const {
    return tensorOf(equation.input).dim(equation.axis);
  }
  const std::string &nameOf(const Equation &equation) const {
    return parameterOf(equation.input).name;
  }
  std::string found(const Equation &equation) const;
  std::string valueText(size_t dim) const;
  std::string valuesText(const std::vector<size_t> &dims) const;
  std::string shapesOf(const std::vector<size_t> &dims,
                       const Equation &equation) const;
  Status shapeError(const Equation &equation, std::string message) const {
    return Status::error(StatusCode::Shape, std::move(message))
        .withTensor(nameOf(equation))
        .withValue(extent(equation));
  }

  const Signature &signature;
  std::span<const Tensor> inputs, outputs;
  std::vector<std::optional<int64_t>> values;
  /// The equation that gave the value.
  std::vector<Equation> origins;
};

} // namespace

static std::string tick(const std::string &text) { return "`" + text + "`"; }

/// "`q` has 7 along `G * R` (axis 1)".
std::string Solver::found(const Equation &equation) const {
  return tick(nameOf(equation)) + " has " + std::to_string(extent(equation)) +
         " along " + tick(text(formula(equation), signature)) + " (axis " +
         std::to_string(equation.axis) + ")";
}

/// "G = 2 (from `k`)".
std::string Solver::valueText(size_t dim) const {
  return signature.dims[dim] + " = " + std::to_string(*values[dim]) +
         " (from " + tick(nameOf(origins[dim])) + ")";
}

std::string Solver::valuesText(const std::vector<size_t> &dims) const {
  std::string result;
  for (size_t dim : dims)
    result += (result.empty() ? "" : ", ") + valueText(dim);
  return result;
}

/// "`q` is f32[4, 8], `t` is i64[5]": the argument of `equation` and those that
/// `dims` come from.
std::string Solver::shapesOf(const std::vector<size_t> &dims,
                             const Equation &equation) const {
  std::vector<size_t> arguments;
  for (size_t dim : dims)
    arguments.push_back(origins[dim].input);
  arguments.push_back(equation.input);
  std::sort(arguments.begin(), arguments.end());
  arguments.erase(std::unique(arguments.begin(), arguments.end()),
                  arguments.end());
  std::string result;
  for (size_t input : arguments)
    result += (result.empty() ? "" : ", ") + tick(parameterOf(input).name) +
              " is " +
              typeText(tensorOf(input).dtype(), tensorOf(input).shape());
  return result;
}

static std::string axesText(size_t rank) {
  return std::to_string(rank) + (rank == 1 ? " axis" : " axes");
}

Status Solver::checkArguments() const {
  if (inputs.size() != signature.inputs.size()) {
    std::string names;
    for (const Parameter &input : signature.inputs)
      names += (names.empty() ? "" : ", ") + input.name;
    return Status::error(StatusCode::InvalidArgument,
                         tick(signature.name) + " needs " +
                             std::to_string(signature.inputs.size()) +
                             " arguments" +
                             (names.empty() ? "" : " (" + names + ")") + ", " +
                             std::to_string(inputs.size()) +
                             (inputs.size() == 1 ? " is given" : " are given"));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Parameter &parameter = signature.inputs[i];
    const std::string given = tick(parameter.name) + " is " +
                              typeText(inputs[i].dtype(), inputs[i].shape());
    const std::string needed = text(parameter, signature);
    const std::string type(name(parameter.dtype));
    if (inputs[i].dtype() != parameter.dtype)
      return Status::error(StatusCode::DType,
                           given + ", " + needed + " is needed",
                           "convert it to " + type)
          .withTensor(parameter.name);
    if (inputs[i].rank() != parameter.shape.size())
      return Status::error(StatusCode::Shape,
                           given + " with " + axesText(inputs[i].rank()) +
                               ", " + needed + " with " +
                               axesText(parameter.shape.size()) + " is needed")
          .withTensor(parameter.name);
  }
  return Status::ok();
}

//===----------------------------------------------------------------------===//
// Solving
//===----------------------------------------------------------------------===//

/// Adds the dimensions of `expr` to `dims`, each once.
void Solver::collect(const SizeExpr &expr, std::vector<size_t> &dims) const {
  if (expr.kind == SizeExpr::Kind::Dim) {
    const size_t dim = static_cast<size_t>(expr.value);
    if (std::find(dims.begin(), dims.end(), dim) == dims.end())
      dims.push_back(dim);
  }
  for (const SizeExpr &operand : expr.operands)
    collect(operand, dims);
}

std::vector<size_t> Solver::unknownsOf(const SizeExpr &expr) const {
  std::vector<size_t> dims;
  collect(expr, dims);
  std::erase_if(dims, [&](size_t dim) { return values[dim].has_value(); });
  return dims;
}

/// The product of the operands' forms, at most one of which may hold the
/// unknown.
std::optional<Linear> Solver::product(const SizeExpr &expr, size_t dim) const {
  Linear result = {0, 1};
  for (const SizeExpr &operand : expr.operands) {
    std::optional<Linear> form = linear(operand, dim);
    if (!form || (form->slope != 0 && result.slope != 0))
      return std::nullopt;
    int64_t left, right;
    if (__builtin_mul_overflow(result.slope, form->offset, &left) ||
        __builtin_mul_overflow(result.offset, form->slope, &right) ||
        __builtin_mul_overflow(result.offset, form->offset, &result.offset))
      return std::nullopt;
    // One of the two is zero.
    result.slope = left + right;
  }
  return result;
}

/// `expr` as a linear form in its only unknown `dim`, or nothing where it is
/// not one (or its numbers leave int64, which the check at the end reports).
std::optional<Linear> Solver::linear(const SizeExpr &expr, size_t dim) const {
  if (expr.kind == SizeExpr::Kind::Constant)
    return Linear{0, expr.value};
  if (expr.kind == SizeExpr::Kind::Dim) {
    const size_t index = static_cast<size_t>(expr.value);
    return index == dim ? Linear{1, 0} : Linear{0, *values[index]};
  }
  if (expr.kind == SizeExpr::Kind::Mul)
    return product(expr, dim);
  if (expr.kind == SizeExpr::Kind::Add) {
    Linear result = {0, 0};
    for (const SizeExpr &operand : expr.operands) {
      std::optional<Linear> form = linear(operand, dim);
      if (!form ||
          __builtin_add_overflow(result.slope, form->slope, &result.slope) ||
          __builtin_add_overflow(result.offset, form->offset, &result.offset))
        return std::nullopt;
    }
    return result;
  }
  if (!unknownsOf(expr).empty())
    return std::nullopt;
  std::vector<int64_t> known;
  for (const std::optional<int64_t> &value : values)
    known.push_back(value.value_or(0));
  Expected<int64_t> value = evaluate(expr, known);
  if (!value)
    return std::nullopt;
  return Linear{0, *value};
}

/// The value of `dim` at which the form is the extent.
Expected<int64_t> Solver::solve(const Equation &equation, Linear form,
                                size_t dim) {
  int64_t rest;
  if (__builtin_sub_overflow(extent(equation), form.offset, &rest))
    return inexact(equation, form, dim);
  // 0 = 0 * R: any R would do, and none is ever used. Other extents are caught
  // by the check at the end.
  if (form.slope == 0)
    return 0;
  if (form.slope == -1 && rest == INT64_MIN)
    return inexact(equation, form, dim);
  if (rest % form.slope != 0)
    return inexact(equation, form, dim);
  const int64_t value = rest / form.slope;
  if (value < 0)
    return shapeError(equation, found(equation) + ", which would make " +
                                    signature.dims[dim] + " = " +
                                    std::to_string(value));
  return value;
}

/// No whole value of `dim` solves the equation.
Status Solver::inexact(const Equation &equation, Linear form,
                       size_t dim) const {
  const SizeExpr &expr = formula(equation);
  std::vector<size_t> dims;
  collect(expr, dims);
  std::erase(dims, dim);
  const std::string given = dims.empty() ? "" : " with " + valuesText(dims);
  if (form.offset != 0 || expr.kind != SizeExpr::Kind::Mul)
    return shapeError(equation, found(equation) + ", which no whole " +
                                    signature.dims[dim] + " gives" + given);
  // The factors other than the unknown one: "G = 2 (from `k`)", "2".
  SizeExpr factors = expr;
  std::erase_if(factors.operands, [&](const SizeExpr &operand) {
    std::vector<size_t> inside;
    collect(operand, inside);
    return std::find(inside.begin(), inside.end(), dim) != inside.end();
  });
  const std::string value = std::to_string(form.slope);
  std::string factor = value + given;
  if (factors.operands.size() == 1 &&
      factors.operands[0].kind == SizeExpr::Kind::Dim)
    factor = valueText(static_cast<size_t>(factors.operands[0].value));
  else if (factors.operands.size() > 1)
    factor = text(factors, signature) + " = " + value + given;
  return shapeError(equation,
                    found(equation) + ", which is not a multiple of " + factor);
}

/// Solves `equation` if it holds one unknown; says whether it did. An equation
/// in which a known zero removes the unknown is only taken if `degenerate`.
Expected<bool> Solver::solveOne(const Equation &equation, bool degenerate) {
  const std::vector<size_t> unknowns = unknownsOf(formula(equation));
  if (unknowns.size() != 1)
    return false;
  const size_t dim = unknowns[0];
  std::optional<Linear> form = linear(formula(equation), dim);
  if (!form || (form->slope == 0 && !degenerate))
    return false;
  Expected<int64_t> value = solve(equation, *form, dim);
  if (!value)
    return value.status();
  values[dim] = *value;
  origins[dim] = equation;
  return true;
}

Status Solver::solveAll() {
  std::vector<Equation> equations;
  for (size_t input = 0; input < inputs.size(); ++input)
    for (size_t axis = 0; axis < inputs[input].rank(); ++axis)
      equations.push_back({input, axis});
  // A solved dimension may turn any equation into one with one unknown, so
  // start over; only when nothing else is left, take a degenerate one.
  auto solveFirst = [&](bool degenerate) -> Expected<bool> {
    for (const Equation &equation : equations) {
      Expected<bool> solved = solveOne(equation, degenerate);
      if (!solved || *solved)
        return solved;
    }
    return false;
  };
  auto solveByOutputs = [&] {
    for (size_t i = 0; i < outputs.size(); ++i)
      for (size_t axis = 0; axis < outputs[i].rank(); ++axis)
        // What contradicts itself is the check of the outputs to say.
        if (Expected<bool> solved =
                solveOne({inputs.size() + i, axis}, /*degenerate=*/false);
            solved && *solved)
          return true;
    return false;
  };
  const bool haveRanks =
      outputs.size() == signature.results.size() &&
      std::equal(outputs.begin(), outputs.end(), signature.results.begin(),
                 [](const Tensor &output, const Parameter &result) {
                   return output.rank() == result.shape.size();
                 });
  while (true) {
    Expected<bool> solved = solveFirst(false);
    if (solved && !*solved && haveRanks)
      solved = solveByOutputs();
    if (solved && !*solved)
      solved = solveFirst(true);
    if (!solved)
      return solved.status();
    if (!*solved)
      break;
  }

  for (const std::optional<int64_t> &value : values)
    if (!value)
      return unsolved();
  for (const Equation &equation : equations)
    if (Status status = checkEquation(equation); status.failed())
      return status;
  return Status::ok();
}

Status Solver::unsolved() const {
  std::string names;
  for (size_t dim = 0; dim < values.size(); ++dim)
    if (!values[dim])
      names += (names.empty() ? "" : ", ") + tick(signature.dims[dim]);
  return Status::error(
      StatusCode::Shape,
      "the arguments of " + tick(text(signature)) + " do not determine " +
          names,
      "declare an argument with that dimension as an axis of its own");
}

//===----------------------------------------------------------------------===//
// Checking
//===----------------------------------------------------------------------===//

Status Solver::mismatch(const Equation &equation, int64_t needed) const {
  const SizeExpr &expr = formula(equation);
  std::vector<size_t> dims;
  collect(expr, dims);
  const std::string shapes = ": " + shapesOf(dims, equation);
  if (expr.kind == SizeExpr::Kind::Dim) {
    const Equation &first = origins[dims[0]];
    const std::string &dim = signature.dims[dims[0]];
    // The first place may only imply the value: `G * R` with R known.
    const bool plain = formula(first).kind == SizeExpr::Kind::Dim;
    const std::string where =
        plain ? "" : " along " + tick(text(formula(first), signature));
    return shapeError(equation,
                      tick(dim) + " is " + std::to_string(needed) + " in " +
                          tick(nameOf(first)) + " (axis " +
                          std::to_string(first.axis) + where + ") but " +
                          std::to_string(extent(equation)) + " in " +
                          tick(nameOf(equation)) + " (axis " +
                          std::to_string(equation.axis) + ")" + shapes);
  }
  if (dims.empty())
    return shapeError(equation,
                      tick(nameOf(equation)) + " has " +
                          std::to_string(extent(equation)) + " along axis " +
                          std::to_string(equation.axis) + ", " +
                          std::to_string(needed) + " is needed" + shapes);
  return shapeError(equation, found(equation) + ", " + std::to_string(needed) +
                                  " is needed with " + valuesText(dims) +
                                  shapes);
}

static std::vector<int64_t>
known(const std::vector<std::optional<int64_t>> &values) {
  std::vector<int64_t> dims;
  for (const std::optional<int64_t> &value : values)
    dims.push_back(*value);
  return dims;
}

Status Solver::checkEquation(const Equation &equation) const {
  Expected<int64_t> needed = evaluate(formula(equation), known(values));
  if (!needed)
    return needed.status()
        .withContext(found(equation))
        .withTensor(nameOf(equation));
  return *needed == extent(equation) ? Status::ok()
                                     : mismatch(equation, *needed);
}

Expected<std::vector<int64_t>> Solver::run() {
  if (Status status = checkArguments(); status.failed())
    return status;
  if (Status status = solveAll(); status.failed())
    return status;
  if (signature.requirements.empty())
    return known(values);
  std::vector<std::string> from;
  for (size_t dim = 0; dim < values.size(); ++dim)
    from.push_back(nameOf(origins[dim]));
  const std::vector<int64_t> dims = known(values);
  if (Status status = checkRequirements(signature, dims, from); status.failed())
    return status;
  return dims;
}

Expected<std::vector<int64_t>>
fovea::solveDims(const Signature &signature, std::span<const Tensor> inputs,
                 std::span<const Tensor> outputs) {
  return Solver(signature, inputs, outputs).run();
}
