//===- FormPrograms.cpp - reductions, folds, gathers and the rest ---------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Programs.h"

#include <utility>

using namespace fovea;
using namespace fovea::kit;

static const Program axpy = {"add and multiply",
                             "fn f(x: f32[N, M], y: f32[M], w: f32) {\n"
                             "  r[n, m] = w * x[n, m] + y[m]\n  return r\n}\n"};
static const Program rowSums = {
    "row sums",
    "fn f(x: f32[N, M]) {\n  r[n] = sum[m](x[n, m])\n  return r\n}"
    "\n",
    true};
static const Program exponents = {
    "sums of exponentials of products",
    "fn f(x: f32[N], y: f32[M]) {\n"
    "  r[n] = sum[m](exp(-(x[n] - y[m]) ^ 2))\n  return r\n}\n",
    true};
static const Program softmaxRows = {
    "softmax", "import std.nn\nfn f(x: f32[N, M]) -> f32[N, M] {\n"
               "  r[n, m] = softmax[m](x[n, m])\n  return r\n}\n"};
static const Program attention = {
    "attention",
    "import std.nn\nfn f(q: f32[N, D], k: f32[M, D], v: f32[M, E]) {\n"
    "  s[i, j] = sum[c](q[i, c] * k[j, c]) / sqrt(D)\n"
    "  o[i, e] = sum[j](softmax[j](s[i, j]) * v[j, e])\n  return o\n}\n",
    true};
static const Program logits = {
    "cross entropy of logits that are made",
    "import std.nn\nfn f(x: f32[N, D], w: f32[M, D], to_M: i64[N]) {\n"
    "  l[n, m] = sum[d](x[n, d] * w[m, d])\n"
    "  z[n] = logsumexp[m](l[n, m])\n"
    "  r[n] = z[n] - l[n, to_M[n]]\n  return r\n}\n",
    true};

/// A product of matrices of one type.
static Program product(const char *type) {
  const std::string t = type;
  return {"matrix product " + t,
          "fn f(a: " + t + "[N, K], b: " + t + "[K, M]) -> " + t +
              "[N, M] {\n  r[n, m] = sum[k](a[n, k] * b[k, m])\n"
              "  return r\n}\n",
          true};
}
/// No axis of the result, and long loops far inside of a short one.
static const Program oneNumber = {
    "one number of all triples",
    "fn f(x: f32[D], y: f32[N], z: f32[M]) {\n"
    "  return mean[d, n, m](exp(-(x[d] - y[n] * z[m]) ^ 2))\n}\n",
    true, true};

std::vector<Program> kit::simplePrograms() {
  return {axpy, rowSums, exponents, softmaxRows, attention};
}

std::vector<Program> kit::longPrograms() {
  return {exponents, oneNumber, attention, product("f32")};
}

std::vector<Program> kit::scorePrograms() {
  return {exponents, attention, logits};
}

/// A reduction of any kind of array, with and without a guard.
static void addReductions(std::vector<Program> &programs) {
  for (const char *type : {"f32", "f64", "i32", "i64"})
    for (const char *join : {"sum", "prod", "max", "min", "argmax", "argmin"}) {
      const std::string t = type, j = join, name = j + " over an axis " + t;
      programs.push_back({name,
                          "fn f(x: " + t + "[N, M]) {\n  r[n] = " + j +
                              "[m](x[n, m])\n  return r\n}\n",
                          true});
      programs.push_back({name + " guarded",
                          "fn f(x: " + t +
                              "[N, M], c: bool[N, M]) {\n  r[m] = " + j +
                              "[n | c[n, m]](x[n, m])\n  return r\n}\n",
                          true});
    }
  for (const char *join : {"any", "all"})
    programs.push_back({join, std::string("fn f(c: bool[N, M]) {\n  r[n] = ") +
                                  join + "[m](c[n, m])\n  return r\n}\n"});
}

