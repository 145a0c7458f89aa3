//===- Value.h - what stands right of `=` on the command line ---*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_VALUE_H
#define FOVEA_TOOLS_FOVEA_VALUE_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea::driver {

/// A value for an input, a dimension or an option, before it is known which of
/// these it is for.
struct Value {
  enum class Kind {
    File,    ///< `@q.npy`: `text` is the path
    Uniform, ///< `random:0,10`: over [`lo`, `hi`)
    Normal,  ///< `random` and `random:normal`
    Zeros,   ///< `zeros`
    Literal, ///< `0.5`, `true`, `[[1, 2], [3, 4]]`
    Word     ///< `mean`: an option's choice
  };

  Kind kind = Kind::Zeros;
  std::string text;
  double lo = 0;
  double hi = 1;
  std::optional<uint64_t> seed;
  /// Literals: elements in row-major order. `integers` is empty unless all are
  /// whole numbers written without a point; then it holds them exactly.
  std::vector<double> elements;
  std::vector<int64_t> integers;
  std::vector<int64_t> shape;
  /// Literals: every element is `true` or `false`.
  bool isBool = false;

  static Value file(std::string path);
  static Value uniform(double lo, double hi);
  static Value normal();
  static Value word(std::string text);
  /// `integers` is null unless all elements are whole.
  static Value literal(std::vector<int64_t> shape, size_t count,
                       const double *elements, const int64_t *integers);

  bool isInteger() const { return !integers.empty(); }
  /// Uniform: `0 to 10`.
  std::string rangeText() const;
};

/// Reads `text`, which is given for `name`. Failure (Usage) says what is wrong
/// where.
Value parseValue(const std::string &name, const std::string &text);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_VALUE_H
