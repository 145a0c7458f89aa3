//===- Objects.h - what the handles of the C interface hold -----*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_LIBFOVEA_OBJECTS_H
#define FOVEA_TOOLS_LIBFOVEA_OBJECTS_H

#include "backends/Backend.h"
#include "frontend/Program.h"
#include "runtime/fovea.h"

#include "mlir/IR/MLIRContext.h"

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fovea {

/// Strings for C: `pointers` point into `strings`, so neither changes.
class CStrings {
public:
  CStrings() = default;
  explicit CStrings(std::vector<std::string> list) : strings(std::move(list)) {
    for (const std::string &text : strings)
      pointers.push_back(text.c_str());
  }
  const char *const *data() const { return pointers.data(); }
  size_t size() const { return pointers.size(); }

private:
  std::vector<std::string> strings;
  std::vector<const char *> pointers;
};

/// A parameter with its lists ready for C.
struct DescribedParam {
  ParamInfo info;
  CStrings dims;
  CStrings choices;
};

struct DescribedFunction {
  FunctionInfo info;
  std::vector<DescribedParam> params;
};

/// An input or result of an exe with its sizes as text.
struct DescribedArray {
  Parameter parameter;
  CStrings shape;
};

} // namespace fovea

struct fovea_call {
  std::string diagnostics;
  std::string text;
  std::atomic<bool> cancel = false;
};

struct fovea_program {
  std::shared_ptr<const fovea::Program> program;
  std::vector<fovea::DescribedFunction> functions;
  std::vector<fovea::ExampleInfo> examples;
  std::vector<std::string> tests;
};

struct fovea_exe {
  // Its text is shown when a run fails.
  std::shared_ptr<const fovea::Program> program;
  // In the order in which they depend on each other.
  std::shared_ptr<fovea::Backend> backend;
  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<const fovea::Executable> executable;
  std::string signature;
  fovea::CStrings dims;
  std::vector<fovea::DescribedArray> inputs;
  std::vector<fovea::DescribedArray> results;
};

namespace fovea {

/// Forgets the texts of the last function that was given `call`.
inline void startCall(fovea_call *call) {
  if (!call)
    return;
  call->diagnostics.clear();
  call->text.clear();
}

/// Puts the diagnostics into `call` (which may be null), and makes a status of
/// them: success, or InvalidProgram with the first error in short.
Status statusOf(const Diagnostics &diagnostics, fovea_call *call);

/// An error of a run; if the place in the program is known, it is shown in
/// `call`, and named in the message.
Status located(Status status, const Program &program, fovea_call *call);

/// `dims` as one number for each dimension of the exe; InvalidArgument if it is
/// null or one is negative.
Expected<std::span<const int64_t>> knownDims(const fovea_exe &exe,
                                             const int64_t *dims);

} // namespace fovea

#endif // FOVEA_TOOLS_LIBFOVEA_OBJECTS_H
