//===- Clusters.cpp - clusters of programs in tests -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/plugin/Clusters.h"

using namespace fovea;

static void append(mlir::ModuleOp module, std::vector<plugin::Cluster> &all) {
  auto program = plugin::clustersOf(*module.getOps<ir::FuncOp>().begin());
  INFO(program.status().text());
  REQUIRE(program);
  for (plugin::PlacedCluster &placed : program->clusters)
    all.push_back(std::move(placed.cluster));
}

std::vector<plugin::Cluster> test::clustersOf(const std::string &text) {
  Diagnostics diagnostics;
  auto program = Program::fromText("test.fov", text, diagnostics);
  INFO(diagnostics.render());
  REQUIRE((program && !diagnostics.hasErrors()));
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<ir::FoveaDialect>();
  std::vector<plugin::Cluster> all;
  const FunctionInfo function = program->functions().front();
  Instance instance{function.name, {}, {}};
  for (const ParamInfo &param : function.params)
    instance.inputs.push_back({param.name,
                               param.dtype == "float" ? "f32" : param.dtype,
                               static_cast<unsigned>(param.dims.size())});
  auto module = program->instantiate(instance, context, diagnostics);
  INFO(diagnostics.render());
  REQUIRE(module);
  append(*module, all);
  for (size_t i = 0; i < program->tests().size(); ++i) {
    auto test = program->instantiateTest(i, context, diagnostics);
    REQUIRE(test);
    append(*test, all);
  }
  return all;
}

static constexpr const char *programs[] = {
    // A fold with a gauge and a payload, hard numbers, a mask.
    R"(fn attention(q: f32[N, D], k: f32[M, D], v: f32[M, E]) -> f32[N, E] {
  s[i, j] = sum[c](q[i, c] * k[j, c]) / sqrt(D)
  t[i, j] = where(j <= i, s[i, j], -inf)
  m[i] = max[j](t[i, j])
  p[i, j] = exp(t[i, j] - m[i])
  o[i, e] = sum[j](p[i, j] * v[j, e]) / sum[j](p[i, j])
  return o
})",
    // Gathers, guards, argmax, several results, integers.
    R"(fn picks(x: f32[N, C], t: i64[N]) -> (loss: f32, hits: i64, best: i64[N]) {
  m[n] = max[c](x[n, c])
  z[n] = sum[c](exp(x[n, c] - m[n]))
  l[n] = where(t[n] != -100, m[n] + log(z[n]) - x[n, t[n]], 0)
  b[n] = argmax[c](x[n, c])
  return sum[n](l[n]), sum[n | t[n] == b[n]](1), b
})",
    // Random bits, casts, literals, sizes, logic.
    R"(fn mixed(x: f16[N, 2]) -> (a: f16[N], b: bool, c: i64[N]) {
  w = [0.5, 2]
  y[n] = sum[k](x[n, k] * w[k]) * uniform(7, n)
  c[n] = (n * 3) // 2 % 5 + N
  return y, any[n](y[n] > 0 and not (y[n] == 1)), c
})",
    // Constants and literals in half the bits.
    R"(fn halves(c: bool[N]) -> (a: f16, b: bf16[N], d: f16[3]) {
  w = [1, 2, 3]
  d[i] = w[i]
  b[n] = where(c[n], 0.5, 2)
  return 1.5, b, d
})",
    // Hard numbers and a guard that stand alone.
    R"(fn hard(x: f32[N], y: f32[N], c: bool[N]) -> (a: f32[N], b: f32[N], s: f32) {
  u[n] = where(c[n], x[n], 0) * y[n]
  v[n] = exp(where(c[n], x[n], -inf) - y[n])
  return u, v, sum[n | c[n]](x[n])
})",
    // Gauges that are sums, over two axes.
    R"(fn norm(x: float[N, M]) -> float[N, M] {
  mu = mean[i, j](x[i, j])
  v = mean[i, j]((x[i, j] - mu) ^ 2)
  y[i, j] = (x[i, j] - mu) * rsqrt(v + 1e-5)
  return y
}
test "by hand" { norm([[1, 3]]) ~= [[-0.999995, 0.999995]] }
)"};

std::vector<plugin::Cluster> test::variousClusters() {
  std::vector<plugin::Cluster> all;
  for (const char *program : programs)
    for (plugin::Cluster &cluster : clustersOf(program))
      all.push_back(std::move(cluster));
  return all;
}
