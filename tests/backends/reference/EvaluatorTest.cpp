//===- EvaluatorTest.cpp - whole functions --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/reference/Reference.h"

#include <random>
#include <thread>

using namespace fovea;
using namespace fovea::test;

/// softmax[j](q k^T) v with the causal mask, the maximum subtracted.
static const std::string attention = R"(
  %q = fovea.input "q" [#fovea.axis<i: N>, #fovea.axis<c: D>] : !fovea.array<f32, c: D, i: N>
  %k0 = fovea.input "k" [#fovea.axis<j: N>, #fovea.axis<c: D>] : !fovea.array<f32, c: D, j: N>
  %v = fovea.input "v" [#fovea.axis<j: N>, #fovea.axis<c: D>] : !fovea.array<f32, c: D, j: N>
  %p = fovea.mul %q, %k0 : !fovea.array<f32, c: D, i: N>, !fovea.array<f32, c: D, j: N>
  %s = fovea.reduce sum %p over [#fovea.axis<c: D>] : !fovea.array<f32, c: D, i: N, j: N>
  %i = fovea.index <i: N> : !fovea.array<i64, i: N>
  %j = fovea.index <j: N> : !fovea.array<i64, j: N>
  %seen = fovea.compare le %j, %i : !fovea.array<i64, j: N>, !fovea.array<i64, i: N>
  %ninf = fovea.constant 0xFF800000 : f32 : !fovea.array<f32>
  %x = fovea.select %seen, %s, %ninf hard neginf : !fovea.array<i1, i: N, j: N>, !fovea.array<f32, i: N, j: N>, !fovea.array<f32>
  %m = fovea.reduce max %x over [#fovea.axis<j: N>] : !fovea.array<f32, i: N, j: N>
  %d = fovea.sub %x, %m : !fovea.array<f32, i: N, j: N>, !fovea.array<f32, i: N>
  %e = fovea.exp %d : !fovea.array<f32, i: N, j: N>
  %z = fovea.reduce sum %e over [#fovea.axis<j: N>] : !fovea.array<f32, i: N, j: N>
  %a = fovea.div %e, %z : !fovea.array<f32, i: N, j: N>, !fovea.array<f32, i: N>
  %w = fovea.mul %a, %v : !fovea.array<f32, i: N, j: N>, !fovea.array<f32, c: D, j: N>
  %o = fovea.reduce sum %w over [#fovea.axis<j: N>] : !fovea.array<f32, c: D, i: N, j: N>
  fovea.output "o" %o [#fovea.axis<i: N>, #fovea.axis<c: D>] : !fovea.array<f32, c: D, i: N>
)";

static Tensor randomMatrix(int64_t rows, int64_t columns, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(static_cast<size_t>(rows * columns));
  for (double &value : values)
    value = normal(generator);
  return f32({rows, columns}, values);
}

/// The same in plain loops.
static double attentionAt(const Tensor &q, const Tensor &k, const Tensor &v,
                          int64_t i, int64_t e) {
  double z = 0, o = 0;
  for (int64_t j = 0; j <= i; ++j) {
    double s = 0;
    for (int64_t c = 0; c < q.dim(1); ++c)
      s += q.at(i, c) * k.at(j, c);
    z += std::exp(s);
    o += std::exp(s) * v.at(j, e);
  }
  return o / z;
}

TEST_CASE("reference: attention, by hand in loops") {
  constexpr int64_t n = 40, d = 8;
  Tensor q = randomMatrix(n, d, 1), k = randomMatrix(n, d, 2),
         v = randomMatrix(n, d, 3);
  // A NaN in a value that no row but the last may see.
  v.store(v.offsetOf(std::vector<int64_t>{n - 1, 0}), nanValue);
  Tensor o = Program("\"N\", \"D\"", attention).run({q, k, v})[0];
  for (int64_t i = 0; i < n - 1; ++i)
    for (int64_t e = 0; e < d; ++e)
      REQUIRE(o.at(i, e) ==
              Approx(attentionAt(q, k, v, i, e)).epsilon(1e-6).margin(1e-7));
  CHECK(std::isnan(o.at(n - 1, 0)));
  CHECK(o.at(n - 1, 1) == Approx(attentionAt(q, k, v, n - 1, 1)));
}

TEST_CASE("reference: attention of sizes 0 and 1") {
  Program program("\"N\", \"D\"", attention);
  auto run = [&](int64_t n, int64_t d) {
    Tensor x = randomMatrix(n, d, 1);
    return program.run({x, x, x})[0];
  };
  CHECK(run(0, 4).shape() == std::vector<int64_t>{0, 4});
  CHECK(run(4, 0).shape() == std::vector<int64_t>{4, 0});
  CHECK(run(1, 1).at(0, 0) == randomMatrix(1, 1, 1).at(0, 0));
}

TEST_CASE("reference: attention of 1500 rows", "[.slow]") {
  Program program("\"N\", \"D\"", attention);
  Tensor q = randomMatrix(1500, 64, 1), k = randomMatrix(1500, 64, 2),
         v = randomMatrix(1500, 64, 3);
  Tensor o = program.run({q, k, v})[0];
  CHECK(o.at(1499, 5) == Approx(attentionAt(q, k, v, 1499, 5)));
}

TEST_CASE("reference: threads share an executable") {
  Program program("\"N\", \"D\"", attention);
  std::vector<std::thread> threads;
  std::vector<bool> right(4);
  std::vector<std::vector<double>> results(4);
  for (int64_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      int64_t n = 20 + 5 * (t % 2);
      Tensor x = Tensor::allocate(DType::F32, {n, 4}).operator*();
      for (int64_t i = 0; i < n * 4; ++i)
        x.store(i, 0.01 * static_cast<double>(i));
      auto out = program.executable->run(std::vector<Tensor>{x, x, x});
      if (out)
        results[static_cast<size_t>(t)] = numbers((*out)[0]);
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(results[0].size() == 80);
  CHECK(results[1].size() == 100);
  CHECK(results[0] == results[2]);
  CHECK(results[1] == results[3]);
}

TEST_CASE("reference: a chain of 20000 operations") {
  std::string body = "%x0 = fovea.input \"x\" [] : !fovea.array<i64>\n";
  constexpr int length = 20000;
  for (int i = 0; i < length; ++i)
    body += "%x" + std::to_string(i + 1) + " = fovea.neg %x" +
            std::to_string(i) + " : !fovea.array<i64>\n";
  body += "fovea.output \"r\" %x" + std::to_string(length) +
          " [] : !fovea.array<i64>";
  CHECK(Program("", body).run({i64({}, {5})})[0].intAt() == 5);
}

TEST_CASE("reference: a chain of 2000 reductions, each used twice") {
  std::string body =
      "%x0 = fovea.input \"x\" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>\n";
  std::string last = "%x0";
  for (int i = 0; i < 2000; ++i) {
    std::string n = std::to_string(i);
    body += "%m" + n + " = fovea.reduce max " + last +
            " over [#fovea.axis<i: N>] : !fovea.array<f64, i: N>\n%x" +
            std::to_string(i + 1) + " = fovea.sub " + last + ", %m" + n +
            " : !fovea.array<f64, i: N>, !fovea.array<f64>\n";
    last = "%x" + std::to_string(i + 1);
  }
  body += "fovea.output \"r\" " + last +
          " [#fovea.axis<i: N>] : !fovea.array<f64, i: N>";
  CHECK(numbers(Program("\"N\"", body).run({f64({3}, {1, 5, 3})})[0]) ==
        std::vector<double>{-4, 0, -2});
}

TEST_CASE("reference: several outputs, repeated along axes that they lack") {
  Program program("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
    %y = fovea.input "y" [#fovea.axis<j: M>] : !fovea.array<f32, j: M>
    %s = fovea.reduce sum %x over [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
    fovea.output "wide" %x [#fovea.axis<j: M>, #fovea.axis<i: N>] : !fovea.array<f32, i: N>
    fovea.output "sums" %s [#fovea.axis<j: M>] : !fovea.array<f32>
    fovea.output "same" %x [#fovea.axis<i: N>] : !fovea.array<f32, i: N>)");
  auto out = program.run({f32({2}, {1, 2}), f32({3}, {0, 0, 0})});
  CHECK(out[0].shape() == std::vector<int64_t>{3, 2});
  CHECK(numbers(out[0]) == std::vector<double>{1, 2, 1, 2, 1, 2});
  CHECK(numbers(out[1]) == std::vector<double>{3, 3, 3});
  CHECK(numbers(out[2]) == std::vector<double>{1, 2});
}

TEST_CASE("reference: strided inputs and outputs") {
  Program program("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : !fovea.array<f64, i: N, j: M>
    fovea.output "r" %x [#fovea.axis<i: N>, #fovea.axis<j: M>] : !fovea.array<f64, i: N, j: M>)");
  std::vector<double> data = {0, 1, 2, 3, 4, 5};
  Tensor transposed = Tensor::view(data.data(), DType::F64, {3, 2}, {1, 3});
  CHECK(numbers(program.run({transposed})[0]) ==
        std::vector<double>{0, 3, 1, 4, 2, 5});
  Tensor backwards =
      Tensor::view(data.data() + 5, DType::F64, {2, 3}, {-3, -1});
  CHECK(numbers(program.run({backwards})[0]) ==
        std::vector<double>{5, 4, 3, 2, 1, 0});
  Tensor repeated = Tensor::view(data.data(), DType::F64, {2, 3}, {0, 2});
  CHECK(numbers(program.run({repeated})[0]) ==
        std::vector<double>{0, 2, 4, 0, 2, 4});

  std::vector<double> result(6);
  std::vector<Tensor> outputs = {
      Tensor::view(result.data(), DType::F64, {3, 2}, {1, 3})};
  CHECK(
      program.executable->run(std::vector<Tensor>{transposed}, outputs).isOk());
  CHECK(result == data);
}

TEST_CASE("reference: a table beyond bounds is an error") {
  // s[i, j, k] is costly and used twice, and would have 2^32 elements.
  Program program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %y = fovea.rename %x ["i"] to ["j"] : !fovea.array<f64, i: N> -> !fovea.array<f64, j: N>
    %s = fovea.mul %x, %y : !fovea.array<f64, i: N>, !fovea.array<f64, j: N>
    %e = fovea.exp %s : !fovea.array<f64, i: N, j: N>
    %r = fovea.mul %e, %e : !fovea.array<f64, i: N, j: N>, !fovea.array<f64, i: N, j: N>
    %t = fovea.reduce sum %r over [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>
    fovea.output "t" %t [] : !fovea.array<f64>)");
  double one = 1;
  Tensor big = Tensor::view(&one, DType::F64, {int64_t(1) << 16}, {0});
  Status status = program.failure({big});
  CHECK(status.code() == StatusCode::UnsupportedShape);
  CHECK(status.message() == "the reference backend would have to keep more "
                            "than 2^31 elements of one value");
}
