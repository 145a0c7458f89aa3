//===- Claims.cpp - level 1: what a plugin says to clusters ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Levels.h"

using namespace fovea;
using namespace fovea::kit;

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// Whether it answers that a cluster is not for it.
static bool isRefusal(const Answer &answer, const fovea_claim &claim) {
  return answer.code == FOVEA_UNSUPPORTED ||
         (answer.isOk() && claim.kind == FOVEA_CLAIM_NONE);
}

fovea_claim Candidate::claim(Opened &backend, const Manner &manner) const {
  fovea_claim claim{};
  const Answer answer = backend.query(formula->cluster, claim, manner);
  if (answer.code == FOVEA_UNSUPPORTED)
    refuse(answer.error.message);
  need(answer.isOk(), "`query` returns " + answer.text());
  if (claim.kind != FOVEA_CLAIM_NONE)
    return claim;
  need(claim.text[0] != '\0' || claim.reason != FOVEA_REASON_OTHER,
       "`query` claims nothing, and neither its `reason` nor its `text` says "
       "why");
  refuse(claim.text[0] ? std::string(claim.text)
                       : "for reason " + std::to_string(claim.reason) +
                             " (fovea_reason)");
}

bool Candidate::isClaimed() const {
  fovea_claim claim{};
  const Answer answer = plugin.backend()->query(formula->cluster, claim);
  return answer.isOk() && claim.kind != FOVEA_CLAIM_NONE;
}

Compiled &Candidate::exe() {
  if (!compiled) {
    Answer answer;
    compiled = plugin.backend()->compile(formula->cluster, answer);
    need(compiled != nullptr,
         "`compile` returns " + answer.text() + " for what `query` claimed");
  }
  return *compiled;
}

std::shared_ptr<Prepared> Candidate::prepare(std::span<const int64_t> dims,
                                             const Manner &manner) {
  Answer answer;
  auto prepared = exe().prepare(dims, answer, manner);
  if (answer.code == FOVEA_UNSUPPORTED_SHAPE)
    refuse(answer.error.message);
  need(prepared != nullptr, "`prepare` returns " + answer.text());
  return prepared;
}

std::shared_ptr<Candidate>
kit::firstClaimed(Plugin &plugin, const std::vector<Program> &programs) {
  for (const Program &program : programs)
    for (const auto &formula : formulasOf(program)) {
      auto candidate = std::make_shared<Candidate>(plugin, formula);
      if (candidate->isClaimed())
        return candidate;
    }
  refuse("the program is not claimed");
}

std::shared_ptr<Candidate> kit::anyClaimed(Plugin &plugin) {
  for (const auto &programs : {simplePrograms(), formPrograms(), opPrograms()})
    for (const Program &program : programs)
      for (const auto &formula : formulasOf(program)) {
        auto candidate = std::make_shared<Candidate>(plugin, formula);
        if (candidate->isClaimed())
          return candidate;
      }
  return nullptr;
}

/// Whether the sizes make sense, and the reference is done in a moment.
static bool areSound(const Formula &formula, std::span<const int64_t> dims) {
  const auto extents = formula.extents(dims);
  if (!extents)
    return false;
  double places = 1;
  for (int64_t extent : *extents)
    places *= static_cast<double>(std::max<int64_t>(extent, 1));
  return places <= 200000;
}

std::vector<int64_t> kit::someDims(const Formula &formula, int choice) {
  static const std::vector<std::vector<int64_t>> lists = {{1},
                                                          {5, 7, 3, 4, 2},
                                                          {0},
                                                          {3, 0, 2},
                                                          {0, 3, 2},
                                                          {2},
                                                          {17, 33, 4, 3, 2},
                                                          {1, 130, 3, 2},
                                                          {67, 2, 3, 2},
                                                          {4099, 3, 2}};
  const std::vector<int64_t> &list = lists[static_cast<size_t>(choice)];
  std::vector<int64_t> dims;
  for (size_t i = 0; i < formula.cluster.dims.size(); ++i)
    dims.push_back(list[i % list.size()]);
  // Sizes such as N - 1 need larger numbers.
  for (int64_t least = 1; !areSound(formula, dims) && least < 5; ++least)
    for (int64_t &dim : dims)
      dim = std::clamp<int64_t>(dim, least, 8);
  return dims;
}

