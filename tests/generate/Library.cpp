//===- Library.cpp - functions that generated programs call ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Library.h"

using namespace fovea::generate;

static const LibraryFunction functions[] = {
    {{"centered", 1, true}, R"(fn centered(x: float[J]) -> float[J] {
  c = {*mean[jj]({*x[jj]*j})*}
  y[jj] = {+x[jj] - c+j}
  return y
}
)"},
    {{"weights", 1, true}, R"(fn weights(x: float[J]) -> float[J] {
  m = max[jj](x[jj])
  e[jj] = {*exp({+x[jj] - m+j})*j}
  z = {*sum[jj]({*e[jj]*j})*}
  y[jj] = {*e[jj] / z*j}
  return y
}
)"},
    {{"raw_weights", 1, true}, R"(fn raw_weights(x: float[J]) -> float[J] {
  z = {*sum[jj]({*exp2(x[jj])*j})*}
  y[jj] = {*{*exp2(x[jj])*j} / z*j}
  return y
}
)"},
    {{"log_total", 1, false}, R"(fn log_total(x: float[J]) -> float {
  m = max[jj](x[jj])
  safe = where(abs(m) == inf, 0, m)
  return {+safe + {*log({*sum[jj]({*exp({+x[jj] - safe+j})*j})*})*}+}
}
)"},
    {{"dot", 2, false}, R"(fn dot(x: float[J], y: float[J]) -> float {
  return {*sum[jj]({*x[jj] * y[jj]*j})*}
}
)"},
    {{"spread", 1, false}, R"(fn spread(x: float[J]) -> float {
  c = {*mean[jj]({*x[jj]*j})*}
  return {*sqrt({*mean[jj]({*{+x[jj] - c+j} ^ 2*j})*} + 0.001)*}
}
)"},
    {{"length", 1, false}, R"(fn length(x: float[J], p: float = 2) -> float {
  return {*{*sum[jj]({*abs(x[jj]) ^ p*j})*} ^ (1 / p)*}
}
)"},
    {{"weighted", 2, false}, R"(fn weighted(s: float[J], v: float[J]) -> float {
  e[jj] = {*exp({+s[jj] - max[k](s[k])+j})*j}
  return {*{*sum[jj]({*e[jj] * v[jj]*j})*} / {*sum[jj]({*e[jj]*j})*}*}
}
)"},
    {{"gate", 0, false}, R"(fn gate(a: float) -> float {
  return {*a * {*sigmoid(a)*}*}
}
)"},
    {{"bump", 0, false}, R"(fn bump(a: float, s: float = 0.5) -> float {
  t = {*s * a*}
  return where(t > 1, {+1 - exp(-t)+}, {*t * t*})
}
)"},
};

std::span<const LibraryFunction> fovea::generate::axisFunctions() {
  return functions;
}

const char *const fovea::generate::applyText =
    R"(fn apply(x: float[J], f: fn(float, i64) -> float = (a, k) -> a) -> float[J] {
  y[jj] = f(x[jj], jj)
  return y
}
)";

const char *const fovea::generate::reducedText =
    R"(fn reduced(x: float[S...], y: float[S...] = 1, how: none | total | average = average) ->
    match how { none: float[S...], total: float, average: float } {
  l[s...] = {*y[s...] * x[s...]*}
  return match how {
    none: l
    total: {*sum[s...](l[s...])*}
    average: {*mean[s...](l[s...])*}
  }
}
)";

const char *const fovea::generate::limitsText =
    R"(fn limits(x: float[J]) -> (low: float, high: float) {
  return min[jj](x[jj]), max[jj](x[jj])
}
)";

const char *const fovea::generate::overloadedText =
    R"(fn over(x: float[J]) -> float { return max[jj](x[jj]) }
fn over(x: float[J, K]) -> float[K] {
  y[k] = min[jj](x[jj, k])
  return y
}
)";
