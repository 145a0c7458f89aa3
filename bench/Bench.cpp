//===- Bench.cpp - kernels beside the limits of the machine ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// fovea_bench FILE.mlir DIM=SIZE...: compiles the one function of a file for
// this machine, runs it on random inputs and prints the best and the median
// time. FLOP=n and BYTES=n (products of sizes, as in FLOP=4*N*M*D) add rates,
// and the share of what the machine does in the same minute.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuBackend.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <sys/resource.h>

using namespace fovea;

/// Of this thread, in seconds: others may be using the machine.
static double now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

#if defined(__AVX512F__)
using Vector = float __attribute__((vector_size(64)));
#else
using Vector = float __attribute__((vector_size(32)));
#endif

/// GFLOP/s of multiply-adds in registers on one core.
static double fmaPeak() {
  Vector a, c;
  for (size_t i = 0; i < sizeof(Vector) / 4; ++i)
    a[i] = 0.999f, c[i] = 0.001f;
  double best = 0;
  for (int run = 0; run < 10; ++run) {
    // All different, or the compiler would make them one.
    Vector x0 = c, x1 = x0 + c, x2 = x1 + c, x3 = x2 + c, x4 = x3 + c,
           x5 = x4 + c, x6 = x5 + c, x7 = x6 + c, x8 = x7 + c, x9 = x8 + c,
           x10 = x9 + c, x11 = x10 + c;
    const double start = now();
    constexpr int rounds = 1000000;
    for (int k = 0; k < rounds; ++k) {
      x0 = x0 * a + c, x1 = x1 * a + c, x2 = x2 * a + c, x3 = x3 * a + c;
      x4 = x4 * a + c, x5 = x5 * a + c, x6 = x6 * a + c, x7 = x7 * a + c;
      x8 = x8 * a + c, x9 = x9 * a + c, x10 = x10 * a + c, x11 = x11 * a + c;
    }
    const double time = now() - start;
    asm volatile(
        ""
        :
        : "x"(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11));
    best = std::max(best, rounds * 24.0 * (sizeof(Vector) / 4) / time / 1e9);
  }
  return best;
}

/// GB/s read from memory on one core.
static double readBandwidth() {
  std::vector<Vector> data((size_t(256) << 20) / sizeof(Vector));
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const double start = now();
    Vector sum[4] = {};
    for (size_t i = 0; i + 3 < data.size(); i += 4)
      for (int k = 0; k < 4; ++k)
        sum[k] += data[i + k];
    asm volatile("" : : "x"(sum[0] + sum[1] + sum[2] + sum[3]));
    best = std::max(best, data.size() * sizeof(Vector) / (now() - start) / 1e9);
  }
  return best;
}

static double product(const std::string &text,
                      const std::map<std::string, double> &sizes) {
  double result = 1;
  std::stringstream factors(text);
  for (std::string factor; std::getline(factors, factor, '*');)
    result *= sizes.contains(factor) ? sizes.at(factor) : std::stod(factor);
  return result;
}

static Tensor randomTensor(DType dtype, std::vector<int64_t> shape,
                           std::mt19937 &random) {
  Tensor out = *Tensor::allocate(dtype, std::move(shape));
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (int64_t i = 0; i < out.numElements(); ++i)
    if (isFloat(dtype))
      out.store(i, static_cast<double>(uniform(random)));
    else
      out.store(i, static_cast<int64_t>(random() % 2));
  return out;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr,
                 "usage: fovea_bench FILE.mlir DIM=SIZE... [FLOP=] [BYTES=]\n");
    return 2;
  }
  std::map<std::string, double> sizes;
  std::string flop, bytes;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i], name = word.substr(0, word.find('='));
    if (name == word) {
      std::fprintf(stderr, "`%s` is not NAME=VALUE\n", argv[i]);
      return 2;
    }
    const std::string value = word.substr(name.size() + 1);
    if (name == "FLOP")
      flop = value;
    else if (name == "BYTES")
      bytes = value;
    else
      sizes[name] = std::stod(value);
  }
  mlir::MLIRContext context;
  context.loadDialect<ir::FoveaDialect>();
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(argv[1], &context);
  if (!module)
    return 1;
  auto functions = module->getOps<ir::FuncOp>();
  if (functions.empty()) {
    std::fprintf(stderr, "%s has no function\n", argv[1]);
    return 1;
  }
  auto backend = *createCpuBackend();
  double compileTime = 1e9;
  std::unique_ptr<Executable> executable;
  for (int i = 0; i < 2; ++i) {
    const double start = now();
    auto compiled = backend->compile(*functions.begin());
    compileTime = std::min(compileTime, now() - start);
    if (!compiled) {
      std::fprintf(stderr, "%s\n", compiled.status().text().c_str());
      return 1;
    }
    executable = *std::move(compiled);
  }

  const Signature &signature = executable->signature();
  std::vector<int64_t> dims;
  for (const std::string &dim : signature.dims)
    dims.push_back(static_cast<int64_t>(sizes.at(dim)));
  auto shapeOf = [&](const auto &array) {
    std::vector<int64_t> shape;
    for (const auto &axis : array.shape)
      shape.push_back(*evaluate(axis, dims));
    return shape;
  };
  std::mt19937 random(1);
  std::vector<Tensor> inputs, outputs;
  for (const auto &input : signature.inputs)
    inputs.push_back(randomTensor(input.dtype, shapeOf(input), random));
  for (const auto &result : signature.results)
    outputs.push_back(randomTensor(result.dtype, shapeOf(result), random));

  rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  std::vector<double> times;
  const double begin = now();
  while (times.size() < 3 || (now() - begin < 2 && times.size() < 50)) {
    const double start = now();
    Status status = executable->run(inputs, outputs);
    times.push_back(now() - start);
    if (status.failed()) {
      std::fprintf(stderr, "%s\n", status.text().c_str());
      return 1;
    }
  }
  getrusage(RUSAGE_SELF, &after);
  std::sort(times.begin(), times.end());
  std::printf(
      "compile %.1f ms, run %.3f ms (median %.3f), memory grown by %.1f MiB\n",
      compileTime * 1e3, times[0] * 1e3, times[times.size() / 2] * 1e3,
      (after.ru_maxrss - before.ru_maxrss) / 1024.0);
  if (!flop.empty()) {
    const double rate = product(flop, sizes) / times[0] / 1e9;
    const double peak = fmaPeak();
    std::printf("%.1f GFLOP/s, %.0f %% of %.1f\n", rate, 100 * rate / peak,
                peak);
  }
  if (!bytes.empty()) {
    const double rate = product(bytes, sizes) / times[0] / 1e9;
    const double peak = readBandwidth();
    std::printf("%.1f GB/s, %.0f %% of %.1f\n", rate, 100 * rate / peak, peak);
  }
}
