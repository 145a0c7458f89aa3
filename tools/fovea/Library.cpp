//===- Library.cpp - libfovea, loaded when it is needed -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Library.h"

#include "tools/fovea/Crash.h"
#include "tools/fovea/Failure.h"

#include <dlfcn.h>
#include <filesystem>

using namespace fovea;
using namespace fovea::driver;

static Failure broken(const std::string &what) {
  return Failure(Exit::Internal, what, "build or install Fovea again");
}

std::string driver::libraryPath() {
  std::error_code fault;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", fault);
  if (fault)
    throw broken("cannot find out where this program lies: " + fault.message());
  return self.parent_path().parent_path() / "lib" / FOVEA_LIBRARY_NAME;
}

static Library open() {
  const std::string path = libraryPath();
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    throw broken(std::string("cannot load the compiler: ") + dlerror());
  auto find = [&](const char *name) {
    void *symbol = dlsym(handle, name);
    if (!symbol)
      throw broken(path + " has no `" + name + "`");
    return symbol;
  };
  Library library;
#define FOVEA_DRIVER_FIND(name)                                                \
  library.name = reinterpret_cast<decltype(library.name)>(find("fovea"         \
                                                               "_" #name));
  FOVEA_DRIVER_FUNCTIONS(FOVEA_DRIVER_FIND)
#undef FOVEA_DRIVER_FIND
  if (library.library_abi_version() != FOVEA_ABI_VERSION)
    throw broken(path + " is of another version than this program");
  askInCrash(library.current_plugin, library.plugin_of_code);
  return library;
}

const Library &driver::library() {
  static const Library instance = open();
  return instance;
}

Failure driver::failureOf(fovea_code code, const fovea_error &error,
                          const fovea_call *call) {
  Failure failure(statusFromC(code, error));
  // With no place in the program there are warnings at most.
  if (call && (code == FOVEA_INVALID_PROGRAM || error.line != 0))
    failure.diagnostics = library().call_diagnostics(call);
  return failure;
}
