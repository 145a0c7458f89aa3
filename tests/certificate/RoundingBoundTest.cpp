//===- RoundingBoundTest.cpp - how far roundings may carry a result -------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/RoundingBound.h"

#include "backends/reference/ReferenceBackend.h"
#include "frontend/Program.h"

#include "mlir/IR/Verifier.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace fovea;

/// The magnitude of `formula`, a scalar, where x is 3, -3, 0.5 and w 2, 2, -4.
static double magnitudeOf(const std::string &formula) {
  Diagnostics diagnostics;
  auto program = Program::fromText(
      "test.fov",
      "fn f(x: f32[N], w: f32[N]) {\n  r = " + formula + "\n  return r\n}\n",
      diagnostics);
  INFO(diagnostics.render());
  REQUIRE((program && !diagnostics.hasErrors()));
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<ir::FoveaDialect>();
  auto module = program->instantiate(
      {"f", {{"x", "f32", 1}, {"w", "f32", 1}}, {}}, context, diagnostics);
  REQUIRE(module);
  ir::FuncOp func = *module->getOps<ir::FuncOp>().begin();
  certificate::replaceByRoundingBounds(func);
  REQUIRE(mlir::succeeded(mlir::verify(*module)));
  auto backend = createReferenceBackend();
  REQUIRE(backend);
  auto exe = (*backend)->compile(func);
  INFO(exe.status().text());
  REQUIRE(exe);
  std::vector<Tensor> inputs;
  for (const std::vector<double> &values :
       {std::vector<double>{3, -3, 0.5}, {2, 2, -4}}) {
    inputs.push_back(*Tensor::allocate(DType::F32, {3}));
    for (int64_t i = 0; i < 3; ++i)
      inputs.back().store(i, values[i]);
  }
  auto results = (*exe)->run(inputs);
  INFO(results.status().text());
  REQUIRE(results);
  CHECK(results->front().dtype() == DType::F64);
  return results->front().loadAsDouble(0);
}

TEST_CASE("sums and products count their terms") {
  CHECK(magnitudeOf("sum[n](x[n])") == 6.5);
  CHECK(magnitudeOf("sum[n | n < 2](x[n])") == 6);
  CHECK(magnitudeOf("sum[n](x[n] * w[n])") == 14);
  CHECK(magnitudeOf("sum[n](x[n]) - sum[n](w[n])") == 14.5);
  CHECK(magnitudeOf("-2 * sum[n](x[n])") == 13);
  CHECK(magnitudeOf("sum[n, m](x[n] * (w[m] - w[n]))") == 6.5 * 8 + 3 * 14);
  // The reads and names of others.
  CHECK(magnitudeOf("sum[n: 3](x[2 - n])") == 6.5);
}

TEST_CASE("a quotient has the errors of both") {
  // 0.5 / 0: nothing is known.
  CHECK(!std::isfinite(magnitudeOf("sum[n](x[n]) / sum[n](w[n])")));
  // Terms of 6.5 and 16 over 8.
  CHECK(magnitudeOf("sum[n](x[n]) / sum[n](w[n] * w[n] / 3)") ==
        Approx(6.5 / 8));
  CHECK(magnitudeOf("sum[n](x[n]) / (4 - sum[n](x[n]))") ==
        Approx(6.5 / 3.5 * (10.5 / 3.5)));
}

TEST_CASE("what is chosen, and the largest") {
  CHECK(magnitudeOf("max[n](x[n] - w[n])") == 5);
  CHECK(magnitudeOf("min[n](x[n] - w[n])") == 5);
  CHECK(magnitudeOf("sum[n](where(n < 1, x[n] - 1, 0))") == 4);
  // An infinity is no term, hard or not.
  CHECK(magnitudeOf("max[n](where(n < 1, x[n] - 1, -inf))") == 4);
}

TEST_CASE("functions hand errors on by their slopes") {
  CHECK(magnitudeOf("exp(sum[n](x[n]))") == Approx(std::exp(0.5) * 7.5));
  CHECK(magnitudeOf("log(sum[n](x[n]))") == Approx(std::log(2.0) + 6.5 / 0.5));
  CHECK(magnitudeOf("sqrt(sum[n](x[n]))") == Approx(2 * 6.5 / std::sqrt(0.5)));
  CHECK(magnitudeOf("tanh(sum[n](x[n]))") == Approx(std::tanh(0.5) + 6.5));
  // Of others nothing is said but what they are.
  CHECK(magnitudeOf("floor(sum[n](x[n]) - 1)") == 1);
  CHECK(magnitudeOf("prod[n](x[n] - 1)") == 4);
}

TEST_CASE("what a hard 0 absorbs is not needed for the bound either") {
  // w[5 * n] is there for the first n only.
  CHECK(magnitudeOf("sum[n](where(n < 1, x[n], 0) * w[5 * n])") == 6);
  CHECK(magnitudeOf("sum[n](-where(n < 1, x[n], 0) / w[5 * n])") == 1.5);
  CHECK(magnitudeOf("sum[n](where(n < 1, x[n], 0) ^ 2 * w[5 * n])") == 18);
  CHECK(magnitudeOf("sum[n](sqrt(where(n < 1, x[n] + 1, 0)) * w[5 * n])") ==
        Approx(2 * 4 / 2 * 2));
  CHECK(magnitudeOf("sum[n](exp(where(n < 1, x[n], -inf)) * w[5 * n])") ==
        Approx(4 * std::exp(3) * 2));
  CHECK(magnitudeOf("sum[n](exp2(where(n < 1, x[n], -inf)) * w[5 * n])") ==
        Approx(4 * 8 * 2));
  CHECK(magnitudeOf("sum[n](exp(where(n < 1, x[n] - 3, -inf) + w[5 * n]))") ==
        Approx(std::exp(2) * 9));
  CHECK(magnitudeOf(
            "sum[n](exp(where(n < 1, x[n] - 3, -inf)) / 2 * w[5 * n])") > 0);
}
