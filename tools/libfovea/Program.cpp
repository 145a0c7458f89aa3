//===- Program.cpp - loading and checking programs ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"
#include "tools/libfovea/Objects.h"

using namespace fovea;

static DescribedFunction describe(FunctionInfo info) {
  DescribedFunction out;
  for (const ParamInfo &param : info.params)
    out.params.push_back(
        {param, CStrings(param.dims), CStrings(param.choices)});
  out.info = std::move(info);
  return out;
}

/// Hands `program` over to the caller if it is without errors.
static Status deliver(std::unique_ptr<Program> program,
                      Diagnostics &diagnostics, fovea_call *call,
                      fovea_program **result) {
  auto object = std::make_unique<fovea_program>();
  if (program && !diagnostics.hasErrors())
    object->examples = program->examples(diagnostics);
  if (Status status = statusOf(diagnostics, call); status.failed())
    return status;
  if (!program)
    return Status::error(StatusCode::Internal,
                         "the program was not read, and no reason is known");
  for (FunctionInfo &info : program->functions())
    object->functions.push_back(describe(std::move(info)));
  object->tests = program->tests();
  object->program = std::move(program);
  *result = object.release();
  return Status::ok();
}

fovea_code fovea_program_load(const char *path, fovea_call *call,
                              fovea_program **program, fovea_error *error) {
  return entry(error, [&] {
    startCall(call);
    if (!path || !program)
      return misuse("`path` or `program` is null");
    Diagnostics diagnostics;
    std::unique_ptr<Program> loaded = Program::load(path, diagnostics);
    return deliver(std::move(loaded), diagnostics, call, program);
  });
}

fovea_code fovea_program_parse(const char *name, const char *text,
                               uint64_t length, fovea_call *call,
                               fovea_program **program, fovea_error *error) {
  return entry(error, [&] {
    startCall(call);
    if (!name || (!text && length) || !program)
      return misuse("`name`, `text` or `program` is null");
    Diagnostics diagnostics;
    std::unique_ptr<Program> parsed = Program::fromText(
        name, std::string(text ? text : "", length), diagnostics);
    return deliver(std::move(parsed), diagnostics, call, program);
  });
}

void fovea_program_free(fovea_program *program) { delete program; }

fovea_code fovea_program_check(const fovea_program *program, fovea_call *call,
                               fovea_error *error) {
  return entry(error, [&] {
    startCall(call);
    if (!program)
      return misuse("`program` is null");
    Diagnostics diagnostics;
    std::unique_ptr<mlir::MLIRContext> context = newContext();
    CompilerMessages messages(*context);
    program->program->check(*context, diagnostics);
    Status status = statusOf(diagnostics, call);
    return status.failed() ? status : messages.statusIfAny();
  });
}
