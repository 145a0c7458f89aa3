//===- CornerPrograms.cpp - what is easily forgotten ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Each is wrong for who passes over one sentence of fovea_plugin.h.
// tests/backends/plugin/KitProgramsTest.cpp looks whether the clusters still
// have what the sentence is about.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Programs.h"

using namespace fovea::kit;

std::vector<Program> fovea::kit::cornerPrograms() {
  return {
      // Axes: one that is visited for an element at a place of it, one that an
      // element does not vary along.
      {"an axis that is summed, and read again",
       "fn f(x: f32[N, D], y: f32[M, D]) {\n"
       "  s[n, m] = sum[d](x[n, d] * y[m, d])\n"
       "  r[n, d] = sum[m](exp(-s[n, m] ^ 2) * y[m, d])\n  return r\n}\n",
       true},
      {"a sum within a sum over the same axis",
       "fn f(x: f32[N, M], y: f32[N, M]) {\n"
       "  t[n] = sum[m](x[n, m] * y[n, m])\n"
       "  r[n] = sum[m](exp(-(t[n] - x[n, m]) ^ 2) * y[n, m])\n"
       "  return r\n}\n",
       true},
      {"attention of one width",
       "import std.nn\nfn f(q: f32[N, D], k: f32[M, D], v: f32[M, D]) {\n"
       "  s[i, j] = sum[c](q[i, c] * k[j, c])\n"
       "  o[i, c] = sum[j](softmax[j](s[i, j]) * v[j, c])\n  return o\n}\n",
       true},
      {"a repeated column", "fn f(x: f32[N], y: f32[M]) {\n"
                            "  r[n, m: M] = exp(x[n])\n  return r\n}\n"},
      {"elements that count more than once",
       "fn f(x: f32[N], y: f32[M]) {\n"
       "  r[n] = sum[m: M](exp(x[n]))\n  return r\n}\n",
       true},
      {"elements that count as often as a guard says",
       "fn f(x: f32[N], c: bool[N, M]) {\n"
       "  r[n] = sum[m | c[n, m]](x[n])\n  return r\n}\n",
       true},
      {"the first of equal places", "fn f(x: f32[N]) {\n"
                                    "  return argmax[n, m: 3](x[n])\n}\n"},
      {"a gather of what lacks an axis",
       "fn f(x: f32[M], z: f32[N], to_N: i64[K], to_M: i64[K]) {\n"
       "  y[n: N, m] = exp(x[m])\n"
       "  r[k] = y[to_N[k], to_M[k]]\n  return r\n}\n"},
      {"two literals", "fn f(x: f32[N]) {\n  v = [3, 5, 7]\n"
                       "  w = [[0.5, -1, 2.25], [4, 8, -16]]\n"
                       "  r[n] = x[n] * w[n % 2, n % 3] + v[(n + 1) % 3]\n"
                       "  return r\n}\n"},
      // Guards of which a range says only a part.
      {"a window with a mask",
       "import std.nn\nfn f(x: f32[N, M], c: bool[N, M]) -> f32[N, M] {\n"
       "  r[n, m] = softmax[m](where(n - 3 <= m and m <= n and c[n, m], "
       "x[n, m], -inf))\n  return r\n}\n"},
      {"what comes later",
       "import std.nn\nfn f(x: f32[N, M], v: f32[M]) {\n"
       "  o[n] = sum[m](softmax[m](where(n <= m, x[n, m], -inf)) * v[m])\n"
       "  return o\n}\n",
       false, true},
      {"what is on the diagonal",
       "import std.nn\nfn f(x: f32[N, M], v: f32[M]) {\n"
       "  o[n] = sum[m](softmax[m](where(m == n, x[n, m], -inf)) * v[m])\n"
       "  return o\n}\n",
       false, true},
      {"accumulators with guards of their own",
       "fn f(x: f32[N, M], c: bool[N, M]) {\n"
       "  a[n] = max[m | m <= n](x[n, m])\n"
       "  r[n] = sum[m | m <= n and c[n, m]](exp(x[n, m] - a[n]))\n"
       "  return r\n}\n",
       true, true},
      {"accumulators of all kinds",
       "fn f(x: f32[N, M]) -> (z: f32[N], p: f32[N], l: f32[N], k: i64[N], "
       "c: bool[N]) {\n  a[n] = max[m](x[n, m])\n"
       "  z[n] = sum[m](exp(x[n, m] - a[n]))\n  p[n] = prod[m](x[n, m])\n"
       "  l[n] = min[m](x[n, m])\n  k[n] = argmin[m](x[n, m])\n"
       "  c[n] = all[m](x[n, m] < 1)\n  return z, p, l, k, c\n}\n",
       true, true},
      // Sizes.
      {"sizes that are computed",
       "fn f(x: f32[N]) -> (a: f32[N // 2], b: f32[N + 1], "
       "c: f32[N % 3 + 1]) {\n  a[n: N // 2] = x[2 * n] - x[2 * n + 1]\n"
       "  b[n: N + 1] = where(n < N, x[n], 7)\n"
       "  c[n: N % 3 + 1] = f32(N - n)\n  return a, b, c\n}\n"},
      // Hard numbers.
      {"hard zeros to any power",
       "fn f(x: f32[N], y: f32[N], k: i64[N], c: bool[N]) {\n"
       "  z[n] = where(c[n], x[n], 0)\n"
       "  r[n] = z[n] ^ f32(2 * k[n]) * y[n]\n  return r\n}\n",
       true},
      {"a division by hard zeros",
       "fn f(x: f32[N], y: f32[N], c: bool[N]) {\n"
       "  z[n] = where(c[n], x[n], 0)\n"
       "  r[n] = 1 / (y[n] / z[n]) * y[n]\n  return r\n}\n",
       true},
      {"hard -inf taken off",
       "fn f(x: f32[N], y: f32[N], c: bool[N]) {\n"
       "  z[n] = where(c[n], x[n], -inf)\n"
       "  r[n] = exp(-(y[n] - z[n])) * y[n]\n  return r\n}\n"},
      {"argmax of hard -inf",
       "fn f(x: f32[N, M], c: bool[N, M]) {\n"
       "  r[n] = argmax[m](where(c[n, m], x[n, m], -inf))\n  return r\n}\n"},
      // Demand.
      {"a gather behind an alternative",
       "fn f(x: f32[N], to_N: i64[M], c: bool[M]) {\n"
       "  r[m] = c[m] or x[to_N[m]] > 0\n  return r\n}\n"},
      {"a gather beside a hard -inf",
       "fn f(x: f32[N], to_N: i64[M], c: bool[M], y: f32[M]) {\n"
       "  r[m] = exp(where(c[m], y[m], -inf) + x[to_N[m]])\n"
       "  return r\n}\n"},
      {"a gather that a hard -inf undoes",
       "fn f(x: f32[N], to_N: i64[M], c: bool[M], y: f32[M]) {\n"
       "  r[m] = exp(x[to_N[m]] + where(c[m], y[m], -inf))\n"
       "  return r\n}\n"},
      {"a gather taken off a hard -inf",
       "fn f(x: f32[N], to_N: i64[M], c: bool[M], y: f32[M]) {\n"
       "  r[m] = exp(where(c[m], y[m], -inf) - x[to_N[m]])\n"
       "  return r\n}\n"},
      {"a gather that divides a hard zero",
       "fn f(x: f32[N], to_N: i64[M], c: bool[M], y: f32[M]) {\n"
       "  r[m] = where(c[m], y[m], 0) / x[to_N[m]]\n  return r\n}\n"},
      // Numbers.
      {"halves between two f16", "fn f(k: i64[N]) {\n"
                                 "  r[n] = f32(f16(f32(2048 + k[n])))\n"
                                 "  return r\n}\n"},
      {"halves between two bf16", "fn f(k: i64[N]) {\n"
                                  "  r[n] = f32(bf16(f32(256 + k[n])))\n"
                                  "  return r\n}\n"},
      {"through f16",
       "fn f(x: f32[N]) {\n  r[n] = f32(f16(x[n]))\n  return r\n}\n"},
      {"through bf16",
       "fn f(x: f32[N]) {\n  r[n] = f32(bf16(x[n]))\n  return r\n}\n"},
      {"uniform numbers at any place",
       "fn f(x: i64[N], seed: i64) {\n"
       "  r[n] = uniform(seed, x[n])\n  return r\n}\n"},
      {"normal numbers at any place",
       "fn f(x: i64[N], seed: i64) {\n"
       "  r[n] = normal(seed, x[n])\n  return r\n}\n"},
  };
}
