//===- Library.cpp - C text, compiled and loaded --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Library.h"

#include "backends/fovea_plugin.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace emitc;
using fovea::sdk::plugin_error;

extern char **environ;

namespace {
/// A folder that nobody else can write to; removed with the files that are
/// named here.
class Folder {
public:
  Folder() {
    const char *temporary = std::getenv("TMPDIR");
    path = std::string(temporary && *temporary ? temporary : "/tmp") +
           "/fovea-emit-c-XXXXXX";
    if (!mkdtemp(path.data()))
      throw plugin_error(FOVEA_IO, "cannot make the folder `" + path +
                                       "`: " + std::strerror(errno));
  }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;
  ~Folder() {
    for (const std::string &file : files)
      unlink(file.c_str());
    rmdir(path.c_str());
  }
  std::string file(const char *name) {
    files.push_back(path + "/" + name);
    return files.back();
  }

private:
  std::string path;
  std::vector<std::string> files;
};

/// Where a child's input and output go.
class Actions {
public:
  explicit Actions(const std::string &output) {
    const int failed =
        posix_spawn_file_actions_init(&actions) ||
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                         O_RDONLY, 0) ||
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
                                         output.c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600) ||
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO,
                                         STDERR_FILENO);
    if (failed)
      throw std::bad_alloc();
  }
  Actions(const Actions &) = delete;
  Actions &operator=(const Actions &) = delete;
  ~Actions() { posix_spawn_file_actions_destroy(&actions); }

  posix_spawn_file_actions_t actions;
};
} // namespace

static std::string firstLine(const std::string &path) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line))
    if (!line.empty())
      return line;
  return "";
}

/// Runs a program without a shell. Throws with the first line that it printed.
static void run(const std::vector<std::string> &arguments,
                const std::string &output) {
  std::vector<char *> pointers;
  for (const std::string &argument : arguments)
    pointers.push_back(const_cast<char *>(argument.c_str()));
  pointers.push_back(nullptr);
  const Actions actions(output);
  pid_t child = 0;
  const int refused = posix_spawnp(&child, pointers[0], &actions.actions,
                                   nullptr, pointers.data(), environ);
  if (refused)
    throw plugin_error(FOVEA_BACKEND, "cannot run `" + arguments[0] +
                                          "`: " + std::strerror(refused))
        .withFix("name a C compiler with the option `cc`");
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      throw plugin_error(FOVEA_BACKEND, "lost track of `" + arguments[0] +
                                            "`: " + std::strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return;
  const std::string told = firstLine(output);
  throw plugin_error(
      FOVEA_BACKEND,
      "`" + arguments[0] + "` failed" +
          (WIFEXITED(status)
               ? " with status " + std::to_string(WEXITSTATUS(status))
               : " by a signal") +
          (told.empty() ? "" : ": " + told));
}

Library::Library(const CCompiler &compiler, const std::string &source) {
  Folder folder;
  const std::string text = folder.file("cluster.c");
  const std::string library = folder.file("cluster.so");
  const std::string output = folder.file("output.txt");
  if (!(std::ofstream(text) << source).flush())
    throw plugin_error(FOVEA_IO, "cannot write `" + text + "`");
  // What the user adds comes last but for -lm, so that it may say otherwise.
  std::vector<std::string> arguments = {
      compiler.command, "-std=c99", "-w",
      "-fPIC",          "-shared",  "-ffp-contract=off"};
  arguments.insert(arguments.end(), compiler.flags.begin(),
                   compiler.flags.end());
  arguments.insert(arguments.end(), {"-o", library, text, "-lm"});
  run(arguments, output);
  handle.reset(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!handle)
    throw plugin_error(FOVEA_BACKEND,
                       std::string("cannot load what the C compiler made: ") +
                           dlerror());
}

void *Library::find(const char *name) const {
  void *found = dlsym(handle.get(), name);
  if (!found)
    throw plugin_error(FOVEA_BACKEND, "what the C compiler made has no `" +
                                          std::string(name) + "`");
  return found;
}

void Library::Close::operator()(void *handle) const { dlclose(handle); }