/// What a hard number stays, or becomes, meets what is NaN or infinite.
static void addHardness(std::vector<Program> &programs) {
  const std::pair<const char *, const char *> zeros[] = {
      {"neg", "(-z[n])"},
      {"sqrt", "sqrt(z[n])"},
      {"pow", "(z[n] ^ 3)"},
      {"cast", "f32(f64(z[n]))"},
      {"div", "(z[n] / y[n])"},
      {"mul", "(z[n] * y[n] * z[n])"},
      {"where", "where(d[n], z[n], x[n])"}};
  for (const auto &[name, text] : zeros)
    programs.push_back({std::string("hard zeros through ") + name,
                        "fn f(x: f32[N], y: f32[N], c: bool[N], d: bool[N]) {\n"
                        "  z[n] = where(c[n], x[n], 0)\n  r[n] = " +
                            std::string(text) +
                            " * y[n] + where(d[n], 1, 2)\n  return r\n}\n"});
  const std::pair<const char *, const char *> infinities[] = {
      {"add", "exp(z[n] + y[n])"},
      {"add on the right", "exp(y[n] + z[n])"},
      {"sub", "exp(z[n] - y[n])"},
      {"exp2", "exp2(z[n])"},
      {"cast", "exp(f32(f64(z[n])))"},
      {"max", "exp(max(z[n], -1000))"},
      {"neg", "exp(-z[n])"}};
  for (const auto &[name, text] : infinities)
    programs.push_back({std::string("hard -inf through ") + name,
                        "fn f(x: f32[N], y: f32[N], c: bool[N]) {\n"
                        "  z[n] = where(c[n], x[n], -inf)\n  r[n] = " +
                            std::string(text) + " * y[n]\n  return r\n}\n"});
}

