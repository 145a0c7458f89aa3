//===- BoundsTest.cpp - ranges in which a guard can hold ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/plugin/Clusters.h"

using namespace fovea;
using namespace fovea::plugin;

/// The ranges of the first accumulator of a sum of x[i, j] under a mask.
static std::vector<fovea_range> rangesUnder(const std::string &mask) {
  auto clusters = test::clustersOf(
      "fn f(x: f32[N, M], v: f32[M, E], t: i64[N]) -> f32[N, E] {\n"
      "  s[i, j] = where(" +
      mask +
      ", x[i, j], -inf)\n"
      "  m[i] = max[j](s[i, j])\n"
      "  p[i, j] = exp(s[i, j] - m[i])\n"
      "  o[i, e] = sum[j](p[i, j] * v[j, e]) / sum[j](p[i, j])\n"
      "  return o\n}");
  REQUIRE(clusters.size() == 1);
  const Cluster &cluster = clusters.front();
  REQUIRE(!cluster.accumulators.empty());
  const fovea_list list = cluster.accumulators.front().ranges;
  std::vector<fovea_range> ranges;
  for (uint32_t i = 0; i < list.count; ++i)
    ranges.push_back(cluster.ranges[list.first + i]);
  return ranges;
}

TEST_CASE("a comparison of a coordinate bounds it") {
  auto ranges = rangesUnder("j <= i");
  REQUIRE(ranges.size() == 1);
  CHECK(ranges[0].lo == FOVEA_NONE);
  CHECK(ranges[0].hi != FOVEA_NONE);
  CHECK(ranges[0].exact == 1);
  ranges = rangesUnder("i < j");
  REQUIRE(ranges.size() == 1);
  CHECK(ranges[0].lo != FOVEA_NONE);
  CHECK(ranges[0].hi == FOVEA_NONE);
}

TEST_CASE("both sides of a window, and data of the row") {
  auto ranges = rangesUnder("j <= i and j > i - 512");
  REQUIRE(ranges.size() == 2);
  CHECK((ranges[0].exact == 1 && ranges[1].exact == 1));
  CHECK(rangesUnder("j < t[i]").size() == 1);
  CHECK(rangesUnder("j <= t[i]").size() == 1);
}

TEST_CASE("what is no range is left to the guard") {
  auto ranges = rangesUnder("j <= i and x[i, j] > 0");
  REQUIRE(ranges.size() == 1);
  CHECK(ranges[0].exact == 0);
  CHECK(rangesUnder("x[i, j] > 0").empty());
  CHECK(rangesUnder("j <= i or j == 0").empty());
  CHECK(rangesUnder("j != i").empty());
}
