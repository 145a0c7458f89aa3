//===- Session.h - a loaded program, seen from C++ --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The C interface in the driver's terms: owners instead of _free, lists instead
// of counts, Failure instead of codes.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_SESSION_H
#define FOVEA_TOOLS_FOVEA_SESSION_H

#include "runtime/DType.h"
#include "runtime/Tensor.h"
#include "runtime/fovea.h"
#include "tools/fovea/Failure.h"
#include "tools/fovea/Value.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fovea::driver {

/// A parameter of a function.
struct Param {
  enum class Kind { Array, Option, Function };
  std::string name;
  Kind kind;
  /// Arrays; nothing for `float`.
  std::optional<DType> dtype;
  /// Arrays: as written.
  std::vector<std::string> dims;
  /// Options.
  std::vector<std::string> choices;
  /// As written.
  std::optional<std::string> defaultText;

  /// `f32[N, D]`, as it is declared.
  std::string typeText() const;
};

struct Function {
  std::string name;
  std::string signature;
  std::vector<Param> params;
};

/// What an example block says about one function.
struct Example {
  std::string function;
  std::map<std::string, Value> settings;
};

/// What to compile.
struct Request {
  struct Input {
    std::string name;
    DType dtype;
    size_t rank;
  };
  std::string function;
  std::optional<std::string> backend;
  bool allowMaterialize = false;
  std::vector<Input> inputs;
  std::map<std::string, std::string> options;
};

/// An input or result of a compiled function.
struct Array {
  std::string name;
  DType dtype;
  size_t rank;
  /// Sizes as formulas.
  std::vector<std::string> shape;
};

/// A compiled function.
class Exe {
public:
  Exe(fovea_exe *handle, std::shared_ptr<fovea_call> call);

  const std::string &signature() const { return head; }
  const std::vector<std::string> &dims() const { return dimNames; }
  const std::vector<Array> &inputs() const { return inputList; }
  const std::vector<Array> &results() const { return resultList; }

  /// Fills in what follows from `shapes` (one per input, empty where it is not
  /// known at all, -1 for an unknown extent) and from `dims` (-1: unknown).
  void solve(const std::vector<std::vector<int64_t>> &shapes,
             std::vector<int64_t> &dims) const;
  std::vector<int64_t> inputShape(size_t input,
                                  const std::vector<int64_t> &dims) const;
  std::vector<int64_t> resultShape(size_t result,
                                   const std::vector<int64_t> &dims) const;

  /// Does what can be done for these sizes before there are arrays.
  void prepare(const std::vector<int64_t> &dims) const;
  /// Runs into `outputs`.
  void run(const std::vector<Tensor> &inputs,
           const std::vector<Tensor> &outputs) const;

  /// What the user should know of who computed and what was copied; may be
  /// empty.
  std::string report() const;

private:
  std::shared_ptr<fovea_exe> handle;
  std::shared_ptr<fovea_call> call;
  std::string head;
  std::vector<std::string> dimNames;
  std::vector<Array> inputList;
  std::vector<Array> resultList;
};

/// One test that was run.
struct TestResult {
  bool passed;
  /// Shows the conditions that failed, or why it could not run; may be empty.
  std::string report;
  /// What went wrong if it could not run.
  std::optional<Failure> failure;
};

/// A loaded program.
class Session {
public:
  /// Loads the library and the program; shows warnings.
  explicit Session(const std::string &file);

  const std::string &file() const { return path; }
  const std::vector<Function> &functions() const { return functionList; }
  const std::vector<Example> &examples() const { return exampleList; }
  const std::vector<std::string> &tests() const { return testList; }

  /// Failure (Program) if the program is wrong.
  void check() const;
  Exe compile(const Request &request) const;
  /// What says how far roundings may carry the results (fovea.h).
  Exe compileMagnitudes(const Request &request) const;
  std::string ir(const Request &request, const std::string &stage) const;
  /// Writes the clusters of a function into a file.
  void saveClusters(const Request &request, const std::string &file) const;
  /// Who computes what; `form` is "text" or "json".
  std::string partition(const Request &request, const char *form) const;
  /// The report in that form, for those sizes of the dimensions.
  std::string explain(const Request &request, const char *form,
                      const std::vector<int64_t> &dims) const;
  /// The certificate as text, and whether it holds.
  std::pair<std::string, bool> certify(const Request &request) const;
  TestResult runTest(size_t test, const std::optional<std::string> &backend,
                     bool allowMaterialize) const;

private:
  void readFunctions();
  void readExamples();

  std::string path;
  std::shared_ptr<fovea_call> call;
  std::shared_ptr<fovea_program> program;
  std::vector<Function> functionList;
  std::vector<Example> exampleList;
  std::vector<std::string> testList;
};

/// The clusters of a file that Session::saveClusters made, as text.
std::string clustersIn(const std::string &file);

/// Failure (Usage) if `name` is no backend.
void checkBackend(const std::string &name);

/// Failure (Usage) if `name` is no stage.
void checkStage(const std::string &name);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_SESSION_H
