//===- generate-main.cpp - fovea-generate ---------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The differential tester: random programs on the cpu backend and on the
// reference. Exit status 1 if any of them differ, 2 for a wrong command line.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Generator.h"
#include "tests/generate/Inputs.h"
#include "tests/generate/Keep.h"
#include "tests/generate/Print.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>

using namespace fovea;
using namespace fovea::generate;

static const char *const usage =
    R"(usage: fovea-generate [--count N] [--seed S|date] [--first I] [--keep DIR]
                      [--seconds T] [--shrink T] [--print] [--chains]
                      [--tested cpu|step|combine]

Runs N random programs on the cpu backend and on the reference and compares.
  --count N    how many programs (500)
  --seed S     which ones; `date` for others every day (1)
  --first I    begins with program number I of that seed (0)
  --keep DIR   writes failures as DIR/SEED-I.fov, with their inputs
  --seconds T  stops after that time (no limit)
  --shrink T   makes each failure smaller, for T seconds at most (10)
  --print      shows the programs and runs nothing
  --chains     every program has a chain of dependent reductions
  --tested T   what is compared with the reference: the cpu backend (cpu), or
               the reference on derived folds, in random blocks that a state
               steps over (step) or whose states are combined (combine)
)";

namespace {
struct Options {
  uint64_t count = 500, seed = 1, first = 0;
  std::string keep;
  double seconds = 0, shrink = 10;
  bool print = false, chains = false;
  Tested tested = Tested::Cpu;
};

class Tester {
public:
  Tester(const Options &options, std::unique_ptr<Lab> lab)
      : options(options), lab(std::move(lab)) {}
  bool run();

private:
  void test(uint64_t index);
  void fail(Failure failure, uint64_t index);

  const Options &options;
  std::unique_ptr<Lab> lab;
  uint64_t programs = 0;
  int64_t elements = 0, telling = 0;
  Lab::Folds folds;
  std::map<Verdict, uint64_t> counts;
};
} // namespace

/// Inputs, of different sizes, that each program is run on.
static constexpr int runsEach = 3;
/// Programs after which memory is given back.
static constexpr uint64_t refreshEvery = 100;

static uint64_t seedOf(const Options &options, uint64_t index) {
  return options.seed * 1000003 + index;
}

void Tester::fail(Failure failure, uint64_t index) {
  std::string name = std::to_string(options.seed) + "-" + std::to_string(index);
  // Known before the shrinking, should that crash.
  std::printf("\nfailure %s: %s\n", name.c_str(),
              failure.judgement.message.c_str());
  std::fflush(stdout);
  if (options.shrink > 0)
    failure = shrink(*lab, std::move(failure), options.shrink);
  std::printf("%s\n%s%s\n", failure.judgement.message.c_str(),
              print(failure.program).c_str(), describeInputs(failure).c_str());
  static const char *const tested[] = {"", " --tested step",
                                       " --tested combine"};
  std::printf("again: fovea-generate --seed %llu --first %llu --count 1%s%s\n",
              static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(index),
              options.chains ? " --chains" : "",
              tested[static_cast<size_t>(options.tested)]);
  if (!options.keep.empty()) {
    Expected<std::string> command = keep(failure, options.keep, name);
    std::printf("%s\n",
                command ? command->c_str() : command.status().text().c_str());
  }
  std::fflush(stdout);
}

void Tester::test(uint64_t index) {
  uint64_t seed = seedOf(options, index);
  Case program = generate::generate(seed, options.chains);
  Pair pair;
  for (int run = 0; run < runsEach; ++run) {
    uint64_t inputSeed = seed * runsEach + static_cast<uint64_t>(run);
    Sizes sizes = randomSizes(program, inputSeed);
    std::vector<Tensor> inputs = randomInputs(program, sizes, inputSeed);
    Judgement judgement{Verdict::Agree};
    if (run == 0) {
      pair = generate::compile(*lab, program, inputs, judgement);
      if (auto counted =
              lab->countFolds(print(program), program.entry, inputs)) {
        folds.fused += counted->fused;
        folds.refused += counted->refused;
      }
    }
    if (pair.tested)
      judgement = judge(*lab, program, pair, inputs);
    ++counts[judgement.verdict];
    elements += judgement.elements;
    telling += judgement.telling;
    if (judgement.verdict < Verdict::Rejected)
      continue;
    fail({program, sizes, inputs, judgement}, index);
    return;
  }
}

