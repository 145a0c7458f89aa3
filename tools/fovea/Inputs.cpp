//===- Inputs.cpp - the sizes and arrays of a call ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Inputs.h"

#include "runtime/Print.h"
#include "tools/fovea/Failure.h"
#include "tools/fovea/Fill.h"

#include <algorithm>

using namespace fovea;
using namespace fovea::driver;

static const PlannedInput &planned(const Plan &plan, const std::string &name) {
  for (const PlannedInput &input : plan.inputs)
    if (input.param->name == name)
      return input;
  throw Failure(Exit::Internal, "the input `" + name + "` was not planned");
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

namespace {

/// Finds the dimensions of a call.
class Sizes {
public:
  Sizes(const Plan &plan, const Exe &exe);

  std::vector<int64_t> solve(std::vector<std::string> &notes);

private:
  std::vector<int64_t> knownShape(const PlannedInput &input) const;
  void apply(Origin origin);
  void setDim(size_t dim, int64_t size);
  void checkGiven(const std::string &name, int64_t size, size_t dim) const;

  const Plan &plan;
  const Exe &exe;
  std::vector<std::vector<int64_t>> shapes;
  std::vector<int64_t> dims;
};

} // namespace

Sizes::Sizes(const Plan &plan, const Exe &exe)
    : plan(plan), exe(exe), dims(exe.dims().size(), -1) {
  for (const Array &input : exe.inputs())
    shapes.push_back(knownShape(planned(plan, input.name)));
}

/// The shape as far as the value, or a pack's sizes, tell it.
std::vector<int64_t> Sizes::knownShape(const PlannedInput &input) const {
  if (input.file)
    return input.file->shape;
  if (input.setting.value.kind == Value::Kind::Literal)
    return input.setting.value.shape;
  std::vector<int64_t> shape;
  for (const std::string &dim : input.param->dims) {
    if (!dim.ends_with("...")) {
      shape.push_back(-1);
      continue;
    }
    const size_t count = input.rank + 1 - input.param->dims.size();
    const auto given = plan.sizes.find(dim.substr(0, dim.size() - 3));
    if (given == plan.sizes.end())
      shape.insert(shape.end(), count, -1);
    else
      shape.insert(shape.end(), given->second.value.integers.begin(),
                   given->second.value.integers.end());
  }
  return shape;
}

/// The dimension `name` was found to be another size than the user says.
void Sizes::checkGiven(const std::string &name, int64_t size,
                       size_t dim) const {
  if (dims[dim] < 0 || dims[dim] == size)
    return;
  std::string why;
  for (size_t i = 0; i < shapes.size() && why.empty(); ++i) {
    const PlannedInput &input = planned(plan, exe.inputs()[i].name);
    const bool known = std::count(shapes[i].begin(), shapes[i].end(), -1) == 0;
    for (const std::string &written : input.param->dims)
      for (const std::string &part : namesIn(written))
        if (known && part == name)
          why =
              "`" + input.param->name + "` with shape " + shapeText(shapes[i]);
  }
  throw usage("`" + name + "` is given as " + std::to_string(size) + ", but " +
              (why.empty() ? "the other sizes make" : why + " makes") + " it " +
              std::to_string(dims[dim]));
}

/// Takes over the sizes that `origin` gives. An example's sizes stand back
/// behind what is known; the command line's may not contradict it.
void Sizes::apply(Origin origin) {
  for (size_t dim = 0; dim < dims.size(); ++dim) {
    const std::string &name = exe.dims()[dim];
    const auto given = plan.sizes.find(name);
    if (given == plan.sizes.end() || given->second.origin != origin ||
        given->second.value.shape.size() != 0)
      continue;
    const int64_t size = given->second.value.integers[0];
    if (origin == Origin::CommandLine)
      checkGiven(name, size, dim);
    if (dims[dim] < 0)
      setDim(dim, size);
  }
}

/// Sets a dimension and those that follow from it. The last one is left to the
/// check of all, which can name the inputs.
void Sizes::setDim(size_t dim, int64_t size) {
  dims[dim] = size;
  if (std::count(dims.begin(), dims.end(), -1) != 0)
    exe.solve(shapes, dims);
}

std::vector<int64_t> Sizes::solve(std::vector<std::string> &notes) {
  exe.solve(shapes, dims);
  apply(Origin::CommandLine);
  apply(Origin::Example);
  std::string defaulted;
  for (size_t dim = 0; dim < dims.size(); ++dim) {
    if (dims[dim] >= 0)
      continue;
    defaulted += (defaulted.empty() ? "" : ", ") + exe.dims()[dim];
    setDim(dim, defaultSize);
  }
  if (!defaulted.empty())
    notes.push_back("nothing gives " + defaulted + ": " +
                    std::to_string(defaultSize) + " is taken");
  for (size_t i = 0; i < shapes.size(); ++i)
    if (std::count(shapes[i].begin(), shapes[i].end(), -1) != 0)
      shapes[i] = exe.inputShape(i, dims);
  exe.solve(shapes, dims);
  return dims;
}

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

static Tensor fromLiteral(const PlannedInput &input) {
  const Value &value = input.setting.value;
  Tensor tensor = orFail(Tensor::allocate(input.dtype, value.shape));
  for (size_t i = 0; i < value.elements.size(); ++i) {
    const int64_t place = static_cast<int64_t>(i);
    if (isFloat(input.dtype))
      tensor.store(place, value.elements[i]);
    else
      tensor.store(place, value.integers[i]);
  }
  return tensor;
}

/// An i32 array as the i64 one that is needed, as the language does it.
static Tensor widened(const Tensor &narrow) {
  Tensor wide = orFail(Tensor::allocate(DType::I64, narrow.shape()));
  int64_t place = 0;
  forEachOffset(narrow, [&](int64_t offset) {
    wide.store(place++, narrow.loadAsInt(offset));
  });
  return wide;
}

static Tensor fromFile(const PlannedInput &input) {
  const std::string &path = input.setting.value.text;
  Tensor tensor = orFail(readNpy(path, input.dtype));
  if (tensor.dtype() != input.file->dtype ||
      tensor.shape() != input.file->shape)
    throw usage("`" + path + "` was " +
                typeText(input.file->dtype, input.file->shape) +
                " when the program was compiled, and is " +
                typeText(tensor.dtype(), tensor.shape()) + " now");
  return tensor.dtype() == input.dtype ? tensor : widened(tensor);
}

/// Makes one array, and says in `note` what is in it.
static Tensor makeArray(const PlannedInput &input, std::vector<int64_t> shape,
                        uint64_t seed, uint64_t index, std::string &note) {
  const Value &value = input.setting.value;
  if (input.file) {
    note = "from " + value.text;
    if (input.file->dtype != input.dtype)
      note += ", " + std::string(name(input.file->dtype)) + " widened to " +
              std::string(name(input.dtype));
    return fromFile(input);
  }
  if (value.kind == Value::Kind::Literal)
    return fromLiteral(input);
  Expected<Tensor> made = Tensor::allocate(input.dtype, std::move(shape));
  if (!made)
    throw Failure(made.status().withContext("`" + input.param->name + "`"));
  Tensor tensor = *std::move(made);
  const PhiloxKey key =
      value.seed ? keyFromSeed(*value.seed) : fold(seed, int64_t(index));
  if (value.kind == Value::Kind::Uniform) {
    note = "random from " + value.rangeText();
    fillUniform(tensor, key, value.lo, value.hi);
  } else if (value.kind == Value::Kind::Normal && input.dtype == DType::Bool) {
    note = "random";
    fillUniform(tensor, key, 0, 2);
  } else if (value.kind == Value::Kind::Normal && isFloat(input.dtype)) {
    note = "random normal";
    fillNormal(tensor, key);
  } else {
    note = "zeros";
    if (input.setting.origin == Origin::Nobody)
      note += ", as it is not given; give " + input.param->name +
              "=random:0,10 or " + input.param->name + "=@file.npy";
  }
  return tensor;
}

std::vector<int64_t> driver::solveSizes(const Plan &plan, const Exe &exe,
                                        std::vector<std::string> &notes) {
  std::string defaults;
  for (const Param &param : plan.function->params) {
    const bool isPlanned =
        std::ranges::any_of(plan.inputs, [&](const PlannedInput &input) {
          return input.param == &param;
        });
    if (param.kind == Param::Kind::Array && param.defaultText && !isPlanned)
      defaults += (defaults.empty() ? "" : ", ") + param.name + " = " +
                  *param.defaultText;
  }
  if (!defaults.empty())
    notes.push_back("by default " + defaults);
  return Sizes(plan, exe).solve(notes);
}

/// A call has the shapes of its arrays and nothing else: Failure if they do not
/// tell these sizes.
static void checkFound(const Exe &exe, const std::vector<int64_t> &dims) {
  // Where an extent is 0, its other factors may be anything.
  if (std::ranges::count(dims, 0) != 0)
    return;
  std::vector<std::vector<int64_t>> shapes;
  for (size_t i = 0; i < exe.inputs().size(); ++i)
    shapes.push_back(exe.inputShape(i, dims));
  std::vector<int64_t> found(dims.size(), -1);
  exe.solve(shapes, found);
  auto openIn = [&](const std::string &size) {
    std::vector<size_t> open;
    for (const std::string &name : namesIn(size))
      for (size_t dim = 0; dim < dims.size(); ++dim)
        if (exe.dims()[dim] == name && found[dim] < 0 &&
            std::ranges::count(open, dim) == 0)
          open.push_back(dim);
    return open;
  };
  for (bool more = true; more;) {
    more = false;
    for (const Array &result : exe.results())
      for (const std::string &size : result.shape)
        if (const auto open = openIn(size); open.size() == 1) {
          found[open[0]] = dims[open[0]];
          exe.solve(shapes, found);
          more = true;
        }
  }
  std::string names, list;
  for (size_t dim = 0; dim < dims.size(); ++dim)
    if (found[dim] < 0) {
      names += (names.empty() ? "`" : ", `") + exe.dims()[dim] + "`";
      list += (list.empty() ? "" : ", ") + exe.dims()[dim];
    }
  if (!names.empty())
    throw usage("a call finds its sizes in the shapes of its arrays, and those "
                "of `" +
                    exe.signature() + "` do not tell " + names,
                "declare an input with them as axes of their own, as `f32[" +
                    list + "]`");
}

Inputs driver::withSizes(const Plan &plan, const Exe &exe) {
  Inputs inputs;
  std::vector<std::string> sizeNotes;
  inputs.dims = solveSizes(plan, exe, sizeNotes);
  // In the input's name, before code is made for such sizes.
  for (size_t i = 0; i < exe.inputs().size(); ++i)
    if (auto count = countElements(exe.inputShape(i, inputs.dims)); !count)
      throw Failure(
          count.status().withContext("`" + exe.inputs()[i].name + "`"));
  checkFound(exe, inputs.dims);
  std::string sizes;
  for (size_t dim = 0; dim < inputs.dims.size(); ++dim)
    sizes += (dim ? ", " : "") + exe.dims()[dim] + " = " +
             std::to_string(inputs.dims[dim]);
  if (!sizes.empty())
    inputs.notes.push_back(sizes);
  inputs.notes.insert(inputs.notes.end(), sizeNotes.begin(), sizeNotes.end());
  return inputs;
}

void driver::makeArrays(const Plan &plan, const Exe &exe, uint64_t seed,
                        Inputs &inputs) {
  for (size_t i = 0; i < exe.inputs().size(); ++i) {
    const PlannedInput &input = planned(plan, exe.inputs()[i].name);
    std::string note;
    inputs.arrays.push_back(
        makeArray(input, exe.inputShape(i, inputs.dims), seed, i, note));
    if (!note.empty())
      inputs.notes.push_back(input.param->name + ": " + note);
  }
}
