//===- Test.cpp - running the test blocks of a program --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Print.h"
#include "tools/Compare.h"
#include "tools/libfovea/Backends.h"
#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"

#include <cstdlib>
#include <map>

using namespace fovea;

namespace {

/// The results of one condition: `a ~= b` has both sides, others `holds`.
struct Condition {
  const Tensor *left = nullptr;
  const Tensor *right = nullptr;
  const Tensor *holds = nullptr;
};

} // namespace

/// Sorts the results `left<k>`, `right<k>` and `holds<k>` by condition.
static Expected<std::map<size_t, Condition>>
conditionsOf(const Signature &signature, const std::vector<Tensor> &results) {
  std::map<size_t, Condition> conditions;
  for (size_t i = 0; i < results.size(); ++i) {
    const std::string &name = signature.results[i].name;
    const size_t digits = name.find_first_of("0123456789");
    const std::string part = name.substr(0, digits);
    if (digits == std::string::npos ||
        (part != "left" && part != "right" && part != "holds"))
      return Status::error(StatusCode::Internal,
                           "a test has the result `" + name + "`");
    Condition &condition =
        conditions[std::strtoull(name.c_str() + digits, nullptr, 10)];
    (part == "left"    ? condition.left
     : part == "right" ? condition.right
                       : condition.holds) = &results[i];
  }
  return conditions;
}

static std::string where(const std::vector<int64_t> &position) {
  return position.empty() ? "" : " at " + shapeText(position);
}

/// Why `a ~= b` fails; empty if it holds.
static Expected<std::string> judgeSides(const Tensor &left,
                                        const Tensor &right) {
  auto difference = compare(left, right, typedTolerance(left.dtype()));
  if (!difference)
    return difference.status();
  if (!*difference)
    return std::string();
  const Difference &worst = **difference;
  std::string text = "left is " + worst.got + ", right is " + worst.wanted +
                     where(worst.position);
  if (worst.total > 1)
    text += "; " + std::to_string(worst.count) + " of " +
            std::to_string(worst.total) + " elements differ";
  return text;
}

/// Why a condition fails of which only the truth is known; empty if it holds.
static Expected<std::string> judgeTruth(const Tensor &holds) {
  Expected<Tensor> wanted =
      Tensor::allocate(DType::Bool, std::vector<int64_t>(holds.shape()));
  if (!wanted)
    return wanted.status();
  forEachOffset(*wanted, [&](int64_t at) { wanted->store(at, int64_t(1)); });
  auto difference = compare(holds, *wanted, Tolerance{0, 0});
  if (!difference)
    return difference.status();
  if (!*difference)
    return std::string();
  const Difference &first = **difference;
  return "this is false" + where(first.position) +
         (first.total > 1
              ? "; " + std::to_string(first.count) + " of " +
                    std::to_string(first.total) + " elements are false"
              : "");
}

static Expected<std::string> judge(const Condition &condition) {
  if (condition.left && condition.right)
    return judgeSides(*condition.left, *condition.right);
  if (condition.holds)
    return judgeTruth(*condition.holds);
  return Status::error(StatusCode::Internal, "a condition has no result");
}

/// Runs a test and adds an error for each condition that fails.
static Status runTest(const fovea_program &program, uint64_t test,
                      Backend &backend, fovea_call *call,
                      Diagnostics &failures) {
  std::unique_ptr<mlir::MLIRContext> context = newContext();
  Diagnostics diagnostics;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  {
    CompilerMessages messages(*context);
    module = program.program->instantiateTest(test, *context, diagnostics);
    if (Status status = statusOf(diagnostics, call); status.failed())
      return status;
    if (Status status = messages.statusIfAny(); status.failed())
      return status;
  }
  if (!module)
    return Status::error(StatusCode::Internal, "the test was not translated");
  auto executable = compile(module.get(), backend);
  if (!executable)
    return located(executable.status(), *program.program, call);
  Expected<std::vector<Tensor>> results = (*executable)->run({});
  if (!results)
    return located(results.status(), *program.program, call);
  auto conditions = conditionsOf((*executable)->signature(), *results);
  if (!conditions)
    return conditions.status();
  for (const auto &[number, condition] : *conditions) {
    Expected<std::string> reason = judge(condition);
    if (!reason)
      return reason.status();
    if (!reason->empty())
      failures
          .error(program.program->testCondition(test, number),
                 "a condition of test \"" + program.tests[test] + "\" fails")
          .caret = *reason;
  }
  return Status::ok();
}

fovea_code fovea_program_run_test(const fovea_program *program, uint64_t test,
                                  const char *backend,
                                  uint32_t allow_materialize, fovea_call *call,
                                  int32_t *passed, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!program || !passed)
      return misuse("`program` or `passed` is null");
    if (test >= program->tests.size())
      return misuse("there is no test number " + std::to_string(test) +
                    "; there are " + std::to_string(program->tests.size()));
    Expected<std::shared_ptr<Backend>> found =
        backendNamed(backend, allow_materialize != 0);
    if (!found)
      return found.status();
    Diagnostics failures;
    Status status = runTest(*program, test, **found, call, failures);
    if (status.failed())
      return status;
    if (call && failures.hasErrors())
      call->diagnostics = failures.render();
    *passed = !failures.hasErrors();
    return Status::ok();
  });
}