bool Tester::run() {
  std::time_t start = std::time(nullptr);
  std::printf("seed %llu, %llu programs from number %llu\n",
              static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(options.count),
              static_cast<unsigned long long>(options.first));
  for (; programs < options.count; ++programs) {
    if (options.seconds > 0 &&
        std::difftime(std::time(nullptr), start) >= options.seconds)
      break;
    if (programs % refreshEvery == refreshEvery - 1)
      lab->refresh();
    test(options.first + programs);
  }
  auto count = [&](Verdict verdict) {
    return static_cast<unsigned long long>(counts[verdict]);
  };
  std::printf("%llu programs: %llu runs agree, %llu more within their "
              "sensitivity, %llu are not finite as a reduction is not, "
              "%llu end in an error on both sides; "
              "%llu differ, %llu rejected, %llu refused\n",
              static_cast<unsigned long long>(programs), count(Verdict::Agree),
              count(Verdict::Sensitive), count(Verdict::Degenerate),
              count(Verdict::BothFail), count(Verdict::Differ),
              count(Verdict::Rejected), count(Verdict::Refused));
  std::printf("%lld elements compared, %lld of them finite and not 0\n",
              static_cast<long long>(elements),
              static_cast<long long>(telling));
  std::printf("%llu chains fused, %llu reductions refused\n",
              static_cast<unsigned long long>(folds.fused),
              static_cast<unsigned long long>(folds.refused));
  // Of so many programs some must have told something.
  const bool tells = programs < 50 || (count(Verdict::Agree) > programs &&
                                       telling > 0 && folds.fused > 0);
  if (!tells)
    std::printf("these programs test next to nothing\n");
  return tells && count(Verdict::Differ) + count(Verdict::Rejected) +
                          count(Verdict::Refused) ==
                      0;
}

/// A number for today.
static uint64_t dateSeed() {
  std::time_t now = std::time(nullptr);
  std::tm today = *std::gmtime(&now);
  return static_cast<uint64_t>(today.tm_year + 1900) * 10000 +
         static_cast<uint64_t>(today.tm_mon + 1) * 100 +
         static_cast<uint64_t>(today.tm_mday);
}

static bool parse(int argc, char **argv, Options &options) {
  for (int i = 1; i < argc; ++i) {
    std::string option = argv[i];
    if (option == "--print" || option == "--chains") {
      (option == "--print" ? options.print : options.chains) = true;
      continue;
    }
    if (++i >= argc)
      return false;
    const char *value = argv[i];
    if (option == "--count")
      options.count = std::strtoull(value, nullptr, 10);
    else if (option == "--seed")
      options.seed = std::strcmp(value, "date") == 0
                         ? dateSeed()
                         : std::strtoull(value, nullptr, 10);
    else if (option == "--first")
      options.first = std::strtoull(value, nullptr, 10);
    else if (option == "--keep")
      options.keep = value;
    else if (option == "--seconds")
      options.seconds = std::atof(value);
    else if (option == "--tested" && !std::strcmp(value, "cpu"))
      options.tested = Tested::Cpu;
    else if (option == "--tested" && !std::strcmp(value, "step"))
      options.tested = Tested::FoldsByStep;
    else if (option == "--tested" && !std::strcmp(value, "combine"))
      options.tested = Tested::FoldsByCombine;
    else if (option == "--shrink")
      options.shrink = std::atof(value);
    else
      return false;
  }
  return true;
}

int main(int argc, char **argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(usage, stderr);
    return 2;
  }
  for (uint64_t i = 0; options.print && i < options.count; ++i)
    std::printf("# %llu\n%s\n",
                static_cast<unsigned long long>(options.first + i),
                print(generate::generate(seedOf(options, options.first + i),
                                         options.chains))
                    .c_str());
  if (options.print)
    return 0;
  Expected<std::unique_ptr<Lab>> lab = Lab::make(options.tested, options.seed);
  if (!lab) {
    std::fprintf(stderr, "%s\n", lab.status().text().c_str());
    return 1;
  }
  return Tester(options, *std::move(lab)).run() ? 0 : 1;
}
