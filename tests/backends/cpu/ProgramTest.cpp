//===- ProgramTest.cpp - whole programs, many of them ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

using namespace fovea;
using namespace fovea::test;

/// softmax[j](q k^T) v, the maximum subtracted.
static const std::string attention = R"(
  %q = fovea.input "q" [#fovea.axis<i: N>, #fovea.axis<c: D>] : !fovea.array<f32, c: D, i: N>
  %k = fovea.input "k" [#fovea.axis<j: M>, #fovea.axis<c: D>] : !fovea.array<f32, c: D, j: M>
  %v = fovea.input "v" [#fovea.axis<j: M>, #fovea.axis<e: E>] : !fovea.array<f32, e: E, j: M>
  %p = fovea.mul %q, %k : !fovea.array<f32, c: D, i: N>, !fovea.array<f32, c: D, j: M>
  %s = fovea.reduce sum %p over [#fovea.axis<c: D>] : !fovea.array<f32, c: D, i: N, j: M>
  %m = fovea.reduce max %s over [#fovea.axis<j: M>] : !fovea.array<f32, i: N, j: M>
  %d = fovea.sub %s, %m : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, i: N>
  %x = fovea.exp %d : !fovea.array<f32, i: N, j: M>
  %z = fovea.reduce sum %x over [#fovea.axis<j: M>] : !fovea.array<f32, i: N, j: M>
  %a = fovea.div %x, %z : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, i: N>
  %w = fovea.mul %a, %v : !fovea.array<f32, i: N, j: M>, !fovea.array<f32, e: E, j: M>
  %o = fovea.reduce sum %w over [#fovea.axis<j: M>] : !fovea.array<f32, e: E, i: N, j: M>
  fovea.output "o" %o [#fovea.axis<i: N>, #fovea.axis<e: E>] : !fovea.array<f32, e: E, i: N>
)";
static const std::string attentionDims = "\"N\", \"M\", \"D\", \"E\"";

static Tensor randomMatrix(int64_t rows, int64_t columns, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(static_cast<size_t>(rows * columns));
  for (double &value : values)
    value = normal(generator);
  return f32({rows, columns}, values);
}

TEST_CASE("cpu: attention of several sizes with one program") {
  CpuProgram program(attentionDims, attention);
  for (auto [n, m, d, e] : {std::array<int64_t, 4>{7, 33, 5, 3},
                            {1, 1, 1, 1},
                            {0, 3, 2, 2},
                            {3, 0, 2, 2},
                            {3, 4, 0, 2},
                            {3, 4, 2, 0},
                            {33, 7, 16, 8},
                            {7, 33, 5, 3}})
    program.compare(
        {randomMatrix(n, d, 1), randomMatrix(m, d, 2), randomMatrix(m, e, 3)},
        16, 1);
}

static std::unique_ptr<Executable> compile(ir::FuncOp func) {
  auto backend = createCpuBackend();
  REQUIRE(backend);
  auto compiled = (*backend)->compile(func);
  REQUIRE(compiled);
  return *std::move(compiled);
}

TEST_CASE("cpu: the time to compile attention") {
  Program source(attentionDims, attention);
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    std::unique_ptr<Executable> executable = compile(source.func);
    const std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - begin;
    std::cout << "compiled attention in " << time.count() << " ms\n";
    best = std::min(best, time.count());
  }
  // A tripwire, not a promise: the machine may be busy.
  CHECK(best < 5000);
}

/// Resident memory in KiB.
static long residentMemory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (word == "VmRSS:") {
      long kib = 0;
      status >> kib;
      return kib;
    }
  return 0;
}

static void compileAndFree(int cycles) {
  Program source(attentionDims, attention);
  Tensor x = randomMatrix(5, 4, 1);
  for (int i = 0; i < cycles; ++i) {
    auto out = compile(source.func)->run(std::vector<Tensor>{x, x, x});
    REQUIRE(out);
  }
}

TEST_CASE("cpu: programs come and go") {
  compileAndFree(10);
  const long before = residentMemory();
  compileAndFree(10);
  CHECK(residentMemory() - before < 8 * 1024);
}

TEST_CASE("cpu: a thousand programs come and go", "[.soak]") {
  compileAndFree(100);
  const long before = residentMemory();
  compileAndFree(1000);
  const long growth = residentMemory() - before;
  std::cout << "grown by " << growth << " KiB in 1000 cycles\n";
  CHECK(growth < 8 * 1024);
}

TEST_CASE("cpu: no page is writable and executable") {
  Program source(attentionDims, attention);
  std::unique_ptr<Executable> executable = compile(source.func);
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    INFO(line);
    CHECK(line.find(" rwx") == std::string::npos);
  }
}

TEST_CASE("cpu: threads share an executable") {
  Program source(attentionDims, attention);
  std::unique_ptr<Executable> executable = compile(source.func);
  std::vector<std::vector<double>> results(8);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < results.size(); ++t)
    threads.emplace_back([&, t] {
      const int64_t n = t % 2 ? 20 : 35;
      Tensor x = *Tensor::allocate(DType::F32, {n, 4});
      for (int64_t i = 0; i < n * 4; ++i)
        x.store(i, 0.01 * static_cast<double>(i));
      for (int repeat = 0; repeat < 20; ++repeat) {
        auto out = executable->run(std::vector<Tensor>{x, x, x});
        if (!out)
          return;
        results[t] = numbers((*out)[0]);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(results[0].size() == 140);
  CHECK(results[1].size() == 80);
  for (size_t t = 2; t < results.size(); ++t)
    CHECK(results[t] == results[t % 2]);
}

TEST_CASE("cpu: threads compile at the same time") {
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<Program>> sources;
  std::vector<int> done(4);
  for (size_t t = 0; t < done.size(); ++t)
    sources.push_back(std::make_unique<Program>(attentionDims, attention));
  for (size_t t = 0; t < done.size(); ++t)
    threads.emplace_back([&, t] {
      auto backend = createCpuBackend();
      if (backend && (*backend)->compile(sources[t]->func))
        done[t] = 1;
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(done == std::vector<int>{1, 1, 1, 1});
}

TEST_CASE("cpu: recomputation does not explode") {
  // x[k+1][i] = x[k][i] + x[k][i - 1], forty times: Pascal's triangle.
  std::string body = R"(
    %x0 = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<i64, i: N>
    %i = fovea.index <i: N> : !fovea.array<i64, i: N>
    %n = fovea.size <N> : !fovea.array<i64>
)";
  const std::string type = "!fovea.array<i64, i: N>";
  constexpr int levels = 40;
  for (int k = 0; k < levels; ++k) {
    const std::string a = std::to_string(k), b = std::to_string(k + 1);
    // Another way to say the same neighbour at each level.
    body += "%c" + b + " = fovea.constant " + std::to_string(-1 - 10 * k) +
            " : i64 : !fovea.array<i64>\n%d" + b + " = fovea.add %i, %c" + b +
            " : " + type + ", !fovea.array<i64>\n%j" + b + " = fovea.mod %d" +
            b + ", %n : " + type + ", !fovea.array<i64>\n%y" + b +
            " = fovea.at \"x\" %x" + a + " [#fovea.axis<i: N>] [%j" + b +
            "] : " + type + " [" + type + "] -> " + type + "\n%x" + b +
            " = fovea.add %x" + a + ", %y" + b + " : " + type + ", " + type +
            "\n";
  }
  body += "fovea.output \"r\" %x" + std::to_string(levels) +
          " [#fovea.axis<i: N>] : " + type;
  CpuProgram program("\"N\"", body);
  program.compare({i64({5}, {1, 0, 0, 0, 0})});
}

TEST_CASE("cpu: chains of reads that may fail") {
  // t[t[t[...t[i]...]]], thirty deep.
  std::string body = R"(
    %t = fovea.input "t" [#fovea.axis<i: N>] : !fovea.array<i64, i: N>
)";
  const std::string type = "!fovea.array<i64, i: N>";
  std::string last = "%t";
  for (int k = 0; k < 30; ++k) {
    const std::string next = "%u" + std::to_string(k);
    body += next + " = fovea.at \"u" + std::to_string(k) + "\" " + last +
            " [#fovea.axis<i: N>] [%t] : " + type + " [" + type + "] -> " +
            type + "\n";
    last = next;
  }
  body += "fovea.output \"r\" " + last + " [#fovea.axis<i: N>] : " + type;
  CpuProgram program("\"N\"", body);
  program.compare({i64({4}, {1, 2, 3, 0})});
  CHECK(program.failure({i64({4}, {1, 2, 4, 0})}).code() ==
        StatusCode::OutOfRange);
}

TEST_CASE("cpu: long programs") {
  std::string body =
      "%x0 = fovea.input \"x\" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>\n";
  std::string last = "%x0";
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    body += "%m" + n + " = fovea.reduce max " + last +
            " over [#fovea.axis<i: N>] : !fovea.array<f64, i: N>\n%x" +
            std::to_string(i + 1) + " = fovea.sub " + last + ", %m" + n +
            " : !fovea.array<f64, i: N>, !fovea.array<f64>\n";
    last = "%x" + std::to_string(i + 1);
  }
  body += "fovea.output \"r\" " + last +
          " [#fovea.axis<i: N>] : !fovea.array<f64, i: N>";
  CpuProgram("\"N\"", body).compare({f64({3}, {1, 5, 3})});

  std::string chain = "%x0 = fovea.input \"x\" [] : !fovea.array<f64>\n";
  constexpr int length = 1500;
  for (int i = 0; i < length; ++i)
    chain += "%x" + std::to_string(i + 1) + " = fovea.rsqrt %x" +
             std::to_string(i) + " : !fovea.array<f64>\n";
  chain += "fovea.output \"r\" %x" + std::to_string(length) +
           " [] : !fovea.array<f64>";
  CpuProgram("", chain).compare({f64({}, {5})}, 8);
}

/// `count` kernels, each of which reads other rows of the one before, and a sum
/// of all that they make; with one input or two.
static std::string rowsOfRows(int count, bool isPair) {
  const std::string row = "!fovea.array<f64, i: N>";
  const std::string square = "!fovea.array<f64, i: N, j: N>";
  std::string body =
      "%x = fovea.input \"x\" [#fovea.axis<i: N>, "
      "#fovea.axis<j: N>] : " +
      square + "\n%r0 = fovea.input \"y\" [#fovea.axis<i: N>] : " + row + "\n";
  if (isPair)
    body += "%z = fovea.input \"z\" [] : !fovea.array<f64>\n";
  std::string total = "%r0";
  for (int k = 1; k <= count; ++k) {
    const std::string n = std::to_string(k);
    const std::string before = std::to_string(k - 1);
    body += "%c" + n + " = fovea.rename %r" + before +
            " [\"i\"] to [\"j\"] : " + row + " -> !fovea.array<f64, j: N>\n%p" +
            n + " = fovea.mul %x, %c" + n + " : " + square +
            ", !fovea.array<f64, j: N>\n%r" + n + " = fovea.reduce sum %p" + n +
            " over [#fovea.axis<j: N>] : " + square + "\n%t" + n +
            " = fovea.add " + total + ", %r" + n + " : " + row + ", " + row +
            "\n";
    total = "%t" + n;
  }
  if (isPair) {
    body +=
        "%w = fovea.mul " + total + ", %z : " + row + ", !fovea.array<f64>\n";
    total = "%w";
  }
  return body + "fovea.output \"r\" " + total + " [#fovea.axis<i: N>] : " + row;
}

// Wherever the emitter's tables grow, what is in them stays.
TEST_CASE("cpu: many kernels") {
  constexpr int64_t size = 40;
  std::vector<double> x, y;
  for (int64_t i = 0; i < size; ++i) {
    y.push_back(1 + 0.1 * static_cast<double>(i % 7));
    for (int64_t j = 0; j < size; ++j)
      x.push_back((i == j ? 0.9 : 0) +
                  0.001 * static_cast<double>((i + j) % 5));
  }
  for (const bool isPair : {false, true}) {
    CpuProgram program("\"N\"", rowsOfRows(60, isPair));
    std::vector<Tensor> inputs = {f64({size, size}, x), f64({size}, y)};
    if (isPair)
      inputs.push_back(f64({}, {2}));
    program.compare(inputs, 1e6);
  }
}
