//===- Saving.cpp - level 4: saved bytes ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Levels.h"

#include <unistd.h>

using namespace fovea;
using namespace fovea::kit;

/// A text with its length before it, in a file that two children share.
static void put(int file, const std::string &text) {
  const uint64_t length = text.size();
  need(write(file, &length, sizeof length) == sizeof length &&
           write(file, text.data(), length) == static_cast<ssize_t>(length),
       "the kit cannot keep the saved bytes");
}

static std::string get(int file, off_t &at) {
  uint64_t length = 0;
  if (pread(file, &length, sizeof length, at) != sizeof length)
    refuse("nothing was saved");
  std::string text(length, '\0');
  at += sizeof length;
  need(pread(file, text.data(), length, at) == static_cast<ssize_t>(length),
       "the kit cannot read the saved bytes");
  at += static_cast<off_t>(length);
  return text;
}

static std::string bitsOf(const Problem &problem) {
  std::string bits;
  for (const Array &output : problem.outputs) {
    const Tensor &tensor = output.tensor();
    forEachOffset(tensor, [&](int64_t at) {
      bits.append(static_cast<const char *>(tensor.address(at)),
                  sizeOf(tensor.dtype()));
    });
  }
  return bits;
}

static std::string solveWith(Candidate &candidate, Compiled &exe,
                             int64_t size) {
  Answer answer;
  auto prepared = exe.prepare(someDims(*candidate.formula, size), answer);
  need(prepared != nullptr, "`prepare` returns " + answer.text());
  auto problem = makeProblem(*candidate.formula, prepared, Values::Normal,
                             Layout::Dense, 95);
  solve(*problem);
  return bitsOf(*problem);
}

void kit::checkSaving(Plugin &plugin, Recorder &recorder,
                      const Program &program, int file) {
  recorder.test(4, "saves", [&] {
    const bool saves = plugin.table().save, loads = plugin.table().load;
    need(saves == loads, std::string("it has `") + (saves ? "save" : "load") +
                             "`, but no `" + (saves ? "load" : "save") + "`");
    if (!saves)
      refuse("it saves nothing, which is optional");
    auto candidate = firstClaimed(plugin, {program});
    // One size is prepared when it is saved, another is not.
    std::string bytes, bits = solveWith(*candidate, candidate->exe(), 6);
    const Answer answer = candidate->exe().save(bytes);
    need(answer.isOk(), "`save` returns " + answer.text());
    bits += solveWith(*candidate, candidate->exe(), 7);
    put(file, bytes);
    put(file, bits);
  });
}

void kit::checkLoading(Plugin &plugin, Recorder &recorder,
                       const Program &program, int file) {
  recorder.test(4, "loads in another process and gives the same bits", [&] {
    off_t at = 0;
    const std::string bytes = get(file, at), bits = get(file, at);
    auto candidate = firstClaimed(plugin, {program});
    Answer answer;
    auto exe =
        plugin.backend()->load(candidate->formula->cluster, bytes, answer);
    need(exe != nullptr, "`load` returns " + answer.text());
    need(solveWith(*candidate, *exe, 6) + solveWith(*candidate, *exe, 7) ==
             bits,
         "what is loaded gives other bits than what was compiled");
  });
}
