//===- Print.cpp - tensors as text ----------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Print.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace fovea;

std::string fovea::shapeText(std::span<const int64_t> shape) {
  std::string text = "[";
  for (size_t axis = 0; axis < shape.size(); ++axis)
    text += (axis ? ", " : "") + std::to_string(shape[axis]);
  return text + "]";
}

std::string fovea::typeText(DType dtype, std::span<const int64_t> shape) {
  std::string text(name(dtype));
  return shape.empty() ? text : text + shapeText(shape);
}

namespace {

/// Longer lines are broken between elements.
constexpr size_t lineWidth = 80;

class Printer {
public:
  Printer(const Tensor &tensor, const PrintOptions &options)
      : tensor(tensor), options(options),
        whole(tensor.numElements() <= options.wholeUpTo) {}

  std::string run() {
    if (tensor.numElements() == 0)
      return "[]";
    measure(0, 0);
    print(0, 0);
    return text;
  }

private:
  std::string element(int64_t offset) const {
    return elementText(tensor, offset, options.digits);
  }
  void measure(size_t axis, int64_t offset);
  void print(size_t axis, int64_t offset);
  void printRow(int64_t offset);
  void separate(size_t axis);

  /// Whether `i` of the axis is shown, or stands for the ones left out.
  bool cut(size_t axis) const {
    return !whole && tensor.dim(axis) > 2 * options.edge;
  }
  /// Calls fn(i) for the positions shown, and fn(-1) in place of the others.
  template <class Fn> void forShown(size_t axis, Fn fn) const {
    const int64_t extent = tensor.dim(axis);
    const bool shortened = cut(axis);
    for (int64_t i = 0; i < extent; ++i) {
      if (shortened && i == options.edge) {
        fn(-1);
        i = extent - options.edge;
      }
      if (i < extent)
        fn(i);
    }
  }

  const Tensor &tensor;
  const PrintOptions &options;
  const bool whole;
  size_t width = 0;
  std::string text;
};

} // namespace

std::string fovea::elementText(const Tensor &tensor, int64_t offset,
                               int digits) {
  if (tensor.dtype() == DType::Bool)
    return tensor.loadAsInt(offset) ? "true" : "false";
  if (isInteger(tensor.dtype()))
    return std::to_string(tensor.loadAsInt(offset));
  const double value = tensor.loadAsDouble(offset);
  if (std::isnan(value))
    return "nan";
  // Whatever locale and rounding mode somebody has set.
  char buffer[64];
  char *const last = buffer + sizeof(buffer);
  const auto [end, fault] =
      digits > 0
          ? std::to_chars(buffer, last, value, std::chars_format::general,
                          std::min(digits, 17))
      : tensor.dtype() == DType::F64
          ? std::to_chars(buffer, last, value)
          : std::to_chars(buffer, last, static_cast<float>(value));
  return std::string(buffer, end);
}

void Printer::measure(size_t axis, int64_t offset) {
  if (axis == tensor.rank()) {
    width = std::max(width, element(offset).size());
    return;
  }
  forShown(axis, [&](int64_t i) {
    if (i >= 0)
      measure(axis + 1, offset + i * tensor.strides()[axis]);
  });
}

/// A comma and as many line breaks as brackets close here, as NumPy does.
void Printer::separate(size_t axis) {
  text += "," + std::string(tensor.rank() - axis - 1, '\n') +
          std::string(axis + 1, ' ');
}

void Printer::printRow(int64_t offset) {
  const size_t axis = tensor.rank() - 1;
  size_t column = axis + 1;
  bool first = true;
  forShown(axis, [&](int64_t i) {
    std::string item = "...";
    if (i >= 0) {
      item = element(offset + i * tensor.strides()[axis]);
      item.insert(0, width - item.size(), ' ');
    }
    const bool fits = column + item.size() + 2 <= lineWidth;
    if (!first)
      text += fits ? ", " : ",\n" + std::string(axis + 1, ' ');
    column = (fits ? column : axis + 1) + item.size() + 2;
    text += item;
    first = false;
  });
}

void Printer::print(size_t axis, int64_t offset) {
  if (axis == tensor.rank()) {
    text += element(offset);
    return;
  }
  text += "[";
  if (axis + 1 == tensor.rank()) {
    printRow(offset);
    text += "]";
    return;
  }
  bool first = true;
  forShown(axis, [&](int64_t i) {
    if (!first)
      separate(axis);
    if (i >= 0)
      print(axis + 1, offset + i * tensor.strides()[axis]);
    else
      text += "...";
    first = false;
  });
  text += "]";
}

std::string fovea::toText(const Tensor &tensor, const PrintOptions &options) {
  return Printer(tensor, options).run();
}
