//===- Conformance.cpp - the kit behind the C interface -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Kit.h"
#include "tools/libfovea/Backends.h"
#include "tools/libfovea/Entry.h"
#include "tools/libfovea/Objects.h"

using namespace fovea;

using Form = std::string (*)(const kit::Results &);

static constexpr std::pair<const char *, Form> forms[] = {
    {"text", kit::text},
    {"json", kit::json},
    {"junit", kit::junit},
    {"markdown", kit::markdown}};

static Expected<Form> formNamed(const std::string &wanted) {
  std::string known;
  for (auto [name, form] : forms) {
    if (wanted == name)
      return form;
    known += (known.empty() ? "`" : ", `") + std::string(name) + "`";
  }
  return misuse("there is no form `" + wanted + "`; there is " + known);
}

fovea_code fovea_plugin_check(const char *backend, int32_t level,
                              const char *form, fovea_call *call,
                              int32_t *passed, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!backend || !form || !call || !passed)
      return misuse("`backend`, `form`, `call` or `passed` is null");
    if (level < 0 || level > kit::lastLevel)
      return misuse("there is no level " + std::to_string(level) +
                    "; there are 0 to " + std::to_string(kit::lastLevel));
    Expected<Form> print = formNamed(form);
    if (!print)
      return print.status();
    auto choices = parseBackends(backend);
    if (!choices)
      return choices.status();
    if (choices->size() != 1)
      return misuse("`" + std::string(backend) + "` names " +
                    std::to_string(choices->size()) +
                    " backends; one can be checked at a time");
    offerHost();
    const BackendChoice &choice = choices->front();
    const kit::Subject subject = {
        choice.name, [&] { return libraryFor(choice); }, choice.options};
    Expected<kit::Results> results = kit::check(subject, level);
    if (!results)
      return results.status();
    *passed = results->passed();
    call->text = (*print)(*results);
    return Status::ok();
  });
}
