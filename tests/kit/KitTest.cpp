//===- KitTest.cpp - the conformance kit ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/tools/Embedded.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fovea::tests;

namespace {
struct Report {
  fovea_code code;
  bool passed;
  std::string text;
};

Report check(const std::string &backend, int level, const char *form = "text") {
  CallPtr call = newCall();
  fovea_error error = FOVEA_ERROR_INIT;
  int32_t passed = -1;
  const fovea_code code = fovea_plugin_check(backend.c_str(), level, form,
                                             call.get(), &passed, &error);
  return {code, passed == 1,
          code == FOVEA_OK ? fovea_call_text(call.get()) : error.message};
}

/// A plugin of tests/kit/broken. Nobody else may write to it, since nothing
/// else is loaded.
std::string built(const std::string &name) {
  const std::filesystem::path path =
      std::filesystem::path(BROKEN_PLUGINS) / ("kit_" + name + ".so");
  std::filesystem::permissions(path,
                               std::filesystem::perms::group_write |
                                   std::filesystem::perms::others_write,
                               std::filesystem::perm_options::remove);
  return path;
}

/// Whether this process still computes, on that backend.
bool computes(const std::string &backend) {
  ProgramPtr program = parse("fn f(x: f32[N], y: f32[N]) {\n"
                             "  r[n] = x[n] * y[n] + x[n]\n  return r\n}\n");
  ExePtr exe =
      compile(program.get(), "f", {{"x", FOVEA_F32, 1}, {"y", FOVEA_F32, 1}},
              backend.c_str());
  if (!exe)
    return false;
  float x[] = {1, 2, 3}, y[] = {4, 5, 6}, r[3] = {};
  const int64_t shape[] = {3}, strides[] = {1};
  auto tensor = [&](float *data) {
    return fovea_host_tensor(data, sizeof x, FOVEA_F32, 1, shape, strides);
  };
  const fovea_tensor in[] = {tensor(x), tensor(y)}, out[] = {tensor(r)};
  return fovea_run(exe.get(), nullptr, in, 2, out, 1, sizeof(fovea_tensor),
                   nullptr) == FOVEA_OK &&
         r[0] == 5 && r[2] == 21;
}
} // namespace

TEST_CASE("our backends conform") {
  for (const char *name : {"cpu", "reference"}) {
    const Report report = check(name, 4);
    INFO(report.text);
    CHECK(report.code == FOVEA_OK);
    CHECK(report.passed);
  }
}

TEST_CASE("small, new and old plugins conform") {
  for (const char *name :
       {"right", "newer_minor", "sdk_newer", "no_text", "v1_0"}) {
    const Report report = check(built(name), 4);
    INFO(report.text);
    CHECK(report.code == FOVEA_OK);
    CHECK(report.passed);
    CHECK(computes(built(name)));
  }
}

