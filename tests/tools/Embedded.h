//===- Embedded.h - what the tests of the C interface share -----*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_TOOLS_EMBEDDED_H
#define FOVEA_TESTS_TOOLS_EMBEDDED_H

#include "runtime/fovea.h"

#include <memory>
#include <string>
#include <vector>

namespace fovea::tests {

using ProgramPtr = std::unique_ptr<fovea_program, void (*)(fovea_program *)>;
using ExePtr = std::unique_ptr<fovea_exe, void (*)(fovea_exe *)>;
using CallPtr = std::unique_ptr<fovea_call, void (*)(fovea_call *)>;

inline CallPtr newCall() {
  fovea_call *call = nullptr;
  fovea_call_create(&call, nullptr);
  return {call, fovea_call_free};
}

/// Parses `text`; null if it is wrong.
inline ProgramPtr parse(const std::string &text, fovea_call *call = nullptr,
                        fovea_error *error = nullptr) {
  fovea_program *program = nullptr;
  fovea_program_parse("test.fov", text.data(), text.size(), call, &program,
                      error);
  return {program, fovea_program_free};
}

struct Input {
  const char *name;
  fovea_dtype dtype;
  uint32_t rank;
};

/// Compiles; null if that fails.
inline ExePtr compile(const fovea_program *program, const char *function,
                      const std::vector<Input> &inputs,
                      const char *backend = nullptr,
                      fovea_error *error = nullptr) {
  std::vector<fovea_input> list;
  for (const Input &input : inputs)
    list.push_back({sizeof(fovea_input), FOVEA_ABI_VERSION, input.name,
                    input.dtype, input.rank});
  fovea_request request = FOVEA_REQUEST_INIT;
  request.function = function;
  request.backend = backend;
  request.inputs = list.data();
  request.input_count = list.size();
  fovea_exe *exe = nullptr;
  fovea_compile(program, &request, nullptr, &exe, error);
  return {exe, fovea_exe_free};
}

} // namespace fovea::tests

#endif // FOVEA_TESTS_TOOLS_EMBEDDED_H
