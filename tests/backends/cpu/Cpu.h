//===- Cpu.h - programs compiled for this machine ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_BACKENDS_CPU_CPU_H
#define FOVEA_TESTS_BACKENDS_CPU_CPU_H

#include "backends/cpu/CpuBackend.h"
#include "tests/backends/reference/Reference.h"

#include <algorithm>
#include <string>

namespace fovea::test {

/// A function of the dialect, compiled by the CPU backend and by the reference.
struct CpuProgram {
  CpuProgram(const std::string &dims, const std::string &body)
      : oracle(dims, body),
        executable(compiled(createCpuBackend(), oracle.func)) {}

  std::vector<Tensor> run(const std::vector<Tensor> &inputs = {}) const {
    return resultsOf(*executable, inputs);
  }
  Status failure(const std::vector<Tensor> &inputs = {}) const {
    return failureOf(*executable, inputs);
  }

  /// Runs both and compares: floats up to `ulps` units in the last place of
  /// their type (of `scale`, if that is larger), all else exactly.
  void compare(const std::vector<Tensor> &inputs, double ulps = 0,
               double scale = 0) const {
    const std::vector<Tensor> found = run(inputs);
    const std::vector<Tensor> wanted = oracle.run(inputs);
    REQUIRE(found.size() == wanted.size());
    for (size_t i = 0; i < found.size(); ++i) {
      INFO("output " << executable->signature().results[i].name);
      REQUIRE(found[i].shape() == wanted[i].shape());
      REQUIRE(found[i].dtype() == wanted[i].dtype());
      compareElements(found[i], wanted[i], ulps, scale);
    }
  }

  Program oracle;
  std::unique_ptr<Executable> executable;

private:
  static double unit(DType dtype) {
    switch (dtype) {
    case DType::F16:
      return 0x1p-10;
    case DType::BF16:
      return 0x1p-7;
    case DType::F32:
      return 0x1p-23;
    default:
      return 0x1p-52;
    }
  }

  static void compareElements(const Tensor &found, const Tensor &wanted,
                              double ulps, double scale) {
    const std::vector<int64_t> exact = integers(wanted);
    const std::vector<int64_t> whole = integers(found);
    const std::vector<double> expected = numbers(wanted);
    const std::vector<double> values = numbers(found);
    for (size_t k = 0; k < values.size(); ++k) {
      INFO("element " << k << ": " << values[k] << ", not " << expected[k]);
      if (!isFloat(found.dtype())) {
        REQUIRE(whole[k] == exact[k]);
        continue;
      }
      if (same(values[k], expected[k]))
        continue;
      const double size = std::max(std::abs(expected[k]), scale);
      // Below the normal numbers of f32 units do not shrink any more.
      const double tolerance = ulps * (unit(found.dtype()) * size + 0x1p-149);
      REQUIRE(std::abs(values[k] - expected[k]) <= tolerance);
    }
  }
};

/// `!fovea.array<f32, i: N>`; the axes are sorted by name.
inline std::string arrayType(const std::string &element,
                             const std::string &axes = "") {
  return "!fovea.array<" + element + (axes.empty() ? "" : ", " + axes) + ">";
}

} // namespace fovea::test

#endif // FOVEA_TESTS_BACKENDS_CPU_CPU_H
