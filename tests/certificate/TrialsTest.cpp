//===- TrialsTest.cpp - inputs that folds are tried on --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Trials.h"

#include "tests/ParsedFunction.h"

#include <set>

using namespace fovea;
using namespace fovea::certificate;

namespace {
/// A function that folds k over its M places; H is a multiple of G.
struct Folded {
  Folded()
      : parsed(context, R"(
      fovea.func @f dims ["G", "H", "M"] requires [#fovea.require<mod(H, G) eq 0 "H % G == 0">] {
        %q = fovea.input "q" [#fovea.axis<q.0: H>] : <f32, q.0: H>
        %k = fovea.input "k" [#fovea.axis<k.0: G>, #fovea.axis<k.1: M>] : <f32, k.0: G, k.1: M>
        %b = fovea.input "b" [#fovea.axis<b.0: M>] : <i1, b.0: M>
        %x = fovea.rename %k ["k.1"] to ["j"] : <f32, k.0: G, k.1: M> -> <f32, j: M, k.0: G>
        %r = fovea.fold over [#fovea.axis<j: M>]
          element() { fovea.lift sum %x : <f32, j: M, k.0: G> }
          gauge(%a: !fovea.array<f32, k.0: G>) { fovea.yield }
          repair(%a: !fovea.array<f32, k.0: G>) { fovea.yield %a : !fovea.array<f32, k.0: G> }
          finish(%a: !fovea.array<f32, k.0: G>) { fovea.yield %a : !fovea.array<f32, k.0: G> }
          -> <f32, k.0: G>
        fovea.output "r" %r [#fovea.axis<k.0: G>] : <f32, k.0: G>
      })"),
        func(*parsed) {}
  mlir::MLIRContext context;
  test::ParsedFunction parsed;
  ir::FuncOp func;
};
} // namespace

TEST_CASE("trials: sizes satisfy the function, 0 and 1 are among them") {
  Folded f;
  Trials trials(f.func, 1);
  std::set<int64_t> folded;
  for (size_t size = 0; size < trials.sizes(); ++size) {
    auto trial =
        trials.make(size, Numbers::Normal, Bools::Random, Integers::Small);
    REQUIRE(trial);
    CHECK(trial->dims[1] % trial->dims[0] == 0);
    CHECK(trial->inputs[1].shape() ==
          std::vector<int64_t>{trial->dims[0], trial->dims[2]});
    folded.insert(trial->dims[2]);
  }
  CHECK(folded.contains(0));
  CHECK(folded.contains(1));
  CHECK(*folded.rbegin() > 64);
}

TEST_CASE("trials: numbers vary along the folded axis") {
  Folded f;
  Trials trials(f.func, 1);
  bool rose = false;
  for (int attempt = 0; attempt < 8; ++attempt) {
    auto trial =
        trials.make(0, Numbers::Rising, Bools::FalseFirst, Integers::Small);
    REQUIRE(trial);
    const Tensor &k = trial->inputs[1], &b = trial->inputs[2];
    const int64_t last = k.dim(1) - 1;
    rose = rose || (k.at(0, 0) == -1000 && k.at(0, last) == 0);
    CHECK(b.intAt(0) == 0);
    CHECK(b.intAt(last) == 1);
    // What does not is mild, so that products keep their shape.
    CHECK(trial->inputs[0].at(0) > 0);
  }
  CHECK(rose);
}

TEST_CASE("trials: an index inside of the formula has an extent") {
  mlir::MLIRContext context;
  test::ParsedFunction parsed(context, R"(
      fovea.func @f dims ["M"] {
        %x = fovea.input "x" [#fovea.axis<x.0: M>] : <f32, x.0: M>
        %j = fovea.index <j: M + -1> : <i64, j: M + -1>
        %y = fovea.at "x" %x [#fovea.axis<x.0: M>][%j] : <f32, x.0: M>[!fovea.array<i64, j: M + -1>] -> <f32, j: M + -1>
        %r = fovea.reduce sum %y over [#fovea.axis<j: M + -1>] : <f32, j: M + -1>
        fovea.output "r" %r [] : <f32>
      })");
  Trials trials(*parsed, 1);
  for (size_t size = 0; size < trials.sizes(); ++size) {
    auto trial =
        trials.make(size, Numbers::Normal, Bools::Random, Integers::Small);
    REQUIRE(trial);
    CHECK(trial->dims[0] > 0);
  }
}
