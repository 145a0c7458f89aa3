//===- Keep.cpp - failures as files ---------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Keep.h"

#include "runtime/Npy.h"
#include "runtime/Print.h"
#include "tests/generate/Print.h"

#include <filesystem>
#include <fstream>

using namespace fovea;
using namespace fovea::generate;

/// Every line of `text` as a comment.
static std::string comment(const std::string &text) {
  std::string out = "# ";
  for (char c : text)
    out += c == '\n' ? "\n# " : std::string(1, c);
  return out + "\n";
}

std::string fovea::generate::describeInputs(const Failure &failure) {
  std::string out;
  for (const auto &[symbol, extent] : failure.sizes)
    out += (out.empty() ? "" : ", ") + symbol + " = " + std::to_string(extent);
  for (size_t i = 0; i < failure.inputs.size(); ++i) {
    const Tensor &input = failure.inputs[i];
    out += "\n" + failure.program.entry.params[i].name + ": " +
           std::string(name(input.dtype())) + shapeText(input.shape());
    if (input.numElements() > 24)
      continue;
    out += " =";
    forEachOffset(input, [&](int64_t offset) {
      out += " " + elementText(input, offset);
    });
  }
  return out;
}

/// Whether a parameter has a dimension with that symbol.
static bool isOf(const Function &function, const std::string &symbol) {
  for (const Parameter &param : function.params)
    for (const Dim &dim : param.shape)
      if (dim.a == symbol || dim.b == symbol)
        return true;
  return false;
}

Expected<std::string> fovea::generate::keep(const Failure &failure,
                                            const std::string &directory,
                                            const std::string &name) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  std::string path = directory + "/" + name + ".fov";
  std::string command = "fovea run --verify " + path;
  for (size_t i = 0; i < failure.inputs.size(); ++i) {
    const std::string &param = failure.program.entry.params[i].name;
    std::string file = directory + "/" + name + "-" + param + ".npy";
    if (Status status = writeNpy(file, failure.inputs[i]); status.failed())
      return status;
    command += " " + param + "=@" + file;
  }
  std::ofstream out(path);
  out << comment(failure.judgement.message) << "#\n"
      << comment(describeInputs(failure)) << "#\n"
      << comment(command) << "\n"
      << print(failure.program) << "\nexample { generated:";
  const char *separator = " ";
  for (const auto &[symbol, extent] : failure.sizes) {
    if (!isOf(failure.program.entry, symbol))
      continue;
    out << separator << symbol << " = " << extent;
    separator = ", ";
  }
  out << " }\n";
  if (!out)
    return Status::error(StatusCode::Io, "cannot write " + path);
  return command;
}
