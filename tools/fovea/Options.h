//===- Options.h - the command line -----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_OPTIONS_H
#define FOVEA_TOOLS_FOVEA_OPTIONS_H

#include "runtime/DType.h"
#include "tools/fovea/Talk.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fovea::driver {

/// What to do.
enum class Verb { None, Run, Check, Test, Explain, Graph, Ir };

/// `q=@q.npy`.
struct Assignment {
  std::string name;
  std::string value;
};

/// `-o o=file.npy`, or `-o file.npy` without a name.
struct OutputFile {
  std::string name;
  std::string path;
};

struct Options {
  Verb verb = Verb::None;
  std::string file;
  std::optional<std::string> function;
  std::vector<Assignment> assignments;
  std::vector<OutputFile> outputs;
  std::optional<std::string> backend;
  std::optional<DType> floatType;
  std::optional<std::string> stage;
  uint64_t seed = 0;
  bool verify = false;
  bool full = false;
  bool json = false;
  bool certify = false;
  bool partition = false;
  bool allowMaterialize = false;
};

/// Reads the command line and sets the colour of talk. Nothing if it was
/// answered by printing help or the version; Failure if it is wrong.
std::optional<Options> parseCommandLine(int argc, const char *const *argv);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_OPTIONS_H
