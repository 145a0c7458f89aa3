//===- MatchTest.cpp - whether two clusters say the same ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Match.h"
#include "tests/backends/plugin/Clusters.h"

using namespace fovea;
using namespace fovea::plugin;

static Cluster only(const std::string &text) {
  std::vector<Cluster> all = test::clustersOf(text);
  REQUIRE(all.size() == 1);
  return std::move(all.front());
}

static bool matches(const std::string &pattern, const std::string &text) {
  return match(only(pattern), only(text)).has_value();
}

static const std::string product =
    "fn p(a: f32[M, K], b: f32[K, N]) -> f32[M, N] {\n"
    "  c[i, j] = sum[k](a[i, k] * b[k, j])\n  return c\n}";

TEST_CASE("a product of matrices, whatever its names and orders") {
  CHECK(matches(product, product));
  CHECK(matches(product, "fn f(w: f32[R, S], x: f32[T, R]) -> f32[T, S] {\n"
                         "  y[t, s] = sum[r](w[r, s] * x[t, r])\n"
                         "  return y\n}"));
  // Which axis is whose is said by the bindings, not by the order of the
  // shapes.
  CHECK(matches(product, "fn f(x: f32[T, R], w: f32[S, R]) -> f32[T, S] {\n"
                         "  y[t, s] = sum[r](x[t, r] * w[s, r])\n"
                         "  return y\n}"));
}

TEST_CASE("bindings name the ops and axes of the cluster") {
  const Cluster pattern = only(product);
  const Cluster cluster =
      only("fn f(x: f32[T, R], w: f32[S, R]) -> f32[T, S] {\n"
           "  y[t, s] = sum[r](w[s, r] * x[t, r])\n  return y\n}");
  const std::optional<Match> found = match(pattern, cluster);
  REQUIRE(found);
  // M, K of a, K, N of b, M, N of the result.
  REQUIRE(found->axes.size() == 6);
  auto extent = [&](uint32_t axis) {
    const fovea_size &size = cluster.sizes[cluster.axes[axis].size];
    return std::string(cluster.string(cluster.dims[size.a].name));
  };
  std::string extents;
  for (uint32_t axis : found->axes)
    extents += extent(axis);
  CHECK(extents == "TRRSTS");
  REQUIRE(found->inputs.size() == 2);
  for (uint32_t op : found->inputs)
    CHECK(cluster.ops[op].axes.count == 2);
}

TEST_CASE("what is something else does not match") {
  CHECK_FALSE(matches(product,
                      "fn f(x: f32[B, T, R], w: f32[B, R, S]) -> f32[B, T, S] "
                      "{\n  y[b, t, s] = sum[r](x[b, t, r] * w[b, r, s])\n"
                      "  return y\n}"));
  CHECK_FALSE(matches(product, "fn f(x: f64[T, R], w: f64[R, S]) -> f64[T, S] "
                               "{\n  y[t, s] = sum[r](x[t, r] * w[r, s])\n"
                               "  return y\n}"));
  CHECK_FALSE(matches(product, "fn f(x: f32[T, R], w: f32[R, S]) -> f32[T, S] "
                               "{\n  y[t, s] = max[r](x[t, r] * w[r, s])\n"
                               "  return y\n}"));
  CHECK_FALSE(matches(product, "fn f(x: f32[T, R], w: f32[R, S]) -> f32[T, S] "
                               "{\n  y[t, s] = 2 * sum[r](x[t, r] * w[r, s])\n"
                               "  return y\n}"));
}

TEST_CASE("softmax is one cluster, however it is spelt") {
  const std::string pattern = "fn p(x: f32[J]) -> f32[J] {\n"
                              "  m = max[j](x[j])\n"
                              "  e[j] = exp(x[j] - m)\n"
                              "  y[j] = e[j] / sum[j](e[j])\n  return y\n}";
  CHECK(matches(pattern, pattern));
  CHECK(matches(pattern, "fn f(x: f32[N]) -> f32[N] {\n"
                         "  t[n] = x[n] - max[i](x[i])\n"
                         "  z = sum[i](exp(t[i]))\n"
                         "  y[n] = exp(t[n]) / z\n  return y\n}"));
  CHECK_FALSE(matches(pattern, "fn f(x: f32[N]) -> f32[N] {\n"
                               "  m = max[j](x[j])\n"
                               "  e[j] = exp2(x[j] - m)\n"
                               "  y[j] = e[j] / sum[j](e[j])\n  return y\n}"));
}

TEST_CASE("a size that is computed with is that of the same axis") {
  auto scaled = [](const std::string &size) {
    return "fn f(a: f32[M, K]) -> f32[M] {\n"
           "  c[i] = sum[k](a[i, k]) / " +
           size + "\n  return c\n}";
  };
  CHECK(matches(scaled("K"), scaled("K")));
  CHECK_FALSE(matches(scaled("K"), scaled("M")));
  // In any order of a sum.
  auto both = [](const std::string &sizes) {
    return "fn f(a: f32[M, K]) -> f32[M] {\n"
           "  c[i] = sum[k](a[i, k]) * (" +
           sizes + ")\n  return c\n}";
  };
  CHECK(matches(both("exp(f32(K)) + sin(f32(M))"),
                both("sin(f32(M)) + exp(f32(K))")));
}

TEST_CASE("equal dimensions of a pattern are equal in the cluster") {
  auto scaled = [](const std::string &shape) {
    return "fn f(a: f32[" + shape + "]) -> f32[" + shape +
           "] {\n  c[i, k] = a[i, k] * 2\n  return c\n}";
  };
  CHECK(matches(scaled("N, N"), scaled("N, N")));
  CHECK_FALSE(matches(scaled("N, N"), scaled("A, B")));
  CHECK(matches(scaled("A, B"), scaled("N, N")));
}

TEST_CASE("what only the axes forbid is found before orders are chosen") {
  // Each product of the sum could lie in two orders, whatever else does not.
  auto products = [](const std::string &row) {
    std::string inputs, sum = "r[i] + " + row;
    for (int k = 0; k < 40; ++k) {
      const std::string n = std::to_string(k);
      inputs += "x" + n + ": f32[N, M], y" + n + ": f32[N, M], ";
      sum = "x" + n + "[i, j] * y" + n + "[i, j] + (" + sum + ")";
    }
    return "fn f(" + inputs +
           "r: f32[N], s: f32[N], t: f32[M]) -> f32[N, M] {\n  z[i, j] = " +
           sum + " * s[i] * t[j]\n  return z\n}";
  };
  CHECK(matches(products("s[i]"), products("s[i]")));
  CHECK_FALSE(matches(products("s[i]"), products("t[j]")));
}
