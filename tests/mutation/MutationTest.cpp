//===- MutationTest.cpp - faults planted in emitted code ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Would a wrong mask bound, a wrong neutral element, a forgotten half of the
// lanes be noticed? The code that the cpu backend emits for two small chains is
// mutated, one operation at a time, and run on hostile inputs: every mutant
// must differ from the reference, touch what is not its own, crash or hang.
//
// Each runs in a process of its own. Behind the inputs and the results lie
// pages that nobody may touch, before them numbers that must stay.
//
// Mutants that live must compute the same numbers with more work:
//   * the condition under which a block of places is visited, or visited with
//     tests, errs to the safe side: it never fails where it holds without the
//     mutant;
//   * others are listed with the program, with the reason.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuExecutable.h"
#include "backends/reference/ReferenceBackend.h"
#include "frontend/Program.h"
#include "tests/backends/Executables.h"
#include "tests/mutation/Mutants.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::test;

static constexpr double inf = std::numeric_limits<double>::infinity();
static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

static constexpr int64_t most = std::numeric_limits<int64_t>::max();

namespace {
struct Input {
  const char *name;
  DType dtype;
  /// Extents, as numbers or dimensions.
  std::vector<std::string> shape;
};
using Sizes = std::map<std::string, int64_t>;

/// What the input x holds: of rising numbers one that should not be seen would
/// be the largest.
enum class Data { Normal, Holes, Rising, Falling };

/// Mutants that compute the same, and at most how many of them there are.
struct Equivalent {
  const char *what, *op;
  unsigned most;
  const char *why;
};

struct Subject {
  const char *function, *text;
  std::vector<Input> inputs;
  std::vector<Sizes> sizes;
  std::vector<Data> data;
  std::vector<Equivalent> equivalents;
};

/// A tensor behind numbers that must stay and before a page that nobody may
/// touch.
class Guarded {
public:
  Guarded(DType dtype, const std::vector<int64_t> &shape, double before)
      : before(before) {
    const int64_t count = *countElements(shape) + margin;
    const size_t bytes = static_cast<size_t>(count) * sizeOf(dtype);
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t size = (bytes + page - 1) / page * page;
    void *memory = mmap(nullptr, size + page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    REQUIRE(mprotect(static_cast<char *>(memory) + size, page, PROT_NONE) == 0);
    pages = {memory, [=](void *memory) { munmap(memory, size + page); }};
    char *first = static_cast<char *>(memory) + (size - bytes);
    front = Tensor::view(first, dtype, {margin});
    for (int64_t i = 0; i < margin; ++i)
      front.store(i, before);
    tensor = Tensor::view(front.address(margin), dtype, shape);
  }
  bool isIntact() const {
    for (int64_t i = 0; i < margin; ++i)
      if (front.loadAsDouble(i) != before)
        return false;
    return true;
  }

  Tensor tensor;

private:
  static constexpr int64_t margin = 64;
  double before;
  std::shared_ptr<void> pages;
  Tensor front;
};

/// Inputs and what the reference makes of them.
struct Trial {
  std::vector<Guarded> inputs;
  std::vector<Tensor> wanted;
};
} // namespace

static std::vector<int64_t> extents(const Input &input, const Sizes &sizes) {
  std::vector<int64_t> shape;
  for (const std::string &dim : input.shape)
    shape.push_back(sizes.at(dim));
  return shape;
}

/// The number at place `i`.
static double numberOf(Data data, int64_t i, std::mt19937 &random) {
  const double x = std::normal_distribution<double>()(random);
  switch (data) {
  case Data::Normal:
    return x;
  case Data::Holes:
    return random() % 4 == 0 ? -inf : x;
  case Data::Rising:
    return 0.002 * static_cast<double>(i);
  case Data::Falling:
    return -0.002 * static_cast<double>(i);
  }
  llvm_unreachable("all kinds are listed");
}

static std::vector<Trial> trialsOf(const Subject &subject,
                                   const Executable &oracle) {
  std::vector<Trial> trials;
  std::mt19937 random(1);
  for (const Sizes &sizes : subject.sizes)
    for (Data data : subject.data) {
      Trial trial;
      std::vector<Tensor> tensors;
      for (const Input &input : subject.inputs) {
        trial.inputs.emplace_back(input.dtype, extents(input, sizes),
                                  undefined);
        Tensor tensor = trial.inputs.back().tensor;
        for (int64_t i = 0; i < tensor.numElements(); ++i) {
          if (isFloat(input.dtype))
            tensor.store(i, numberOf(input.name[0] == 'x' ? data : Data::Normal,
                                     i, random));
          else
            tensor.store(i, sizes.at(input.name));
        }
        tensors.push_back(tensor);
      }
      trial.wanted = resultsOf(oracle, tensors);
      trials.push_back(std::move(trial));
    }
  return trials;
}

static bool differs(const Tensor &got, const Tensor &wanted) {
  for (int64_t i = 0; i < got.numElements(); ++i) {
    const double g = got.loadAsDouble(i), w = wanted.loadAsDouble(i);
    if (g != w && !(std::isnan(g) && std::isnan(w)) &&
        !(std::abs(g - w) <= 1e-5 + 1e-4 * std::abs(w)))
      return true;
  }
  return false;
}

/// Whether any run tells that the code is wrong.
static bool isDetected(const Executable &executable,
                       const std::vector<Trial> &trials) {
  for (const Trial &trial : trials) {
    std::vector<Tensor> inputs, outputs;
    for (const Guarded &input : trial.inputs)
      inputs.push_back(input.tensor);
    std::vector<Guarded> results;
    for (const Tensor &wanted : trial.wanted) {
      results.emplace_back(wanted.dtype(), wanted.shape(), 77);
      outputs.push_back(results.back().tensor);
    }
    if (executable.run(inputs, outputs).failed())
      return true;
    for (size_t i = 0; i < results.size(); ++i)
      if (!results[i].isIntact() || differs(outputs[i], trial.wanted[i]))
        return true;
  }
  return false;
}

namespace {
enum class Outcome { Detected, Lives, LivesOnTheSafeSide };
}

/// What becomes of a mutant, in a process of its own.
static Outcome outcomeOf(const Executable &executable,
                         const std::vector<Trial> &trials, int64_t mutant) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGALRM})
      std::signal(signal, SIG_DFL);
    alarm(10);
    chosenMutant = mutant;
    const bool isFound = isDetected(executable, trials);
    _exit(isFound ? 0 : conditionFailed ? 1 : 2);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (!WIFEXITED(status))
    return Outcome::Detected;
  return static_cast<Outcome>(WEXITSTATUS(status));
}

