//===- Certify.cpp - laws and comparison with what was written ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/ReferenceBackend.h"
#include "tools/certificate/Agreement.h"
#include "tools/certificate/Describe.h"
#include "tools/certificate/Laws.h"
#include "tools/certificate/Trials.h"
#include "tools/certificate/Widen.h"

using namespace fovea;
using namespace fovea::certificate;

using Program = std::unique_ptr<Executable>;

static Expected<Program> compile(ir::FuncOp func,
                                 const ReferenceOptions &options) {
  Expected<std::unique_ptr<Backend>> backend = createReferenceBackend(options);
  if (!backend)
    return backend.status();
  return (*backend)->compile(func);
}

namespace {
struct Split {
  std::string name;
  FoldSchedule schedule;
};

class Certifier {
public:
  Certifier(ir::FuncOp written, ir::FuncOp folded, uint64_t seed)
      : written(widened(written)), folded(widened(folded)),
        trials(*this->folded, seed) {}

  Expected<Certificate> run() {
    Certificate certificate;
    auto folds = folded->getBody().getOps<ir::FoldOp>();
    unsigned number = 0;
    for (ir::FoldOp fold : folds) {
      FoldCertificate &one = certificate.folds.emplace_back(described(fold));
      if (Status status = checkLaws(fold, number++, one); status.failed())
        return status;
    }
    if (Status status = compareWithWritten(certificate); status.failed())
      return status;
    return certificate;
  }

private:
  /// Calls `check` with inputs of every size. It says whether it could evaluate
  /// them; other integers are tried where it could not.
  template <class Check> void forTrials(Numbers numbers, Check check) {
    for (size_t size = 0; size < trials.sizes(); ++size)
      for (size_t choice = 0; choice < rounds; ++choice) {
        const Bools bools = static_cast<Bools>((size + choice) % 4);
        for (Integers integers :
             {Integers::Small, Integers::Zero, Integers::Wide}) {
          std::optional<Trial> trial =
              trials.make(size, numbers, bools, integers);
          if (trial && check(*trial))
            break;
        }
      }
  }

  Status checkLaws(ir::FoldOp fold, unsigned number, FoldCertificate &into) {
    Laws laws = lawsOf(*folded, number);
    Expected<Oracle> oracle = Oracle::make(*laws.func);
    if (!oracle)
      return oracle.status();
    for (const std::string &text : lawTexts)
      into.laws.push_back({.name = text});
    for (const auto &[numbers, text] : allNumbers)
      if (numbers < Numbers::MinusInfinities)
        forTrials(numbers, [&](Trial &trial) {
          return checkLaws(fold, laws, *oracle, trial, text, into);
        });
    for (size_t number = lawTexts.size(); number-- > 0;)
      if (llvm::none_of(laws.laws,
                        [&](const Law &law) { return law.number == number; }))
        into.laws.erase(into.laws.begin() + static_cast<ptrdiff_t>(number));
    return Status::ok();
  }
  bool checkLaws(ir::FoldOp fold, const Laws &laws, const Oracle &oracle,
                 const Trial &trial, const std::string &numbers,
                 FoldCertificate &into) {
    std::vector<Tensor> inputs;
    for (int set = 0; set < 3; ++set)
      inputs.push_back(trials.places(fold.getAxes(), trial));
    inputs.insert(inputs.end(), trial.inputs.begin(), trial.inputs.end());
    Expected<Rounded> results = oracle.run(inputs);
    if (!results)
      return false;
    for (const Law &law : laws.laws)
      compare(results->best()[law.left], *results, law.right, NotFinite::Exact,
              "S" + std::to_string(law.accumulator) + ", " + numbers + ", " +
                  trial.text,
              into.laws[law.number]);
    return true;
  }

  Status compareWithWritten(Certificate &certificate) {
    Expected<Oracle> oracle = Oracle::make(*written);
    if (!oracle)
      return oracle.status();
    for (const Split &split : splits()) {
      Expected<Program> program = compile(*folded, {.folds = split.schedule});
      if (!program)
        return program.status();
      programs.push_back({split.name, *std::move(program)});
    }
    for (const auto &[numbers, text] : allNumbers) {
      CertificateCheck &check =
          certificate.endToEnd.emplace_back(CertificateCheck{.name = text});
      const NotFinite notFinite = numbers < Numbers::MinusInfinities
                                      ? NotFinite::Exact
                                      : NotFinite::Alike;
      forTrials(numbers, [&](Trial &trial) {
        return compareWithWritten(*oracle, trial, notFinite, check);
      });
      if (check.compared + check.skipped == 0 && !check.failure)
        check.failure = "no input could be evaluated: " + refusal;
    }
    return Status::ok();
  }
  bool compareWithWritten(const Oracle &oracle, const Trial &trial,
                          NotFinite notFinite, CertificateCheck &check) {
    Expected<Rounded> wanted = oracle.run(trial.inputs);
    if (!wanted) {
      refusal = wanted.status().text(); // an index out of range, mostly
      return false;
    }
    for (size_t i = 0; i < splitsATrial; ++i) {
      const auto &[name, program] = programs[next++ % programs.size()];
      const std::string where = trial.text + ", " + name;
      Expected<std::vector<Tensor>> got = program->run(trial.inputs);
      if (!got) {
        if (!check.failure)
          check.failure = where + ": " + got.status().text();
        continue;
      }
      for (size_t r = 0; r < got->size(); ++r)
        compare((*got)[r], *wanted, r, notFinite,
                where + ": `" + program->signature().results[r].name + "`",
                check);
    }
    return true;
  }

  static std::vector<Split> splits() {
    const std::pair<const char *, FoldSchedule::Cuts> cuts[] = {
        {"one block", cutNowhere()},
        {"blocks of 1", cutEvery(1)},
        {"random blocks", cutAtRandom(1)},
        {"other random blocks", cutAtRandom(2)},
        {"blocks of 64", cutEvery(64)}};
    std::vector<Split> all;
    for (const auto &[name, cut] : cuts) {
      all.push_back({std::string(name) + " by steps",
                     {cut, FoldSchedule::Joining::Step}});
      all.push_back({std::string(name) + " combined",
                     {cut, FoldSchedule::Joining::Combine}});
    }
    return all;
  }

  /// So often every size is tried with every kind of numbers.
  static constexpr size_t rounds = 2;
  /// Of all splits so many are tried on one input, in turn.
  static constexpr size_t splitsATrial = 4;

  mlir::OwningOpRef<ir::FuncOp> written, folded;
  Trials trials;
  std::vector<std::pair<std::string, Program>> programs;
  size_t next = 0;
  /// Why the formula as written could not be evaluated last.
  std::string refusal = "no sizes satisfy its requirements";
};
} // namespace

Expected<Certificate> fovea::certify(ir::FuncOp written, ir::FuncOp folded,
                                     uint64_t seed) {
  return Certifier(written, folded, seed).run();
}
