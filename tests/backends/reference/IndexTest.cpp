//===- IndexTest.cpp - coordinates, reads, literals and sizes -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/reference/Reference.h"

using namespace fovea;
using namespace fovea::test;

static const std::string square = R"(
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>
)";
static Tensor ninths() { return f64({3, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8}); }

TEST_CASE("reference: names exchanged are a transpose") {
  Program program("\"N\"", square + R"(
    %t = fovea.rename %x ["i", "j"] to ["j", "i"] : !fovea.array<f64, i: N, j: N> -> !fovea.array<f64, i: N, j: N>
    %d = fovea.sub %x, %t : !fovea.array<f64, i: N, j: N>, !fovea.array<f64, i: N, j: N>
    fovea.output "t" %t [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>
    fovea.output "d" %d [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>)");
  auto out = program.run({ninths()});
  CHECK(numbers(out[0]) == std::vector<double>{0, 3, 6, 1, 4, 7, 2, 5, 8});
  CHECK(numbers(out[1]) == std::vector<double>{0, -2, -4, 2, 0, -2, 4, 2, 0});
}

TEST_CASE("reference: a value below a rename has coordinates of its own") {
  // y[i] = sum[j](x[i, j]), then y[i] - y[k] over (i, k), with j reused for k.
  Program program("\"N\"", square + R"(
    %y = fovea.reduce sum %x over [#fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>
    %z = fovea.rename %y ["i"] to ["j"] : !fovea.array<f64, i: N> -> !fovea.array<f64, j: N>
    %d = fovea.sub %y, %z : !fovea.array<f64, i: N>, !fovea.array<f64, j: N>
    fovea.output "d" %d [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>)");
  CHECK(numbers(program.run({ninths()})[0]) ==
        std::vector<double>{0, -9, -18, 9, 0, -9, 18, 9, 0});
}

TEST_CASE("reference: a diagonal, and reads along the replaced axis") {
  Program program("\"N\"", square + R"(
    %i = fovea.index <i: N> : !fovea.array<i64, i: N>
    %diagonal = fovea.at "x" %x [#fovea.axis<j: N>] [%i] : !fovea.array<f64, i: N, j: N> [!fovea.array<i64, i: N>] -> !fovea.array<f64, i: N>
    %n = fovea.size <N + -1> : !fovea.array<i64>
    %back = fovea.sub %n, %i : !fovea.array<i64>, !fovea.array<i64, i: N>
    %flipped = fovea.at "x" %x [#fovea.axis<i: N>] [%back] : !fovea.array<f64, i: N, j: N> [!fovea.array<i64, i: N>] -> !fovea.array<f64, i: N, j: N>
    %j = fovea.index <j: N> : !fovea.array<i64, j: N>
    %both = fovea.at "x" %x [#fovea.axis<i: N>, #fovea.axis<j: N>] [%j, %i] : !fovea.array<f64, i: N, j: N> [!fovea.array<i64, j: N>, !fovea.array<i64, i: N>] -> !fovea.array<f64, i: N, j: N>
    fovea.output "diagonal" %diagonal [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "flipped" %flipped [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>
    fovea.output "both" %both [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>)");
  auto out = program.run({ninths()});
  CHECK(numbers(out[0]) == std::vector<double>{0, 4, 8});
  CHECK(numbers(out[1]) == std::vector<double>{6, 7, 8, 3, 4, 5, 0, 1, 2});
  CHECK(numbers(out[2]) == std::vector<double>{0, 3, 6, 1, 4, 7, 2, 5, 8});
}

TEST_CASE("reference: a computed source is read at other coordinates") {
  // (x[i] + i)[t[n]], and a source that does not vary along the axis.
  Program program("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<i64, i: N>
    %t = fovea.input "t" [#fovea.axis<n: M>] : !fovea.array<i64, n: M>
    %i = fovea.index <i: N> : !fovea.array<i64, i: N>
    %y = fovea.add %x, %i : !fovea.array<i64, i: N>, !fovea.array<i64, i: N>
    %r = fovea.at "y" %y [#fovea.axis<i: N>] [%t] : !fovea.array<i64, i: N> [!fovea.array<i64, n: M>] -> !fovea.array<i64, n: M>
    %c = fovea.constant 7 : i64 : !fovea.array<i64>
    %s = fovea.at "c" %c [#fovea.axis<i: N>] [%t] : !fovea.array<i64> [!fovea.array<i64, n: M>] -> !fovea.array<i64, n: M>
    fovea.output "r" %r [#fovea.axis<n: M>] : !fovea.array<i64, n: M>
    fovea.output "s" %s [#fovea.axis<n: M>] : !fovea.array<i64, n: M>)");
  auto out = program.run({i64({2}, {10, 20}), i64({3}, {1, 0, 1})});
  CHECK(integers(out[0]) == std::vector<int64_t>{21, 10, 21});
  CHECK(integers(out[1]) == std::vector<int64_t>{7, 7, 7});
  // The index is checked all the same.
  Program checked("\"M\"", R"(
    %t = fovea.input "t" [#fovea.axis<n: M>] : !fovea.array<i64, n: M>
    %c = fovea.constant 7 : i64 : !fovea.array<i64>
    %s = fovea.at "c" %c [#fovea.axis<i: 2>] [%t] : !fovea.array<i64> [!fovea.array<i64, n: M>] -> !fovea.array<i64, n: M>
    fovea.output "s" %s [#fovea.axis<n: M>] : !fovea.array<i64, n: M>)");
  Status status = checked.failure({i64({2}, {1, 2})});
  CHECK(status.message() ==
        "`c` is read at index 2 along an axis of extent 2 (at n = 1)");
}

TEST_CASE("reference: the position names every axis of the read") {
  Program program("\"N\"", square + R"(
    %i = fovea.index <i: N> : !fovea.array<i64, i: N>
    %one = fovea.constant 1 : i64 : !fovea.array<i64>
    %next = fovea.add %i, %one : !fovea.array<i64, i: N>, !fovea.array<i64>
    %r = fovea.at "x" %x [#fovea.axis<i: N>] [%next] : !fovea.array<f64, i: N, j: N> [!fovea.array<i64, i: N>] -> !fovea.array<f64, i: N, j: N>
    fovea.output "r" %r [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>)");
  Status status = program.failure({ninths()});
  CHECK(status.message() ==
        "`x` is read at index 3 along an axis of extent 3 (at i = 2, j = 0)");
  CHECK(status.details().position == std::vector<int64_t>{2, 0});
}

TEST_CASE("reference: literals, in the order of their axes") {
  Program program("", R"(
    %a = fovea.literal dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32> [#fovea.axis<j: 2>, #fovea.axis<i: 3>] : !fovea.array<f32, i: 3, j: 2>
    %b = fovea.literal dense<[true, false]> : tensor<2xi1> [#fovea.axis<j: 2>] : !fovea.array<i1, j: 2>
    %c = fovea.literal dense<-5> : tensor<2xi32> [#fovea.axis<j: 2>] : !fovea.array<i32, j: 2>
    fovea.output "a" %a [#fovea.axis<i: 3>, #fovea.axis<j: 2>] : !fovea.array<f32, i: 3, j: 2>
    fovea.output "b" %b [#fovea.axis<j: 2>] : !fovea.array<i1, j: 2>
    fovea.output "c" %c [#fovea.axis<j: 2>] : !fovea.array<i32, j: 2>)");
  auto out = program.run();
  CHECK(numbers(out[0]) == std::vector<double>{1, 4, 2, 5, 3, 6});
  CHECK(integers(out[1]) == std::vector<int64_t>{1, 0});
  CHECK(integers(out[2]) == std::vector<int64_t>{-5, -5});
}

TEST_CASE("reference: sizes") {
  Program program("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %y = fovea.input "y" [#fovea.axis<j: M>] : !fovea.array<f64, j: M>
    %a = fovea.size <2 * N * M + -1> : !fovea.array<i64>
    %b = fovea.size <floordiv(N, M)> : !fovea.array<i64>
    %c = fovea.size <mod(N, M)> : !fovea.array<i64>
    fovea.output "a" %a [] : !fovea.array<i64>
    fovea.output "b" %b [] : !fovea.array<i64>
    fovea.output "c" %c [] : !fovea.array<i64>)");
  auto out = program.run(
      {*Tensor::allocate(DType::F64, {7}), *Tensor::allocate(DType::F64, {2})});
  CHECK(out[0].intAt() == 27);
  CHECK(out[1].intAt() == 3);
  CHECK(out[2].intAt() == 1);
  CHECK(program
            .failure({*Tensor::allocate(DType::F64, {7}),
                      *Tensor::allocate(DType::F64, {0})})
            .code() == StatusCode::DivisionByZero);
}

TEST_CASE("reference: a negative extent is an error") {
  Program program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %j = fovea.index <j: N + -1> : !fovea.array<i64, j: N + -1>
    %r = fovea.reduce sum %j over [#fovea.axis<j: N + -1>] : !fovea.array<i64, j: N + -1>
    fovea.output "r" %r [] : !fovea.array<i64>)");
  CHECK(program.run({f64({4}, {0, 0, 0, 0})})[0].intAt() == 3);
  CHECK(program.run({f64({1}, {0})})[0].intAt() == 0);
  Status status = program.failure({f64({0}, {})});
  CHECK(status.code() == StatusCode::Shape);
  CHECK(status.message() == "the size `N - 1` of an index is -1");
}