static void check(const Subject &subject) {
  // A process that is forked has one thread.
  setenv("FOVEA_NUM_THREADS", "1", /*overwrite=*/1);
  Diagnostics diagnostics;
  auto program = Program::fromText("t.fov", subject.text, diagnostics);
  Instance instance{subject.function, {}, {}};
  for (const Input &input : subject.inputs)
    instance.inputs.push_back({input.name, std::string(name(input.dtype)),
                               static_cast<unsigned>(input.shape.size())});
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<ir::FoveaDialect>();
  REQUIRE(program);
  auto module = program->instantiate(instance, context, diagnostics);
  INFO(diagnostics.render());
  REQUIRE(module);
  const ir::FuncOp func = *module->getOps<ir::FuncOp>().begin();
  const auto oracle = compiled(createReferenceBackend(), func);
  const std::vector<Trial> trials = trialsOf(subject, *oracle);

  auto emitted = cpu::emitProgram(func);
  REQUIRE(emitted);
  // What is dead, constant or there twice is no fault to find.
  mlir::PassManager cleaner(emitted->context.get());
  cleaner.addPass(mlir::createCanonicalizerPass());
  cleaner.addPass(mlir::createCSEPass());
  REQUIRE(mlir::succeeded(cleaner.run(*emitted->module)));
  std::vector<Mutant> mutants;
  for (auto stage : emitted->module->getOps<mlir::LLVM::LLVMFuncOp>())
    if (!stage.isExternal())
      plantMutants(stage, mutants);
  auto code = cpu::compileEmitted(*std::move(emitted));
  INFO(code.status().text());
  REQUIRE(code);
  const cpu::CpuExecutable executable(signatureOf(func), *std::move(code));

  REQUIRE_FALSE(isDetected(executable, trials));
  std::vector<Equivalent> left = subject.equivalents;
  for (size_t i = 0; i < mutants.size(); ++i) {
    const Mutant &mutant = mutants[i];
    const Outcome outcome =
        outcomeOf(executable, trials, static_cast<int64_t>(i));
    if (outcome == Outcome::Detected ||
        (outcome == Outcome::LivesOnTheSafeSide && mutant.decides))
      continue;
    auto equivalent = llvm::find_if(left, [&](const Equivalent &known) {
      return mutant.what == known.what && mutant.op == known.op &&
             known.most > 0;
    });
    if (equivalent != left.end())
      --equivalent->most;
    else
      FAIL_CHECK("a mutant lives: " << mutant.what << " of " << mutant.text);
  }
}

