//===- FoldTest.cpp - chains of reductions, however split -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/Folds.h"
#include "tests/backends/reference/Reference.h"

#include <random>

using namespace fovea;
using namespace fovea::test;

static std::vector<FoldSchedule> schedules() {
  std::vector<FoldSchedule> all;
  for (auto joining :
       {FoldSchedule::Joining::Step, FoldSchedule::Joining::Combine})
    for (const FoldSchedule::Cuts &cuts :
         {cutNowhere(), cutEvery(1), cutEvery(3), cutEvery(64), cutAtRandom(1),
          cutAtRandom(2)})
      all.push_back({cuts, joining});
  return all;
}

static Tensor bools(std::vector<int64_t> shape, std::vector<int64_t> values) {
  return tensor<int64_t>(DType::Bool, std::move(shape), std::move(values));
}

/// `a` and `b` but for rounding.
static bool close(const std::vector<double> &a, const std::vector<double> &b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
           return same(x, y) || std::fabs(x - y) <= 1e-6 * std::fabs(y);
         });
}

namespace {
/// A formula, and its fold split in every way.
class Comparison {
public:
  explicit Comparison(const FoldPair &pair)
      : name(pair.name), written(pair.written) {
    for (const FoldSchedule &schedule : schedules())
      folded.push_back(
          std::make_unique<Program>(pair.folded, ReferenceOptions{schedule}));
  }
  /// All of them give the same.
  void agree(const std::vector<Tensor> &inputs) const {
    INFO(name);
    const std::vector<Tensor> wanted = written.run(inputs);
    for (size_t s = 0; s < folded.size(); ++s) {
      INFO("schedule " << s);
      const std::vector<Tensor> got = folded[s]->run(inputs);
      for (size_t i = 0; i < got.size(); ++i) {
        INFO(Catch::Detail::stringify(numbers(got[i]))
             << " for " << Catch::Detail::stringify(numbers(wanted[i])));
        REQUIRE(close(numbers(got[i]), numbers(wanted[i])));
      }
    }
  }

private:
  std::string name;
  Program written;
  std::vector<std::unique_ptr<Program>> folded;
};
} // namespace

/// Normal numbers around `mean`, of which every `every`th is `odd`.
static std::vector<double> drawn(int64_t count, double mean = 0,
                                 int64_t every = 0, double odd = 0) {
  std::mt19937 generator(1);
  std::normal_distribution<double> normal(mean);
  std::vector<double> values(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    values[i] = normal(generator);
    if (every && i % every == 0)
      values[i] = odd;
  }
  return values;
}

TEST_CASE("reference: a fold is what its chain of reductions is") {
  const Comparison weighting(weighted()), moments(variance()),
      choice(likeliest());
  const int64_t n = 2, e = 3;
  for (int64_t m : {0, 1, 2, 7, 70}) {
    std::vector<int64_t> some, leading, none(n * m, 0);
    for (int64_t i = 0; i < n * m; ++i) {
      some.push_back(i % 3 != 0);
      leading.push_back(i % m > m / 2);
    }
    for (double mean : {0.0, -2000.0})
      for (double odd : {1.0, 1e4, 1e30, -inf, inf, nanValue}) {
        INFO("M = " << m << ", mean " << mean << ", odd " << odd);
        const Tensor x = f32({n, m}, drawn(n * m, mean, 5, odd));
        for (const auto &seen : {some, leading, none})
          weighting.agree({x, bools({n, m}, seen), f32({m, e}, drawn(m * e))});
        moments.agree({x});
        choice.agree({x, bools({m}, std::vector<int64_t>(some.begin(),
                                                         some.begin() + m))});
      }
  }
}

TEST_CASE("reference: a NaN behind a guard of a fold is not seen") {
  FoldPair pair = weighted();
  for (const FoldSchedule &schedule : schedules()) {
    Tensor o =
        Program(pair.folded, ReferenceOptions{schedule})
            .run({f32({1, 3}, {1, nanValue, 1}), bools({1, 3}, {1, 0, 1}),
                  f32({3, 1}, {2, nanValue, 4})})[0];
    CHECK(o.at(0, 0) == 3);
  }
}