TEST_CASE("what is wrong with a plugin is found, and nothing else suffers") {
  // There is another thread than the one that calls.
  setenv("FOVEA_NUM_THREADS", "2", 1);
  struct Broken {
    const char *name;
    int level;
    const char *text;
  };
  const Broken list[] = {
      {"wrong_major", 0,
       "is built for version 2.0 of the plugin interface; this Fovea needs "
       "version 1.x"},
      {"ignores_required", 0,
       "`open` returns FOVEA_OK; FOVEA_UNSUPPORTED is needed"},
      {"small_table", 0, "has a table of 40 bytes; version 1.0 has at least"},
      {"no_run", 0, "has no `run`, which is not optional"},
      {"throws", 1,
       "`query` threw an exception; it has to catch it and return a code"},
      {"garbage_status", 0, "`run` returns 4711, which is no fovea_code"},
      {"stores_scores", 3,
       "as many as the scores that fusion avoids; claim "
       "FOVEA_CLAIM_DECOMPOSED"},
      {"out_of_bounds", 2, "byte after its end"},
      {"wrong_numbers", 2, "is right"},
      {"loses_coordinates", 2,
       "L2 an axis that is summed, and read again, sizes:"},
      {"sums_in_f32", 2, "L2 long sums, a row of millions, summed"},
      {"leaks_threads", 3, "a thread is left by every open and close"},
      // It holds whatever is open, for ever: nobody waits for that.
      {"leaks_processes", 3, "a process is left by every open and close"},
      {"ignores_offsets", 2, "L2 add and multiply, sizes:"},
      {"shares_scratch", 3,
       ", several instances in many threads, beside `compile`"},
      {"cancels_others", 3, ", one instance in many threads"},
      {"rounds_on_workers", 0,
       "`run` changes the rounding mode from to nearest to downwards on a "
       "thread of the host"},
      {"instance_scores", 3,
       "as many as the scores that fusion avoids; claim "
       "FOVEA_CLAIM_DECOMPOSED"},
      {"leaks_files", 3, "`open` and `close` leaves a file open, each time"},
      {"changes_rounding", 0,
       "`run` changes the rounding mode from to nearest to towards zero"},
      {"hangs", 0, "hangs: no answer after 15 s in `run`"},
      {"crashes", 0, "crashed: SIGABRT in `run`"},
      {"prints", 0, "something is written to stdout"},
      {"exits", 0, "called `exit` in `run`"},
      {"exits_at_once", 0, "ended the process with status 0 in `run`"},
      {"crashes_on_load", 0,
       "L0 library, loads\n      crashed: SIGSEGV in `dlopen`"},
      {"crashes_in_entry", 0,
       "L0 library, loads\n      crashed: SIGABRT in `fovea_plugin_entry`"},
      {"exits_in_entry", 0, "called `exit` in `fovea_plugin_entry`"},
      {"crashes_in_entry", 2, "L1 claims      not run"},
      {"prints_on_load", 0, "something is written to stdout"},
      {"closes_stdout", 0, "`open` changes which file stdout is"},
      {"changes_process", 0,
       "`run` changes the working directory, what happens on SIGSEGV, which "
       "file stderr is, the umask, the locale; it has to leave"},
      {"forks", 0, "`open` forks, and the copy comes back"},
      {"forks_and_exits", 0, "`open` forks, and the copy comes back"},
      {"crashes_at_end", 3,
       "a process that has used it ends\n      crashed: SIGABRT in `exit`"},
      {"prints_at_end", 3, "a process that has used it ends\n      something"},
      {"vast_workspace", 0,
       "`prepare` wants a workspace of 1125899906842624 bytes, which cannot be "
       "had"},
      {"changes_its_mind", 1, "`query` answers the second time"},
      {"writes_inputs", 0, "it writes to input `"},
      {"steps_by_sizeof", 0, "for a cluster whose elements are longer"},
      {"loads_others", 4, "gives other bits than what was compiled"},
      {"claims_nothing", 1, "programs of the kit: nothing was shown"},
      {"fails_compile", 1, "programs that it claims: nothing was shown"},
      {"fails_compile", 1, "there is \\x1b[2J no compiler"},
      {"takes_no_sizes", 2, "programs that it compiles: nothing was shown"},
      {"leaks_exes", 3, "`compile` and `exe_free` leaves"},
      {"leaks_instances", 3, "`prepare` and `instance_free` leaves"},
      {"leaks_pages", 3, "`run` leaves 16384 bytes behind"},
      {"never_asks", 3, "it has to ask fovea_host::cancelled often enough"},
      {"ignores_tail", 0,
       "`query` returns FOVEA_OK; FOVEA_UNSUPPORTED is needed"},
      {"steps_needs", 0, "`prepare` writes beyond a fovea_needs"},
      {"no_reason", 1, "neither its `reason` nor its `text` says why"},
  };
  for (const Broken &broken : list) {
    INFO(broken.name);
    const Report report = check(built(broken.name), broken.level);
    INFO(report.text);
    CHECK(report.code == FOVEA_OK);
    CHECK_FALSE(report.passed);
    CHECK(report.text.find(broken.text) != std::string::npos);
    CHECK(computes(built("right")));
    CHECK(computes("cpu"));
  }
}

