//===- PluginCheck.cpp - fovea plugin check -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/PluginCheck.h"

#include "tools/fovea/Library.h"
#include "tools/fovea/Talk.h"

#include <CLI/CLI.hpp>

#include <memory>

using namespace fovea;
using namespace fovea::driver;

static constexpr const char *help =
    R"(Runs the conformance kit on a plugin; exit 4 if it does not conform.

  fovea plugin check emit-c
  fovea plugin check build/my-device.json --level=2
  fovea plugin check my-device:threads=1 --form=markdown

Levels: 0 the interface, 1 claims, 2 numbers, 3 life cycle and faults, 4 saved
bytes. Each includes those before it. Forms: text, json, junit (for CI) and
markdown (what the plugin supports, for its README).
)";

CLI::App *driver::declarePluginCheck(CLI::App &app, PluginCheck &asked) {
  CLI::App *check = app.add_subcommand("check", help);
  check
      ->add_option("PLUGIN", asked.plugin,
                   "NAME[:key=value...], or path with a slash")
      ->required();
  check->add_option("--level", asked.level, "the last level, 0 to 4 (default)");
  check->add_option("--form", asked.form,
                    "text (default), json, junit or markdown");
  return check;
}

Exit driver::checkPlugin(const PluginCheck &asked) {
  fovea_call *call = nullptr;
  fovea_error error = FOVEA_ERROR_INIT;
  if (fovea_code code = library().call_create(&call, &error))
    throw failureOf(code, error, nullptr);
  const std::unique_ptr<fovea_call, void (*)(fovea_call *)> owner(
      call, library().call_free);
  int32_t passed = 0;
  if (fovea_code code =
          library().plugin_check(asked.plugin.c_str(), asked.level,
                                 asked.form.c_str(), call, &passed, &error))
    throw failureOf(code, error, call);
  print(library().call_text(call));
  finishPrinting();
  return passed ? Exit::Ok : Exit::Backend;
}
