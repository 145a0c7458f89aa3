//===- Interface.cpp - level 0: tables, versions, sizes of structs --------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Levels.h"

#include <cstddef>

using namespace fovea;
using namespace fovea::kit;

// The tests without a Manner are those of a host of version 1.0, as long as
// this is the last field of each struct. Who appends one teaches `Manner` to be
// older as well.
#define FOVEA_KIT_ENDS(type, field)                                            \
  static_assert(sizeof(type) == offsetof(type, field) + sizeof(type::field))
FOVEA_KIT_ENDS(fovea_host, match);
FOVEA_KIT_ENDS(fovea_open_request, extensions);
FOVEA_KIT_ENDS(fovea_cluster, text);
FOVEA_KIT_ENDS(fovea_claim, text);
FOVEA_KIT_ENDS(fovea_prepare_request, extensions);
FOVEA_KIT_ENDS(fovea_prepared, needs_stride);
FOVEA_KIT_ENDS(fovea_run_request, extensions);
#undef FOVEA_KIT_ENDS

/// Kinds that no version has.
static constexpr uint32_t noKind = 0x7ffffff0;

static fovea_extension unknownExtension(uint32_t required,
                                        const fovea_extension *next = nullptr) {
  return {sizeof(fovea_extension), FOVEA_PLUGIN_VERSION, noKind, required,
          next};
}

static void needCode(const char *what, const Answer &answer, fovea_code code) {
  need(answer.code == code, std::string("`") + what + "` returns " +
                                answer.text() + "; " + nameOfCode(code) +
                                " is needed");
}

static void checkOpening(Plugin &plugin, Recorder &recorder) {
  auto opens = [&](const Manner &manner) {
    Answer answer;
    auto backend = plugin.open(answer, manner);
    needCode("open", answer, FOVEA_OK);
    return backend;
  };
  auto refuses = [&](const Manner &manner, fovea_code code,
                     std::span<const plugin::Option> options = {}) {
    Answer answer;
    plugin.open(answer, manner, options);
    needCode("open", answer, code);
  };
  recorder.test(0, "opens and closes again and again", [&] {
    for (int i = 0; i < 10; ++i)
      opens({});
    auto first = opens({}), second = opens({});
    first.reset();
    auto third = opens({});
  });
  recorder.test(0, "an unknown option is refused", [&] {
    const plugin::Option unknown[] = {{"no-such-option", "1"}};
    refuses({}, FOVEA_INVALID_ARGUMENT, unknown);
  });
  recorder.test(0, "open: an unknown extension is ignored", [&] {
    const fovea_extension last = unknownExtension(0),
                          first = unknownExtension(0, &last);
    opens({.extensions = &first});
  });
  recorder.test(0, "open: an unknown extension that is required is refused",
                [&] {
                  const fovea_extension last = unknownExtension(1),
                                        first = unknownExtension(0, &last);
                  refuses({.extensions = &first}, FOVEA_UNSUPPORTED);
                });
  recorder.test(0, "open: a newer host's longer structs are taken", [&] {
    opens({.growth = 16});
    opens({.growth = 64});
  });
  recorder.test(0, "open: a longer request that asks for more is refused", [&] {
    refuses({.growth = 16, .asksMore = true}, FOVEA_UNSUPPORTED);
  });
}

/// The same of the calls that need a cluster.
static void checkCluster(Plugin &plugin, Recorder &recorder) {
  std::shared_ptr<Candidate> candidate;
  bool isLookedFor = false;
  auto ready = [&]() -> Candidate & {
    if (!std::exchange(isLookedFor, true))
      candidate = anyClaimed(plugin);
    if (!candidate)
      refuse("no program of the kit is claimed");
    return *candidate;
  };
  auto dims = [&] { return someDims(*ready().formula, 1); };
  recorder.test(0, "a newer host's longer cluster means the same", [&] {
    const Manner newer = {.growth = 16};
    Answer answer;
    auto backend = plugin.open(answer, newer);
    needCode("open", answer, FOVEA_OK);
    const fovea_claim old = ready().claim(*plugin.backend());
    fovea_claim now{};
    answer = backend->query(ready().formula->cluster, now, newer);
    need(
        answer.isOk() && old.kind == now.kind && old.sizes == now.sizes,
        "`query` gives another answer for a cluster whose elements are longer: "
        "step by the stride of a span (FOVEA_AT), not by sizeof");
    auto exe = backend->compile(ready().formula->cluster, answer, newer);
    needCode("compile", answer, FOVEA_OK);
    auto prepared = exe->prepare(dims(), answer, newer);
    needCode("prepare", answer, FOVEA_OK);
    solve(*makeProblem(*ready().formula, prepared, Values::Normal,
                       Layout::Dense, 3),
          newer);
  });
  const Manner more = {.growth = 16, .asksMore = true};
  recorder.test(0, "query: a longer cluster that says more is refused", [&] {
    fovea_claim claim{};
    needCode("query",
             plugin.backend()->query(ready().formula->cluster, claim, more),
             FOVEA_UNSUPPORTED);
  });
  recorder.test(0, "compile: a longer cluster that says more is refused", [&] {
    Answer answer;
    plugin.backend()->compile(ready().formula->cluster, answer, more);
    needCode("compile", answer, FOVEA_UNSUPPORTED);
  });
  recorder.test(0, "prepare: an unknown extension is ignored", [&] {
    const fovea_extension extension = unknownExtension(0);
    Answer answer;
    ready().exe().prepare(dims(), answer, {.extensions = &extension});
    needCode("prepare", answer, FOVEA_OK);
  });
  recorder.test(
      0, "prepare: an unknown extension that is required is refused", [&] {
        const fovea_extension extension = unknownExtension(1);
        Answer answer;
        ready().exe().prepare(dims(), answer, {.extensions = &extension});
        needCode("prepare", answer, FOVEA_UNSUPPORTED);
      });
  recorder.test(0, "prepare: a longer request that asks for more is refused",
                [&] {
                  Answer answer;
                  ready().exe().prepare(dims(), answer, more);
                  needCode("prepare", answer, FOVEA_UNSUPPORTED);
                });
  auto run = [&](const Manner &manner, fovea_code code) {
    auto problem = makeProblem(*ready().formula, ready().prepare(dims()),
                               Values::Normal, Layout::Dense, 4);
    Guarded workspace = problem->prepared->workspace();
    needCode("run",
             problem->prepared->run(problem->in(), problem->out(), workspace,
                                    nullptr, manner),
             code);
  };
  recorder.test(0, "run: an unknown extension is ignored", [&] {
    const fovea_extension extension = unknownExtension(0);
    run({.extensions = &extension}, FOVEA_OK);
  });
  recorder.test(0, "run: an unknown extension that is required is refused",
                [&] {
                  const fovea_extension extension = unknownExtension(1);
                  run({.extensions = &extension}, FOVEA_UNSUPPORTED);
                });
  recorder.test(0, "run: a longer request that asks for more is refused",
                [&] { run(more, FOVEA_UNSUPPORTED); });
}

void kit::checkInterface(Plugin &plugin, Recorder &recorder) {
  checkOpening(plugin, recorder);
  checkCluster(plugin, recorder);
}