TEST_CASE("mutants of rows in lanes, with a window") {
  check(
      {"rows",
       R"(
fn rows(q: f32[N, D], x: f32[M, D], v: f32[M, E], w: i64, b: i64) -> (f32[N, E], f32[N], f32[N]) {
  s[i, j] = sum[c](q[i, c] * x[j, c])
  seen[i, j] = j <= i + b and i - j < w
  m[i] = max[j | seen[i, j]](s[i, j])
  z[i] = sum[j | seen[i, j]](exp(s[i, j] - m[i]))
  o[i, e] = sum[j | seen[i, j]](exp(s[i, j] - m[i]) * v[j, e])
  return o, m, z
})",
       {{"q", DType::F32, {"N", "D"}},
        {"x", DType::F32, {"M", "D"}},
        {"v", DType::F32, {"M", "E"}},
        {"w", DType::I64, {}},
        {"b", DType::I64, {}}},
       // Blocks have 60 places in tiles of 6, or 64 in tiles of 8; then come
       // tiles of 4, then single places: all of them in both cases.
       {{{"N", 37}, {"M", 293}, {"D", 3}, {"E", 2}, {"w", 5}, {"b", 0}},
        {{"N", 64}, {"M", 39}, {"D", 3}, {"E", 2}, {"w", 5}, {"b", 0}},
        {{"N", 360}, {"M", 341}, {"D", 3}, {"E", 11}, {"w", 1000}, {"b", 0}},
        {{"N", 360}, {"M", 341}, {"D", 3}, {"E", 13}, {"w", 1000}, {"b", 0}},
        {{"N", 400}, {"M", 341}, {"D", 3}, {"E", 11}, {"w", 40}, {"b", 0}},
        {{"N", 400}, {"M", 341}, {"D", 2}, {"E", 13}, {"w", 40}, {"b", 0}},
        // Of eight places the last one is missing.
        {{"N", 360}, {"M", 327}, {"D", 9}, {"E", 1}, {"w", 1000}, {"b", 0}},
        // Every place of a tile of four is somewhere the greatest.
        {{"N", 300}, {"M", 10}, {"D", 8}, {"E", 1}, {"w", 3000}, {"b", 5000}},
        {{"N", 300}, {"M", 12}, {"D", 8}, {"E", 1}, {"w", 3000}, {"b", 5000}},
        // Rows in two and in three pieces.
        {{"N", 5}, {"M", 2049}, {"D", 1}, {"E", 2}, {"w", 3000}, {"b", 5000}},
        {{"N", 5}, {"M", 3100}, {"D", 1}, {"E", 1}, {"w", 3000}, {"b", 5000}},
        // One place of a block is seen, or one is not.
        {{"N", 241}, {"M", 241}, {"D", 1}, {"E", 1}, {"w", 2}, {"b", 0}},
        {{"N", 257}, {"M", 257}, {"D", 1}, {"E", 1}, {"w", 2}, {"b", 0}},
        {{"N", 241}, {"M", 241}, {"D", 1}, {"E", 1}, {"w", 1000}, {"b", 0}},
        {{"N", 257}, {"M", 257}, {"D", 1}, {"E", 1}, {"w", 1000}, {"b", 0}},
        {{"N", 64}, {"M", 34}, {"D", 1}, {"E", 1}, {"w", 1000}, {"b", 0}},
        {{"N", 100}, {"M", 33}, {"D", 1}, {"E", 1}, {"w", 59}, {"b", 0}},
        {{"N", 100}, {"M", 33}, {"D", 1}, {"E", 1}, {"w", 63}, {"b", 0}},
        // Bounds that would wrap around.
        {{"N", 33}, {"M", 33}, {"D", 1}, {"E", 1}, {"w", most}, {"b", 0}},
        {{"N", 33}, {"M", 33}, {"D", 1}, {"E", 1}, {"w", -most - 1}, {"b", 0}}},
       {Data::Normal, Data::Rising, Data::Falling},
       {{"one more", "arith.subi", 1, "a group more, of rows beyond the last"},
        {"second alone", "arith.minsi", 1, "as many groups of such rows"},
        {"one more", "arith.subi", 1, "a maximum that sees a place twice"},
        {"one less", "arith.subi", 4, "a maximum that sees a place twice"},
        {"bound moved", "arith.cmpi", 1,
         "whether a place was seen, read where all are"},
        {"always the first", "arith.select", 1,
         "whether a piece saw a place, read where all did"},
        {"one more", "arith.addi", 2,
         "a block more, behind the last; all states one further on"},
        {"first alone", "arith.minsi", 1,
         "the last block ends with the axis anyhow"}}});
}

