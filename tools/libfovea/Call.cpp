//===- Call.cpp - versions, calls and their texts -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/libfovea/Entry.h"
#include "tools/libfovea/Objects.h"

using namespace fovea;

const char *fovea_version(void) { return FOVEA_VERSION_STRING; }

uint32_t fovea_library_abi_version(void) { return FOVEA_ABI_VERSION; }

fovea_code fovea_call_create(fovea_call **call, fovea_error *error) {
  return entry(error, [&] {
    if (!call)
      return misuse("`call` is null");
    *call = new fovea_call();
    return Status::ok();
  });
}

void fovea_call_free(fovea_call *call) { delete call; }

const char *fovea_call_diagnostics(const fovea_call *call) {
  return call ? call->diagnostics.c_str() : "";
}

const char *fovea_call_text(const fovea_call *call) {
  return call ? call->text.c_str() : "";
}

/// `attention.fov:3:22: message`.
static std::string inShort(const Diagnostic &diagnostic) {
  if (!diagnostic.range)
    return diagnostic.message;
  const Source &source = *diagnostic.range.source;
  const Source::Position at = source.position(diagnostic.range.begin);
  return source.path + ":" + std::to_string(at.line) + ":" +
         std::to_string(at.column) + ": " + diagnostic.message;
}

Status fovea::statusOf(const Diagnostics &diagnostics, fovea_call *call) {
  if (call && !diagnostics.all().empty())
    call->diagnostics = diagnostics.render();
  if (!diagnostics.hasErrors())
    return Status::ok();
  for (const Diagnostic &diagnostic : diagnostics.all())
    if (diagnostic.severity == Diagnostic::Severity::Error)
      return Status::error(StatusCode::InvalidProgram, inShort(diagnostic),
                           diagnostic.help);
  return Status::error(StatusCode::InvalidProgram, "the program has errors");
}
