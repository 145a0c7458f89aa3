//===- Reference.h - programs in the dialect, evaluated ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_BACKENDS_REFERENCE_REFERENCE_H
#define FOVEA_TESTS_BACKENDS_REFERENCE_REFERENCE_H

#include "backends/reference/ReferenceBackend.h"
#include "tests/ParsedFunction.h"
#include "tests/backends/Executables.h"

#include <cmath>
#include <limits>

namespace fovea::test {

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double nanValue = std::numeric_limits<double>::quiet_NaN();

/// A function of the dialect with its context, compiled by the reference.
class Program {
public:
  /// `text` is one `fovea.func`.
  explicit Program(const std::string &text)
      : Program(text, ReferenceOptions()) {}
  Program(const std::string &text, ReferenceOptions options)
      : parsed(context, text), func(*parsed),
        executable(compiled(createReferenceBackend(std::move(options)), func)) {
  }
  /// The function `f` over the dimensions `dims` (`"N", "M"`).
  Program(const std::string &dims, const std::string &body)
      : Program("fovea.func @f dims [" + dims + "] {\n" + body + "\n}") {}

  std::vector<Tensor> run(const std::vector<Tensor> &inputs = {}) const {
    return resultsOf(*executable, inputs);
  }
  Status failure(const std::vector<Tensor> &inputs = {}) const {
    return failureOf(*executable, inputs);
  }

  mlir::MLIRContext context;
  ParsedFunction parsed;
  ir::FuncOp func;
  std::unique_ptr<Executable> executable;
};

/// A tensor with these elements, row-major.
template <class T>
Tensor tensor(DType dtype, std::vector<int64_t> shape, std::vector<T> values) {
  auto out = Tensor::allocate(dtype, std::move(shape));
  REQUIRE(out);
  REQUIRE(out->numElements() == static_cast<int64_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i)
    out->store(static_cast<int64_t>(i), values[i]);
  return *std::move(out);
}
inline Tensor f64(std::vector<int64_t> shape, std::vector<double> values) {
  return tensor<double>(DType::F64, std::move(shape), std::move(values));
}
inline Tensor f32(std::vector<int64_t> shape, std::vector<double> values) {
  return tensor<double>(DType::F32, std::move(shape), std::move(values));
}
inline Tensor i64(std::vector<int64_t> shape, std::vector<int64_t> values) {
  return tensor<int64_t>(DType::I64, std::move(shape), std::move(values));
}

/// The elements, row-major.
inline std::vector<double> numbers(const Tensor &tensor) {
  std::vector<double> out;
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    out.push_back(tensor.loadAsDouble(tensor.offsetOfOrdinal(i)));
  return out;
}
inline std::vector<int64_t> integers(const Tensor &tensor) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    out.push_back(tensor.loadAsInt(tensor.offsetOfOrdinal(i)));
  return out;
}

/// The same number; NaN is the same as NaN.
inline bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || a == b;
}
inline bool same(const std::vector<double> &a, const std::vector<double> &b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](double x, double y) { return same(x, y); });
}

} // namespace fovea::test

#endif // FOVEA_TESTS_BACKENDS_REFERENCE_REFERENCE_H
