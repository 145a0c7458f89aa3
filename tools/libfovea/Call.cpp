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

void fovea_call_cancel(fovea_call *call) {
  if (call)
    call->cancel.store(true, std::memory_order_relaxed);
}

const char *fovea_call_diagnostics(const fovea_call *call) {
  return call ? call->diagnostics.c_str() : "";
}

const char *fovea_call_text(const fovea_call *call) {
  return call ? call->text.c_str() : "";
}

/// `attention.fov:3:22`.
static std::string placeText(const SourcePlace &place) {
  return place.file + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column);
}

/// Where the diagnostic points, for the caller.
static std::vector<SourcePlace> placesOf(const Diagnostic &diagnostic) {
  if (!diagnostic.range)
    return {};
  const Source &source = *diagnostic.range.source;
  const Source::Position begin = source.position(diagnostic.range.begin);
  const Source::Position end = source.position(diagnostic.range.end);
  return {{source.path, begin.line, begin.column, end.line, end.column}};
}

/// The error with its places, the first of them before the message.
static Status withPlaces(Status status, std::vector<SourcePlace> places) {
  if (places.empty())
    return status;
  const std::string first = placeText(places.front());
  return std::move(status).withPlaces(std::move(places)).withContext(first);
}

Status fovea::statusOf(const Diagnostics &diagnostics, fovea_call *call) {
  if (call && !diagnostics.all().empty())
    call->diagnostics = diagnostics.render();
  if (!diagnostics.hasErrors())
    return Status::ok();
  for (const Diagnostic &diagnostic : diagnostics.all()) {
    if (diagnostic.severity != Diagnostic::Severity::Error)
      continue;
    Status status = Status::error(StatusCode::InvalidProgram,
                                  diagnostic.message, diagnostic.help);
    return withPlaces(std::move(status), placesOf(diagnostic));
  }
  return Status::error(StatusCode::InvalidProgram, "the program has errors");
}

Status fovea::located(Status status, const Program &program, fovea_call *call) {
  const std::vector<SourcePlace> places = status.details().places;
  Diagnostics shown;
  Diagnostic *error = nullptr;
  for (const SourcePlace &place : places) {
    const SourceRange range =
        program.find(place.file, {place.line, place.column},
                     {place.endLine, place.endColumn});
    if (error)
      error->at(range, "in this call");
    else
      error = &shown.error(range, status.message()).fix(status.fix());
  }
  if (error && call)
    call->diagnostics = shown.render();
  return withPlaces(std::move(status), places);
}