TEST_CASE("mutants of long rows, in lanes within a block") {
  check({"lanes",
         R"(
fn lanes(x: f32[N, M], v: f32[M], w: i64, lo: i64) -> (f32[N], f32[N], f32[N]) {
  seen[i, j] = lo <= j + i and j <= w - i
  m[i] = max[j | seen[i, j]](x[i, j])
  z[i] = sum[j | seen[i, j]](exp(x[i, j] - m[i]))
  o[i] = sum[j | seen[i, j]](exp(x[i, j] - m[i]) * v[j])
  return o, m, z
})",
         {{"x", DType::F32, {"N", "M"}},
          {"v", DType::F32, {"M"}},
          {"w", DType::I64, {}},
          {"lo", DType::I64, {}}},
         {{{"N", 3}, {"M", 45}, {"w", 40}, {"lo", 0}},
          {{"N", 270}, {"M", 287}, {"w", 280}, {"lo", 0}},
          {{"N", 40}, {"M", 45}, {"w", 44}, {"lo", 43}},
          {{"N", 40}, {"M", 45}, {"w", 44}, {"lo", 44}},
          {{"N", 270}, {"M", 287}, {"w", 1000}, {"lo", 270}},
          {{"N", 2}, {"M", 2200}, {"w", 2300}, {"lo", 0}},
          {{"N", 2}, {"M", 2200}, {"w", 20}, {"lo", 0}},
          {{"N", 2}, {"M", 32769}, {"w", 70000}, {"lo", 3}},
          {{"N", 1}, {"M", 50000}, {"w", 40000}, {"lo", 20000}},
          {{"N", 3}, {"M", 45}, {"w", -1}, {"lo", 0}}},
         {Data::Normal, Data::Holes, Data::Rising, Data::Falling},
         {{"always the first", "arith.select", 1,
           "whether a piece saw a place, read where all did"},
          {"one more", "arith.addi", 1, "a block more, behind the last"},
          {"first alone", "arith.minsi", 1,
           "the last block ends with the axis anyhow"}}});
}

TEST_CASE("mutants of elements that are kept where a result goes") {
  check({"kept",
         R"(
fn kept(x: f32[N, M]) -> (f32[N, M], f32[N]) {
  m[i] = max[j](x[i, j])
  z[i] = sum[j](exp(x[i, j] - m[i]))
  y[i, j] = 2 * exp(x[i, j] - m[i])
  return y, z
})",
         {{"x", DType::F32, {"N", "M"}}},
         {{{"N", 3}, {"M", 45}},
          {{"N", 3}, {"M", 0}},
          // Some rows are -inf.
          {{"N", 40}, {"M", 1}},
          // Of so many rows every place is somewhere the greatest.
          {{"N", 1200}, {"M", 130}},
          {{"N", 2}, {"M", 2048}},
          {{"N", 2}, {"M", 2049}},
          // A block with a tail, behind another one.
          {{"N", 2}, {"M", 2109}},
          {{"N", 1}, {"M", 50000}}},
         {Data::Normal, Data::Holes, Data::Rising, Data::Falling},
         {{"bound moved", "arith.cmpi", 1, "a row of one block, computed anew"},
          {"always the second", "arith.select", 1,
           "the state of a whole row, kept among those of pieces"},
          {"one more", "arith.addi", 1, "a block more, behind the last"},
          {"first alone", "arith.minsi", 1,
           "the last block ends with the axis anyhow"},
          {"second alone", "arith.addf", 1,
           "the sum of a first block, before which there is none"}}});
}