std::vector<int64_t> kit::longDims(const plugin::Cluster &cluster, int64_t n) {
  std::vector<int64_t> dims;
  for (const fovea_dim &dim : cluster.dims) {
    const std::string name = cluster.string(dim.name);
    dims.push_back(name == "D" || name == "E" ? 4 : name == "K" ? n / 4 : n);
  }
  return dims;
}

int64_t kit::storedElements(const Formula &formula,
                            std::span<const int64_t> dims) {
  const std::vector<int64_t> extents = *formula.extents(dims);
  int64_t total = 0;
  for (const fovea_op &op : formula.cluster.ops) {
    int64_t count = op.flags & FOVEA_OP_STORED ? 1 : 0;
    for (uint32_t axis : formula.cluster.list(op.axes))
      count *= extents[axis];
    total += count;
  }
  return total;
}

//===----------------------------------------------------------------------===//
// Level 1
//===----------------------------------------------------------------------===//

/// The cluster with something in it that only a newer host knows.
static void checkUnknown(const Candidate &candidate) {
  auto needRefused = [&](const char *what, const plugin::Cluster &cluster) {
    fovea_claim claim{};
    const Answer answer = candidate.plugin.backend()->query(cluster, claim);
    need(!answer.isOk() || claim.kind == FOVEA_CLAIM_NONE,
         std::string("`query` claims a cluster with ") + what +
             ", which is of a later version");
    need(isRefusal(answer, claim) || answer.code == FOVEA_INVALID_ARGUMENT,
         "`query` returns " + answer.text() + " for a cluster with " + what +
             "; FOVEA_OK with FOVEA_CLAIM_NONE, or FOVEA_UNSUPPORTED, is "
             "needed");
  };
  plugin::Cluster cluster = candidate.formula->cluster;
  cluster.ops.back().opcode = 9999;
  needRefused("opcode 9999", cluster);
  cluster = candidate.formula->cluster;
  cluster.ops.back().dtype = 99;
  cluster.outputs.back().dtype = 99;
  needRefused("dtype 99", cluster);
  cluster = candidate.formula->cluster;
  for (fovea_accumulator &accumulator : cluster.accumulators)
    accumulator.join = 77;
  for (fovea_op &op : cluster.ops)
    if (op.opcode == FOVEA_OP_REDUCE)
      op.selector = 77;
  if (hashOf(cluster) != hashOf(candidate.formula->cluster))
    needRefused("join 77", cluster);
}

bool kit::checkClaims(Candidate &candidate, Recorder &recorder,
                      const std::string &prefix) {
  const bool isClaimed = recorder.test(1, prefix + queryTest, [&] {
    Plugin &plugin = candidate.plugin;
    Answer answer;
    auto other = plugin.open(answer);
    need(other != nullptr, "`open` returns " + answer.text());
    fovea_claim claims[3] = {};
    const Answer answers[] = {
        plugin.backend()->query(candidate.formula->cluster, claims[0]),
        plugin.backend()->query(candidate.formula->cluster, claims[1]),
        other->query(candidate.formula->cluster, claims[2])};
    for (int i : {1, 2})
      need(answers[i].code == answers[0].code &&
               claims[i].kind == claims[0].kind &&
               claims[i].sizes == claims[0].sizes,
           std::string("`query` answers ") +
               (i == 1 ? "the second time" : "from another backend") +
               " something else than the first time");
    candidate.claim(*plugin.backend());
  });
  if (!isClaimed)
    return false;
  recorder.test(1, prefix + "what a later version adds is refused",
                [&] { checkUnknown(candidate); });
  return recorder.test(1, prefix + compileTest, [&] { candidate.exe(); });
}
