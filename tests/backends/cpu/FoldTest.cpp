//===- FoldTest.cpp - folds against the formulas that they compute --------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

#include <random>

using namespace fovea;
using namespace fovea::test;

namespace {
/// Two functions of the dialect with the same inputs: the formula for the
/// reference, and its fold for this machine.
struct FoldPair {
  FoldPair(const std::string &dims, const std::string &formula,
           const std::string &fold)
      : oracle(dims, formula), parsed(context, "fovea.func @f dims [" + dims +
                                                   "] {\n" + fold + "\n}") {
    auto backend = createCpuBackend();
    REQUIRE(backend);
    auto compiled = (*backend)->compile(*parsed);
    INFO(compiled.status().text());
    REQUIRE(compiled);
    executable = *std::move(compiled);
  }

  void compare(const std::vector<Tensor> &inputs, double tolerance) const {
    auto found = executable->run(inputs);
    INFO(found.status().text());
    REQUIRE(found);
    const std::vector<Tensor> wanted = oracle.run(inputs);
    for (size_t i = 0; i < wanted.size(); ++i) {
      REQUIRE((*found)[i].shape() == wanted[i].shape());
      const std::vector<double> values = numbers((*found)[i]);
      const std::vector<double> expected = numbers(wanted[i]);
      for (size_t k = 0; k < values.size(); ++k) {
        INFO("output " << i << " element " << k << ": " << values[k] << ", not "
                       << expected[k]);
        if (!same(values[k], expected[k]))
          REQUIRE(std::abs(values[k] - expected[k]) <=
                  tolerance * std::max(1.0, std::abs(expected[k])));
      }
    }
  }

  Program oracle;
  mlir::MLIRContext context;
  ParsedFunction parsed;
  std::unique_ptr<Executable> executable;
};
} // namespace

static Tensor normal(std::vector<int64_t> shape, std::mt19937 &random,
                     double scale = 1) {
  Tensor out = *Tensor::allocate(DType::F32, std::move(shape));
  std::normal_distribution<double> distribution(0, scale);
  for (int64_t i = 0; i < out.numElements(); ++i)
    out.store(i, distribution(random));
  return out;
}

