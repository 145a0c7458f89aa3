//===- LayoutTest.cpp - coordinates, strides and stored values ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

using namespace fovea;
using namespace fovea::test;

static const std::string square = R"(
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>
)";
static const std::string ij = "[#fovea.axis<i: N>, #fovea.axis<j: N>]";
static Tensor ninths() { return f64({3, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8}); }

TEST_CASE("cpu: renames exchange coordinates") {
  CpuProgram program("\"N\"", square + R"(
    %t = fovea.rename %x ["i", "j"] to ["j", "i"] : !fovea.array<f64, i: N, j: N> -> !fovea.array<f64, i: N, j: N>
    %d = fovea.sub %x, %t : !fovea.array<f64, i: N, j: N>, !fovea.array<f64, i: N, j: N>
    %y = fovea.reduce sum %x over [#fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>
    %z = fovea.rename %y ["i"] to ["j"] : !fovea.array<f64, i: N> -> !fovea.array<f64, j: N>
    %e = fovea.sub %y, %z : !fovea.array<f64, i: N>, !fovea.array<f64, j: N>
    fovea.output "t" %t [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>
    fovea.output "d" %d [#fovea.axis<j: N>, #fovea.axis<i: N>] : !fovea.array<f64, i: N, j: N>
    fovea.output "y" %z [#fovea.axis<j: N>] : !fovea.array<f64, j: N>
    fovea.output "again" %y [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "e" %e [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>)");
  program.compare({ninths()});
}

TEST_CASE("cpu: results of reductions in other orders of axes") {
  // o[i, j, k] = sum[c], given out as [k, i, j] under other names.
  CpuProgram program("\"A\", \"B\", \"C\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: A>, #fovea.axis<c: C>] : !fovea.array<f32, c: C, i: A>
    %y = fovea.input "y" [#fovea.axis<c: C>, #fovea.axis<j: B>] : !fovea.array<f32, c: C, j: B>
    %p = fovea.mul %x, %y : !fovea.array<f32, c: C, i: A>, !fovea.array<f32, c: C, j: B>
    %s = fovea.reduce sum %p over [#fovea.axis<c: C>] : !fovea.array<f32, c: C, i: A, j: B>
    %r = fovea.rename %s ["i", "j"] to ["v", "u"] : !fovea.array<f32, i: A, j: B> -> !fovea.array<f32, u: B, v: A>
    %m = fovea.reduce max %s over [#fovea.axis<i: A>] : !fovea.array<f32, i: A, j: B>
    fovea.output "r" %r [#fovea.axis<u: B>, #fovea.axis<v: A>] : !fovea.array<f32, u: B, v: A>
    fovea.output "m" %m [#fovea.axis<w: 2>, #fovea.axis<j: B>] : !fovea.array<f32, j: B>)");
  program.compare({f32({2, 3}, {1, 2, 3, 4, 5, 6}),
                   f32({3, 4}, {1, 0, -1, 2, 3, 1, 1, 0, 2, 2, 5, 7})});
}

TEST_CASE("cpu: diagonals and computed coordinates") {
  CpuProgram program("\"N\"", square + R"(
    %i = fovea.index <i: N> : !fovea.array<i64, i: N>
    %j = fovea.index <j: N> : !fovea.array<i64, j: N>
    %n = fovea.size <N + -1> : !fovea.array<i64>
    %back = fovea.sub %n, %i : !fovea.array<i64>, !fovea.array<i64, i: N>
    %diagonal = fovea.at "x" %x [#fovea.axis<j: N>] [%i] : !fovea.array<f64, i: N, j: N> [!fovea.array<i64, i: N>] -> !fovea.array<f64, i: N>
    %flipped = fovea.at "x" %x [#fovea.axis<i: N>] [%back] : !fovea.array<f64, i: N, j: N> [!fovea.array<i64, i: N>] -> !fovea.array<f64, i: N, j: N>
    %both = fovea.at "x" %x [#fovea.axis<i: N>, #fovea.axis<j: N>] [%j, %i] : !fovea.array<f64, i: N, j: N> [!fovea.array<i64, j: N>, !fovea.array<i64, i: N>] -> !fovea.array<f64, i: N, j: N>
    %p = fovea.exp %flipped : !fovea.array<f64, i: N, j: N>
    %q = fovea.at "p" %p [#fovea.axis<i: N>, #fovea.axis<j: N>] [%back, %back] : !fovea.array<f64, i: N, j: N> [!fovea.array<i64, i: N>, !fovea.array<i64, i: N>] -> !fovea.array<f64, i: N>
    fovea.output "diagonal" %diagonal [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "flipped" %flipped )" +
                                  ij + R"( : !fovea.array<f64, i: N, j: N>
    fovea.output "both" %both )" + ij +
                                  R"( : !fovea.array<f64, i: N, j: N>
    fovea.output "q" %q [#fovea.axis<i: N>] : !fovea.array<f64, i: N>)");
  program.compare({ninths()}, 2);
  program.compare({f64({0, 0}, {})});
}

TEST_CASE("cpu: heads share keys") {
  // k[h // R, j] for h: G * R needs no check; h % G neither.
  CpuProgram program("\"G\", \"R\"", R"(
    %q = fovea.input "q" [#fovea.axis<h: G * R>] : !fovea.array<f64, h: G * R>
    %k = fovea.input "k" [#fovea.axis<g: G>] : !fovea.array<f64, g: G>
    %h = fovea.index <h: G * R> : !fovea.array<i64, h: G * R>
    %r = fovea.size <R> : !fovea.array<i64>
    %n = fovea.size <G> : !fovea.array<i64>
    %div = fovea.floordiv %h, %r : !fovea.array<i64, h: G * R>, !fovea.array<i64>
    %mod = fovea.mod %h, %n : !fovea.array<i64, h: G * R>, !fovea.array<i64>
    %a = fovea.at "k" %k [#fovea.axis<g: G>] [%div] : !fovea.array<f64, g: G> [!fovea.array<i64, h: G * R>] -> !fovea.array<f64, h: G * R>
    %b = fovea.at "k" %k [#fovea.axis<g: G>] [%mod] : !fovea.array<f64, g: G> [!fovea.array<i64, h: G * R>] -> !fovea.array<f64, h: G * R>
    %c = fovea.mul %a, %q : !fovea.array<f64, h: G * R>, !fovea.array<f64, h: G * R>
    fovea.output "b" %b [#fovea.axis<h: G * R>] : !fovea.array<f64, h: G * R>
    fovea.output "c" %c [#fovea.axis<h: G * R>] : !fovea.array<f64, h: G * R>)");
  program.compare({f64({6}, {1, 2, 3, 4, 5, 6}), f64({2}, {10, 20})});
}

TEST_CASE("cpu: literals and sizes") {
  CpuProgram program("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : !fovea.array<f64, m: M, n: N>
    %a = fovea.literal dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32> [#fovea.axis<j: 2>, #fovea.axis<i: 3>] : !fovea.array<f32, i: 3, j: 2>
    %b = fovea.literal dense<[true, false]> : tensor<2xi1> [#fovea.axis<j: 2>] : !fovea.array<i1, j: 2>
    %c = fovea.literal dense<-5> : tensor<2xi32> [#fovea.axis<j: 2>] : !fovea.array<i32, j: 2>
    %d = fovea.literal dense<[0.1, -2.5]> : tensor<2xf16> [#fovea.axis<j: 2>] : !fovea.array<f16, j: 2>
    %s = fovea.size <2 * N * M + -1> : !fovea.array<i64>
    %q = fovea.size <floordiv(N, M)> : !fovea.array<i64>
    %w = fovea.select %b, %a, %a : !fovea.array<i1, j: 2>, !fovea.array<f32, i: 3, j: 2>, !fovea.array<f32, i: 3, j: 2>
    %m = fovea.reduce sum %w over [#fovea.axis<j: 2>] where %b : !fovea.array<f32, i: 3, j: 2>, !fovea.array<i1, j: 2>
    fovea.output "a" %a [#fovea.axis<i: 3>, #fovea.axis<j: 2>] : !fovea.array<f32, i: 3, j: 2>
    fovea.output "b" %b [#fovea.axis<j: 2>] : !fovea.array<i1, j: 2>
    fovea.output "c" %c [#fovea.axis<j: 2>] : !fovea.array<i32, j: 2>
    fovea.output "d" %d [#fovea.axis<j: 2>] : !fovea.array<f16, j: 2>
    fovea.output "m" %m [#fovea.axis<i: 3>] : !fovea.array<f32, i: 3>
    fovea.output "s" %s [] : !fovea.array<i64>
    fovea.output "q" %q [] : !fovea.array<i64>)");
  program.compare({*Tensor::allocate(DType::F64, {7, 2})});
  CHECK(program.failure({*Tensor::allocate(DType::F64, {7, 0})}).code() ==
        StatusCode::DivisionByZero);
}

TEST_CASE("cpu: arrays of every type with any strides") {
  const char *names[] = {"i1", "i32", "i64", "f16", "bf16", "f32", "f64"};
  for (DType dtype : allDTypes) {
    const std::string type =
        arrayType(names[static_cast<size_t>(dtype)], "i: N, j: M");
    CpuProgram program("\"N\", \"M\"",
                       "%x = fovea.input \"x\" [#fovea.axis<i: N>, "
                       "#fovea.axis<j: M>] : " +
                           type +
                           "\nfovea.output \"r\" %x [#fovea.axis<j: M>, "
                           "#fovea.axis<i: N>] : " +
                           type);
    const double third = dtype == DType::Bool ? 1 : isFloat(dtype) ? -1.5 : -7;
    Tensor data = tensor<double>(dtype, {6}, {0, 1, third, 1, 0, third});
    program.compare({Tensor::view(data.data(), dtype, {2, 3})});
    program.compare({Tensor::view(data.data(), dtype, {3, 2}, {1, 3})});
    program.compare({Tensor::view(data.address(5), dtype, {2, 3}, {-3, -1})});
    program.compare({Tensor::view(data.data(), dtype, {4, 5}, {0, 0})});

    // A result with gaps, turned round.
    Tensor space = *Tensor::allocate(dtype, {40});
    std::vector<Tensor> outputs = {
        Tensor::view(space.address(30), dtype, {3, 2}, {-2, -9})};
    const std::vector<Tensor> inputs = {
        Tensor::view(data.data(), dtype, {2, 3})};
    REQUIRE(program.executable->run(inputs, outputs).isOk());
    CHECK(numbers(outputs[0]) == numbers(program.oracle.run(inputs)[0]));
    CHECK(space.at(29) == 0);
  }
}

TEST_CASE("cpu: elements need no alignment") {
  CpuProgram program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %s = fovea.reduce sum %x over [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "s" %s [] : !fovea.array<f64>)");
  std::vector<char> bytes(8 * 4 + 1);
  Tensor x = Tensor::view(bytes.data() + 1, DType::F64, {4});
  for (int64_t i = 0; i < 4; ++i)
    x.store(i, 1.5);
  CHECK(program.run({x})[0].at() == 6);
}