TEST_CASE("reference: only the element that is needed of a fold") {
  // Row 1 reads past the end, but is not needed.
  const std::string text = R"(fovea.func @f dims ["N", "M"] {
    %x = fovea.input "x" [#fovea.axis<j: M>] : <f32, j: M>
    %t = fovea.input "t" [#fovea.axis<i: N>] : <i64, i: N>
    %zero = fovea.constant 0 : i64 : <i64>
    %c = fovea.compare ge %t, %zero : <i64, i: N>, <i64>
    %y = fovea.at "x" %x [#fovea.axis<j: M>] [%t] : <f32, j: M> [!fovea.array<i64, i: N>] -> <f32, i: N>
    %p = fovea.mul %y, %x : <f32, i: N>, <f32, j: M>
    %s = fovea.fold over [#fovea.axis<j: M>]
      element() { fovea.lift sum %p : <f32, i: N, j: M> }
      gauge(%a: !fovea.array<f32, i: N>) { fovea.yield }
      repair(%a: !fovea.array<f32, i: N>) { fovea.yield %a : !fovea.array<f32, i: N> }
      finish(%a: !fovea.array<f32, i: N>) { fovea.yield %a : !fovea.array<f32, i: N> }
      -> <f32, i: N>
    %none = fovea.constant 0.0 : f32 : <f32>
    %r = fovea.select %c, %s, %none : <i1, i: N>, <f32, i: N>, <f32>
    fovea.output "r" %r [#fovea.axis<i: N>] : <f32, i: N>
  })";
  Program program(
      text, ReferenceOptions{{cutEvery(1), FoldSchedule::Joining::Combine}});
  CHECK(numbers(program.run({f32({2}, {1, 2}), i64({2}, {1, -1})})[0]) ==
        std::vector<double>{6, 0});
  CHECK(program.failure({f32({2}, {1, 2}), i64({2}, {1, 2})}).code() ==
        StatusCode::OutOfRange);
}

TEST_CASE("reference: a fold in a fold") {
  // sum[i](sum[j](x[j] - g)) where g is the largest x[i] so far: at the end all
  // is counted at the maximum.
  const std::string text = R"(fovea.func @f dims ["N"] {
    %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
    %one = fovea.constant 1.0 : f32 : <f32>
    %y = fovea.rename %x ["i"] to ["j"] : <f32, i: N> -> <f32, j: N>
    %s = fovea.fold over [#fovea.axis<i: N>] after [1]
      element(%g: !fovea.array<f32>) {
        %d = fovea.sub %y, %g : <f32, j: N>, <f32>
        %t = fovea.fold over [#fovea.axis<j: N>]
          element() { fovea.lift sum %d : <f32, j: N> }
          gauge(%a: !fovea.array<f32>) { fovea.yield }
          repair(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
          finish(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
          -> <f32>
        %n = fovea.reduce sum %one over [#fovea.axis<j: N>] : <f32>
        fovea.lift max %x : <f32, i: N>, sum %t : <f32>, sum %n : <f32>
      }
      gauge(%m: !fovea.array<f32>, %a: !fovea.array<f32>, %n: !fovea.array<f32>, %g: !fovea.array<f32>) {
        %zero = fovea.constant 0.0 : f32 : <f32>
        %inf = fovea.constant 0x7F800000 : f32 : <f32>
        %size = fovea.abs %m : <f32>
        %finite = fovea.compare lt %size, %inf : <f32>, <f32>
        %at = fovea.select %finite, %m, %zero : <i1>, <f32>, <f32>
        fovea.yield %at : !fovea.array<f32>
      }
      repair(%m: !fovea.array<f32>, %a: !fovea.array<f32>, %n: !fovea.array<f32>, %old: !fovea.array<f32>, %new: !fovea.array<f32>) {
        %d = fovea.sub %old, %new : <f32>, <f32>
        %nd = fovea.mul %n, %d : <f32>, <f32>
        %b = fovea.add %a, %nd : <f32>, <f32>
        fovea.yield %m, %b, %n : !fovea.array<f32>, !fovea.array<f32>, !fovea.array<f32>
      }
      finish(%m: !fovea.array<f32>, %a: !fovea.array<f32>, %n: !fovea.array<f32>, %g: !fovea.array<f32>) {
        fovea.yield %a : !fovea.array<f32>
      }
      -> <f32>
    fovea.output "s" %s [] : <f32>
  })";
  for (const FoldSchedule &schedule : schedules())
    CHECK(Program(text, ReferenceOptions{schedule})
              .run({f32({4}, {1, 5, 2, 4})})[0]
              .at() == 4 * (12 - 4 * 5));
}

TEST_CASE("reference: how a fold is split") {
  CHECK(cutEvery(3)(7) == std::vector<int64_t>{0, 3, 6, 7});
  CHECK(cutEvery(3)(6) == std::vector<int64_t>{0, 3, 6});
  CHECK(cutEvery(3)(0) == std::vector<int64_t>{0});
  CHECK(cutNowhere()(0) == std::vector<int64_t>{0, 0});
  const std::vector<int64_t> cuts = cutAtRandom(3)(9);
  CHECK(cuts == cutAtRandom(3)(9));
  CHECK(std::is_sorted(cuts.begin(), cuts.end()));
  CHECK(std::adjacent_find(cuts.begin(), cuts.end()) != cuts.end());
  // The empty state, three of blocks, two that are combined.
  FoldSchedule schedule = {cutEvery(3), FoldSchedule::Joining::Combine};
  const std::vector<FoldState> states = schedule.states(7);
  REQUIRE(states.size() == 6);
  CHECK((states[3].left == 0 && states[3].right == FoldState::none));
  CHECK((states[4].left == 1 && states[4].right == 2));
  CHECK((states[5].left == 4 && states[5].right == 3));
}