static const std::string scores = R"(
    %q = fovea.input "q" [#fovea.axis<i: N>, #fovea.axis<c: D>] : !fovea.array<f32, c: D, i: N>
    %k = fovea.input "k" [#fovea.axis<j: M>, #fovea.axis<c: D>] : !fovea.array<f32, c: D, j: M>
    %v = fovea.input "v" [#fovea.axis<j: M>, #fovea.axis<e: E>] : !fovea.array<f32, e: E, j: M>
    %qk = fovea.mul %q, %k : !fovea.array<f32, c: D, i: N>, !fovea.array<f32, c: D, j: M>
    %s = fovea.reduce sum %qk over [#fovea.axis<c: D>] : !fovea.array<f32, c: D, i: N, j: M>
)";

/// The gauge, repair and finish of a softmax-weighted sum.
static const std::string weighted = R"(
    gauge(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %g: !fovea.array<f32, i: N>) {
      %inf = fovea.constant 0x7F800000 : f32 : !fovea.array<f32>
      %zero = fovea.constant 0.0 : f32 : !fovea.array<f32>
      %size = fovea.abs %m : !fovea.array<f32, i: N>
      %finite = fovea.compare lt %size, %inf : !fovea.array<f32, i: N>, !fovea.array<f32>
      %at = fovea.select %finite, %m, %zero : !fovea.array<i1, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32>
      fovea.yield %at : !fovea.array<f32, i: N>
    }
    repair(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
      %d = fovea.sub %old, %new : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
      %f = fovea.exp %d : !fovea.array<f32, i: N>
      %zero = fovea.constant 0.0 : f32 : !fovea.array<f32>
      %zn = fovea.mul %f, %z : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
      %zunseen = fovea.compare eq %z, %zero : !fovea.array<f32, i: N>, !fovea.array<f32>
      %zr = fovea.select %zunseen, %zero, %zn : !fovea.array<i1, i: N>, !fovea.array<f32>, !fovea.array<f32, i: N>
      %an = fovea.mul %f, %a : !fovea.array<f32, i: N>, !fovea.array<f32, e: E, i: N>
      %aunseen = fovea.compare eq %a, %zero : !fovea.array<f32, e: E, i: N>, !fovea.array<f32>
      %ar = fovea.select %aunseen, %zero, %an : !fovea.array<i1, e: E, i: N>, !fovea.array<f32>, !fovea.array<f32, e: E, i: N>
      fovea.yield %m, %zr, %ar : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32, e: E, i: N>
    }
    finish(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %g: !fovea.array<f32, i: N>) {
      %quotient = fovea.div %a, %z : !fovea.array<f32, e: E, i: N>, !fovea.array<f32, i: N>
      fovea.yield %quotient : !fovea.array<f32, e: E, i: N>
    }
    -> <f32, e: E, i: N>
)";

static const std::string output = R"(
    fovea.output "o" %o [#fovea.axis<i: N>, #fovea.axis<e: E>] : !fovea.array<f32, e: E, i: N>
)";

TEST_CASE("cpu: a softmax-weighted sum in one pass") {
  const std::string formula = R"(
    %m = fovea.reduce max %s over [#fovea.axis<j: M>] : !fovea.array<f32, i: N, j: M>
    %d = fovea.sub %s, %m : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, i: N>
    %p = fovea.exp %d : !fovea.array<f32, i: N, j: M>
    %z = fovea.reduce sum %p over [#fovea.axis<j: M>] : !fovea.array<f32, i: N, j: M>
    %w = fovea.mul %p, %v : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, e: E, j: M>
    %a = fovea.reduce sum %w over [#fovea.axis<j: M>] : !fovea.array<f32, e: E, i: N, j: M>
    %o = fovea.div %a, %z : !fovea.array<f32, e: E, i: N>, !fovea.array<f32, i: N>
)";
  const std::string fold = R"(
    %o = fovea.fold over [#fovea.axis<j: M>] after [1]
    element(%g: !fovea.array<f32, i: N>) {
      %d = fovea.sub %s, %g : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, i: N>
      %p = fovea.exp %d : !fovea.array<f32, i: N, j: M>
      %w = fovea.mul %p, %v : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, e: E, j: M>
      fovea.lift max %s : !fovea.array<f32, i: N, j: M>, sum %p : !fovea.array<f32, i: N, j: M>,
        sum %w : !fovea.array<f32, e: E, i: N, j: M>
    }
)" + weighted;
  FoldPair pair("\"N\", \"M\", \"D\", \"E\"", scores + formula + output,
                scores + fold + output);
  std::mt19937 random(3);
  for (int64_t n : {1, 40, 300})
    for (int64_t m : {1, 7, 64, 65, 200})
      for (int64_t d : {3, 16}) {
        INFO(n << " " << m << " " << d);
        pair.compare({normal({n, d}, random), normal({m, d}, random),
                      normal({m, 11}, random)},
                     1e-4);
      }
}

TEST_CASE("cpu: a guarded softmax-weighted sum does not see what is masked") {
  const std::string mask = R"(
    %ii = fovea.index <i: N> : !fovea.array<i64, i: N>
    %jj = fovea.index <j: M> : !fovea.array<i64, j: M>
    %seen = fovea.compare le %jj, %ii : !fovea.array<i64, j: M>, !fovea.array<i64, i: N>
)";
  const std::string formula = mask + R"(
    %m = fovea.reduce max %s over [#fovea.axis<j: M>] where %seen : !fovea.array<f32, i: N, j: M>, !fovea.array<i1, i: N, j: M>
    %d = fovea.sub %s, %m : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, i: N>
    %p = fovea.exp %d : !fovea.array<f32, i: N, j: M>
    %z = fovea.reduce sum %p over [#fovea.axis<j: M>] where %seen : !fovea.array<f32, i: N, j: M>, !fovea.array<i1, i: N, j: M>
    %w = fovea.mul %p, %v : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, e: E, j: M>
    %a = fovea.reduce sum %w over [#fovea.axis<j: M>] where %seen : !fovea.array<f32, e: E, i: N, j: M>, !fovea.array<i1, i: N, j: M>
    %o = fovea.div %a, %z : !fovea.array<f32, e: E, i: N>, !fovea.array<f32, i: N>
)";
  const std::string fold = mask + R"(
    %o = fovea.fold over [#fovea.axis<j: M>] after [1]
    element(%g: !fovea.array<f32, i: N>) {
      %d = fovea.sub %s, %g : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, i: N>
      %p = fovea.exp %d : !fovea.array<f32, i: N, j: M>
      %w = fovea.mul %p, %v : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, e: E, j: M>
      fovea.lift max %s : !fovea.array<f32, i: N, j: M> where %seen : !fovea.array<i1, i: N, j: M>,
        sum %p : !fovea.array<f32, i: N, j: M> where %seen : !fovea.array<i1, i: N, j: M>,
        sum %w : !fovea.array<f32, e: E, i: N, j: M> where %seen : !fovea.array<i1, i: N, j: M>
    }
)" + weighted;
  FoldPair pair("\"N\", \"M\", \"D\", \"E\"", scores + formula + output,
                scores + fold + output);
  std::mt19937 random(3);
  for (int64_t n : {1, 40, 130}) {
    INFO(n);
    Tensor k = normal({n, 8}, random), v = normal({n, 5}, random);
    if (n > 1) {
      // Only the last row sees these.
      k.store(k.numElements() - 1, nanValue);
      v.store(v.numElements() - 2, inf);
    }
    pair.compare({normal({n, 8}, random), k, v}, 1e-4);
  }
}

TEST_CASE("cpu: masks of every form leave out what they should") {
  // Windows on both sides, prefixes, chunks, and what is not an interval.
  for (const std::string mask :
       {"%a = fovea.sub %jj, %ii : <i64, j: M>, <i64, i: N>\n"
        "%w = fovea.constant 5 : i64 : <i64>\n"
        "%n = fovea.constant -70 : i64 : <i64>\n"
        "%l = fovea.compare lt %a, %w : <i64, i: N, j: M>, <i64>\n"
        "%r = fovea.compare gt %a, %n : <i64, i: N, j: M>, <i64>\n"
        "%seen = fovea.and %l, %r : <i1, i: N, j: M>, <i1, i: N, j: M>",
        "%w = fovea.constant 48 : i64 : <i64>\n"
        "%a = fovea.floordiv %ii, %w : <i64, i: N>, <i64>\n"
        "%c = fovea.floordiv %jj, %w : <i64, j: M>, <i64>\n"
        "%seen = fovea.compare eq %a, %c : <i64, i: N>, <i64, j: M>",
        "%w = fovea.constant 70 : i64 : <i64>\n"
        "%p = fovea.compare lt %jj, %w : <i64, j: M>, <i64>\n"
        "%c = fovea.compare le %jj, %ii : <i64, j: M>, <i64, i: N>\n"
        "%seen = fovea.or %p, %c : <i1, j: M>, <i1, i: N, j: M>",
        "%w = fovea.constant 3 : i64 : <i64>\n"
        "%a = fovea.add %ii, %jj : <i64, i: N>, <i64, j: M>\n"
        "%c = fovea.mod %a, %w : <i64, i: N, j: M>, <i64>\n"
        "%z = fovea.constant 0 : i64 : <i64>\n"
        "%seen = fovea.compare ne %c, %z : <i64, i: N, j: M>, <i64>"}) {
    const std::string body = R"(
    %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<c: D>] : <f32, c: D, i: N>
    %y = fovea.input "y" [#fovea.axis<j: M>, #fovea.axis<c: D>] : <f32, c: D, j: M>
    %ii = fovea.index <i: N> : <i64, i: N>
    %jj = fovea.index <j: M> : <i64, j: M>
    )" + mask + R"(
    %xy = fovea.mul %x, %y : <f32, c: D, i: N>, <f32, c: D, j: M>
    %s = fovea.reduce sum %xy over [#fovea.axis<c: D>] : <f32, c: D, i: N, j: M>
    %o = fovea.reduce max %s over [#fovea.axis<j: M>] where %seen : <f32, i: N, j: M>, !fovea.array<i1, i: N, j: M>
    fovea.output "o" %o [#fovea.axis<i: N>] : <f32, i: N>
)";
    INFO(mask);
    FoldPair pair("\"N\", \"M\", \"D\"", body, body);
    std::mt19937 random(5);
    for (int64_t n : {1, 77, 260})
      for (int64_t m : {1, 130, 300})
        pair.compare({normal({n, 6}, random), normal({m, 6}, random)}, 1e-5);
  }
}