TEST_CASE("each group has crashes of its own") {
  const std::string text = check(built("crashes"), 2, "json").text;
  auto count = [&](const std::string &what) {
    size_t all = 0;
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at)
      ++all;
    return all;
  };
  INFO(text);
  // Three of a group, and what it did not come to; twelve in all.
  CHECK(count("crashed: SIGABRT in `run`") == 12);
  CHECK(count("\"the rest\"") == 4);
}

TEST_CASE("crashes are counted where they belong") {
  const std::string plugin = built("crashes_in_query");
  const std::string text = check(plugin, 4).text;
  INFO(text);
  CHECK(text.find("claims 0 of 0") == std::string::npos);
  CHECK(text.find("nothing was shown") == std::string::npos);
  CHECK(text.find("L4 saved bytes not run") != std::string::npos);
  // One cause, a few lines.
  CHECK(std::ranges::count(text, '\n') < 40);
  CHECK(text.find(" more\n") != std::string::npos);
  const std::string json = check(plugin, 2, "json").text;
  CHECK(json.find("\"support\": \"no\"") == std::string::npos);
  CHECK(json.find("\"support\": \"not run\"") != std::string::npos);
}

TEST_CASE("all tests of a level start though stdout is written to") {
  CHECK(
      check(built("prints_on_load"), 0).text.find("L0 interface   16 passed") !=
      std::string::npos);
}

TEST_CASE("no two tests have one name") {
  const std::string text = check(built("right"), 2, "json").text;
  std::set<std::string> seen;
  for (size_t at = 0;
       (at = text.find("\"group\": ", at)) != std::string::npos;) {
    const size_t end = text.find("\"state\": ", at);
    INFO(text.substr(at, end - at));
    CHECK(seen.insert(text.substr(at, end - at)).second);
    at = end;
  }
  CHECK(seen.size() > 300);
}

TEST_CASE("a check that is ended leaves nothing that runs") {
  // Whatever goes on holds the end of the pipe.
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::fflush(stdout);
  const pid_t checking = fork();
  if (checking == 0) {
    check(built("hangs"), 0);
    _exit(0);
  }
  close(ends[1]);
  pollfd over = {ends[0], POLLIN, 0};
  CHECK(poll(&over, 1, 2000) == 0);
  kill(checking, SIGKILL);
  waitpid(checking, nullptr, 0);
  CHECK(poll(&over, 1, 10000) == 1);
  close(ends[0]);
}

TEST_CASE("forms of a report") {
  const std::string plugin = built("right");
  const Report json = check(plugin, 1, "json");
  CHECK(json.text.find("\"schema\": \"fovea.plugin-check\"") !=
        std::string::npos);
  CHECK(json.text.find("\"passed\": true") != std::string::npos);
  const Report junit = check(plugin, 0, "junit");
  CHECK(junit.text.find("<testsuite name=\"L0 interface\"") !=
        std::string::npos);
  const Report markdown = check(plugin, 2, "markdown");
  INFO(markdown.text);
  CHECK(markdown.text.find("| exp |  |  |  |  |  | yes | refused |") !=
        std::string::npos);
  CHECK(markdown.text.find("| fold with a gauge | refused |") !=
        std::string::npos);
  // Each mark is explained, and that there is none.
  for (const char *mark :
       {"- *yes*: ", "- *no*: ", "- *refused*: ", "- *not run*: ", "- blank: "})
    CHECK(markdown.text.find(mark) != std::string::npos);
}

TEST_CASE("what cannot be checked") {
  CHECK(check("no-such-plugin", 0).code == FOVEA_INVALID_ARGUMENT);
  CHECK(check("cpu", 5).text == "there is no level 5; there are 0 to 4");
  CHECK(check("cpu", 0, "xml").text ==
        "there is no form `xml`; there is `text`, `json`, `junit`, `markdown`");
  CHECK(check("cpu,reference", 0).text ==
        "`cpu,reference` names 2 backends; one can be checked at a time");
}