/// The others, by hand.
static const Program others[] = {
    {"f16 and bf16",
     "fn f(x: f16[N], y: bf16[N]) -> (a: bf16[N], b: f16[N]) {"
     "\n  a[n] = x[n] * y[n]\n  b[n] = x[n] + f32(f16(y[n]))\n"
     "  return a, b\n}\n",
     true},
    {"indices and sizes", "fn f(x: f32[N, M]) {\n"
                          "  r[n, m] = x[n, m] * n + M - 2 * m\n"
                          "  return r\n}\n"},
    {"a literal", "fn f(x: f32[N]) {\n  w = [0.5, -1, 2.25]\n"
                  "  r[n] = x[n] * w[n % 3]\n  return r\n}\n"},
    {"constants alone", "fn f(x: f32[N]) -> f32[N] {\n  r[n: N] = 2.5\n"
                        "  return r\n}\n"},
    {"as it is", "fn f(x: f32[N, M]) {\n  return x\n}\n"},
    {"scalars", "fn f(a: f32, b: i64, c: bool) -> (r: f32, s: i64) {\n"
                "  return where(c, a, f32(b)), b + 1\n}\n"},
    {"transposed", "fn f(x: f32[N, M]) {\n  r[m, n] = x[n, m]\n"
                   "  return r\n}\n"},
    {"five axes",
     "fn f(x: f32[A, B, C, D, E]) {\n"
     "  r[e, c, a] = sum[b, d](x[a, b, c, d, e])\n"
     "  return r\n}\n",
     true},
    {"argmax over two axes", "fn f(x: f32[N, M]) {\n"
                             "  return argmax[n, m](x[n, m])\n}\n"},
    {"of nothing at all",
     "fn f(x: f32[N]) -> (a: f32, b: f32, c: f32) {\n"
     "  return sum[n](x[n]), max[n](x[n]), "
     "mean[n](x[n])\n}\n",
     true},
    {"several outputs",
     "fn f(x: f32[N, M]) -> (a: f32[N], b: f32[M], "
     "c: f32) {\n  a[n] = sum[m](x[n, m])\n"
     "  b[m] = max[n](x[n, m])\n"
     "  return a, b, mean[n, m](x[n, m])\n}\n",
     true},
    // Hard numbers.
    {"hard zeros", "fn f(x: f32[N, M], y: f32[N, M], c: bool[N, M]) {\n"
                   "  r[n, m] = where(c[n, m], x[n, m], 0) * y[n, m]\n"
                   "  return r\n}\n"},
    {"hard zeros summed",
     "fn f(x: f32[N, M], y: f32[N, M], c: bool[N, M]) {\n"
     "  r[n] = sum[m](where(c[n, m], x[n, m], 0) * "
     "y[n, m])\n  return r\n}\n",
     true},
    {"hard -inf", "fn f(x: f32[N, M], y: f32[N], c: bool[N, M]) {\n"
                  "  r[n, m] = exp(where(c[n, m], x[n, m], -inf) - y[n])\n"
                  "  return r\n}\n"},
    {"soft choices", "fn f(x: f32[N], y: f32[N], c: bool[N]) {\n"
                     "  r[n] = where(c[n], x[n], y[n])\n  return r\n}\n"},
    // Folds.
    {"masked softmax", "import std.nn\n"
                       "fn f(x: f32[N, M], c: bool[N, M]) -> f32[N, M] {\n"
                       "  r[n, m] = softmax[m](where(c[n, m], x[n, m], "
                       "-inf))\n  return r\n}\n"},
    {"masked attention",
     "import std.nn\nfn f(q: f32[N, D], k: f32[M, D], v: f32[M, E], "
     "c: bool[N, M]) {\n  s[i, j] = where(c[i, j], sum[d](q[i, d] * k[j, d]), "
     "-inf)\n  o[i, e] = sum[j](softmax[j](s[i, j]) * v[j, e])\n"
     "  return o\n}\n",
     true},
    {"causal attention",
     "import std.nn\nfn f(q: f32[N, D], k: f32[N, D], v: f32[N, E]) {\n"
     "  s[i, j] = where(j <= i, sum[d](q[i, d] * k[j, d]), -inf)\n"
     "  o[i, e] = sum[j](softmax[j](s[i, j]) * v[j, e])\n  return o\n}\n",
     true, true},
    {"a prefix",
     "import std.nn\nfn f(x: f32[N, M], v: f32[M], len_M: i64) {\n"
     "  o[n] = sum[m](softmax[m](where(m < len_M, x[n, m], -inf)) "
     "* v[m])\n  return o\n}\n",
     false, true},
    {"a window", "import std.nn\nfn f(x: f32[N, M]) -> f32[N, M] {\n"
                 "  r[n, m] = softmax[m](where(m <= n and n < m + 3, x[n, m], "
                 "-inf))\n  return r\n}\n"},
    {"log of a sum", "import std.nn\nfn f(x: f64[N, M]) {\n"
                     "  r[n] = logsumexp[m](x[n, m])\n  return r\n}\n"},
    {"layer norm",
     "import std.nn\nfn f(x: f32[N, M], w: f32[M], b: f32[M]) "
     "-> f32[N, M] {\n  r[n] = layer_norm(x[n], w, b)\n"
     "  return r\n}\n",
     true, true},
    {"variance",
     "fn f(x: f32[N, M]) {\n  a[n] = mean[m](x[n, m])\n"
     "  r[n] = mean[m]((x[n, m] - a[n]) ^ 2)\n  return r\n}\n",
     true, true},
    {"two passes",
     "fn f(x: f32[N, M]) {\n  z[n] = max[m](x[n, m])\n"
     "  t[n] = sum[m](exp(x[n, m] - z[n]))\n"
     "  r[n] = max[m](exp(x[n, m] - z[n]) / t[n])\n"
     "  return r\n}\n",
     false, true},
    {"weights and place",
     "fn f(x: f32[N, M]) -> (z: f32[N], p: i64[N]) {\n"
     "  m[i] = max[j](x[i, j])\n"
     "  z[i] = sum[j](exp(x[i, j] - m[i]))\n"
     "  p[i] = argmax[j](x[i, j])\n  return z, p\n}\n",
     false, true},
    {"heads in groups",
     "import std.nn\nfn f(q: f32[G * R, N], k: f32[G, N]) {\n"
     "  r[h, n] = softmax[n](q[h, n] * k[h // R, n])\n  return r\n}\n",
     true, true},
    {"a fold over both axes",
     "fn f(x: f32[N, M]) {\n"
     "  m = max[i, j](x[i, j])\n"
     "  return m + log(sum[i, j](exp(x[i, j] - m)))\n"
     "}\n",
     false, true},
    {"a mask of keys",
     "import std.nn\nfn f(q: f32[N, D], k: f32[M, D], v: f32[M, E], "
     "c: bool[M]) {\n  s[i, j] = where(c[j], sum[d](q[i, d] * k[j, d]), -inf)"
     "\n  o[i, e] = sum[j](softmax[j](s[i, j]) * v[j, e])\n  return o\n}\n",
     true},
    {"attention of bf16",
     "import std.nn\nfn f(q: bf16[N, D], k: bf16[M, D], v: bf16[M, E]) -> "
     "bf16[N, E] {\n  s[i, j] = sum[c](q[i, c] * k[j, c])\n"
     "  o[i, e] = sum[j](softmax[j](s[i, j]) * v[j, e])\n  return o\n}\n",
     true},
    {"attention of f64 with biases",
     "import std.nn\nfn f(q: f64[N, D], k: f64[M, D], v: f64[M, E], "
     "b: f64[N, M]) {\n"
     "  s[i, j] = sum[c](q[i, c] * k[j, c]) + b[i, j] - 0.5 * abs(i - j)\n"
     "  o[i, e] = sum[j](softmax[j](s[i, j]) * v[j, e])\n  return o\n}\n",
     true},
    {"entropy",
     "import std.nn\nfn f(x: f32[N, M]) {\n"
     "  m[i] = max[j](x[i, j])\n"
     "  z[i] = sum[j](exp(x[i, j] - m[i]))\n"
     "  r[i] = log(z[i]) - sum[j](exp(x[i, j] - m[i]) * "
     "(x[i, j] - m[i])) / z[i]\n  return r\n}\n",
     true, true},
    {"a mean of losses that may be ignored",
     "import std.nn\nfn f(x: f32[N, M], to_M: i64[N], c: bool[N]) {\n"
     "  l[n] = logsumexp[m](x[n, m]) - x[n, to_M[n]]\n"
     "  return sum[n | c[n]](l[n]) / sum[n](c[n])\n}\n",
     true, true},
    // Reads that may fail.
    {"a gather", "fn f(x: f32[N, D], to_N: i64[M]) {\n"
                 "  r[m, d] = x[to_N[m], d]\n  return r\n}\n"},
    {"a guarded gather", "fn f(x: f32[N], t: i64[M]) {\n"
                         "  r[m] = where(0 <= t[m] < N, x[t[m]], -1)\n"
                         "  return r\n}\n"},
    {"a gather under a hard zero",
     "fn f(x: f32[N], to_N: i64[M], c: bool[M], y: f32[M]) {\n"
     "  r[m] = where(c[m], y[m], 0) * x[to_N[m]]\n  return r\n}\n"},
    {"a gather that a hard zero undoes",
     "fn f(x: f32[N], to_N: i64[M], c: bool[M], y: f32[M]) {\n"
     "  r[m] = x[to_N[m]] * where(c[m], y[m], 0)\n  return r\n}\n"},
    {"a gather in a guarded sum",
     "fn f(x: f32[N], to_N: i64[M], c: bool[M]) {\n"
     "  return sum[m | c[m]](x[to_N[m]])\n}\n",
     true},
    {"a gather behind a condition",
     "fn f(x: f32[N], to_N: i64[M], c: bool[M]) {\n"
     "  r[m] = c[m] and x[to_N[m]] > 0\n  return r\n}\n"},
    {"neighbours", "fn f(x: f32[N]) {\n"
                   "  r[n] = x[n] + where(n > 0, x[n - 1], 0)\n"
                   "  return r\n}\n"},
    {"a guarded division", "fn f(a: i64[N], b: i64[N]) {\n"
                           "  r[n] = where(b[n] != 0, a[n] // b[n], 0)\n"
                           "  return r\n}\n"},
    {"a target",
     "import std.nn\nfn f(x: f32[N, M], to_M: i64[N]) {\n"
     "  r[n] = logsumexp[m](x[n, m]) - x[n, to_M[n]]\n"
     "  return r\n}\n",
     true, true},
    // Random bits.
    {"uniform numbers",
     "fn f(x: f32[N, M], seed: i64) {\n"
     "  r[n, m] = x[n, m] * 0 + uniform(seed, n, m)\n"
     "  return r\n}\n",
     true, true},
    {"normal numbers",
     "fn f(x: f32[N], seed: i64) {\n"
     "  r[n] = x[n] * 0 + normal(seed, n)\n  return r\n}\n",
     true, true},
    {"folded keys", "fn f(seed: i64, x: i64[N]) {\n"
                    "  r[n] = fold(seed, x[n])\n  return r\n}\n"},
    {"dropout",
     "import std.nn\nfn f(x: f32[N, M], seed: i64) {\n"
     "  r[n] = sum[m](where(uniform(seed, n, m) < 0.25, "
     "softmax[m](x[n, m]), 0))\n  return r\n}\n",
     false, true},
};

std::vector<Program> kit::formPrograms() {
  std::vector<Program> programs = simplePrograms();
  programs.push_back(logits);
  programs.push_back(oneNumber);
  for (const char *type : {"f32", "f64", "bf16", "f16"})
    programs.push_back(product(type));
  addReductions(programs);
  addHardness(programs);
  programs.insert(programs.end(), std::begin(others), std::end(others));
  return programs;
}
