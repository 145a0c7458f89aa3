//===- Graph.cpp - fovea graph --------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/FileIo.h"
#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <spawn.h>
#include <sys/wait.h>

using namespace fovea;
using namespace fovea::driver;

static void write(const std::string &file, const std::string &text) {
  const std::string_view parts[] = {text};
  if (const Status status = writeFileAtomically(file, parts); status.failed())
    throw Failure(status);
}

/// Runs graphviz's `dot` on `graph`.
static void draw(const std::string &format, const std::string &file,
                 const std::string &graph) {
  std::FILE *input = std::tmpfile();
  if (!input ||
      std::fwrite(graph.data(), 1, graph.size(), input) != graph.size() ||
      std::fflush(input) != 0 || std::fseek(input, 0, SEEK_SET) != 0)
    throw Failure(Exit::Usage, std::string("cannot write a temporary file: ") +
                                   std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(input), 0);
  std::string name = "dot", type = "-T" + format, out = "-o" + file;
  char *arguments[] = {name.data(), type.data(), out.data(), nullptr};
  pid_t child = 0;
  const int fault =
      posix_spawnp(&child, "dot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  std::fclose(input);
  if (fault != 0)
    throw usage(
        "a ." + format +
            " file is drawn by the program `dot` of graphviz, which "
            "cannot be started: " +
            std::strerror(fault),
        "install graphviz, or write its input with `-o " +
            std::filesystem::path(file).replace_extension("dot").string() +
            "`");
  int answer = 0;
  waitpid(child, &answer, 0);
  if (!WIFEXITED(answer) || WEXITSTATUS(answer) != 0)
    throw usage("`dot` could not draw `" + file + "`");
}

Exit driver::graphVerb(const Options &options) {
  if (options.outputs.empty()) {
    print(explanation(options, "dot"));
    finishPrinting();
    return Exit::Ok;
  }
  if (options.outputs.size() > 1)
    throw usage("one -o is enough for a graph");
  const std::string &file = options.outputs[0].path;
  const std::string ending = std::filesystem::path(file).extension().string();
  if (ending != ".dot" && ending != ".svg" && ending != ".png" &&
      ending != ".pdf")
    throw usage("`" + file + "` is no .svg, .png, .pdf or .dot file");
  const std::string graph = explanation(options, "dot");
  if (ending == ".dot")
    write(file, graph);
  else
    draw(ending.substr(1), file, graph);
  say("wrote " + file);
  return Exit::Ok;
}
