//===- LibraryTest.cpp - what a plugin's table must hold ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Library.h"
#include "backends/loader/PluginCode.h"

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdlib>

using namespace fovea;
using namespace fovea::plugin;

/// A table that is as it should be, but computes nothing.
static fovea_plugin sound() {
  fovea_plugin table{};
  table.size = sizeof table;
  table.version = FOVEA_PLUGIN_VERSION;
  table.name = "dev";
  table.build = "1";
  table.open = [](auto...) { return fovea_code(FOVEA_OK); };
  table.close = [](auto...) {};
  table.query = [](auto...) { return fovea_code(FOVEA_OK); };
  table.compile = [](auto...) { return fovea_code(FOVEA_OK); };
  table.exe_free = [](auto...) {};
  table.prepare = [](auto...) { return fovea_code(FOVEA_OK); };
  table.instance_free = [](auto...) {};
  table.run = [](auto...) { return fovea_code(FOVEA_OK); };
  return table;
}

static std::string errorOf(const fovea_plugin &table, bool isOurs = false) {
  return Library::fromTable(&table, "x.so", isOurs).status().message();
}

TEST_CASE("tables that are sound") {
  fovea_plugin table = sound();
  CHECK(errorOf(table).empty());
  // Of a later minor version, and without what is optional.
  table.version += 7;
  CHECK(errorOf(table).empty());
  table.save = [](auto...) { return fovea_code(FOVEA_OK); };
  table.size = offsetof(fovea_plugin, save);
  auto library = Library::fromTable(&table, "x.so");
  REQUIRE(library);
  CHECK((*library)->table().save == nullptr);
  CHECK((*library)->version() == "1.7");
}

TEST_CASE("tables that are wrong") {
  CHECK(Library::fromTable(nullptr, "x.so").status().message() ==
        "plugin `x.so` does not work with version 1.0 of the plugin interface");
  fovea_plugin table = sound();
  table.version = 2 << 16;
  CHECK(errorOf(table) ==
        "plugin `x.so` is built for version 2.0 of the plugin "
        "interface; this Fovea needs version 1.x");
  table = sound();
  table.size = offsetof(fovea_plugin, run);
  CHECK(errorOf(table).starts_with("plugin `x.so` has a table of "));
  table = sound();
  table.instance_free = nullptr;
  CHECK(errorOf(table) ==
        "plugin `x.so` has no `instance_free`, which is not optional");
  table = sound();
  table.name = "\033[31mRed";
  CHECK(errorOf(table).starts_with("plugin `x.so` is called `\\x1b[31mRed`; "));
}

TEST_CASE("only ours is called as what is built in") {
  fovea_plugin table = sound();
  for (const char *name : {"cpu", "reference"}) {
    table.name = name;
    CHECK(errorOf(table) == "plugin `x.so` is called `" + std::string(name) +
                                "`, which is built in");
    CHECK(errorOf(table, /*isOurs=*/true).empty());
  }
}

TEST_CASE("code that was there before a plugin is not a plugin's") {
  LoadedCode::now().giveTheRestTo("nothing new");
  CHECK(pluginOfCode(reinterpret_cast<const void *>(&sound)) == nullptr);
  CHECK(pluginOfCode(reinterpret_cast<const void *>(&std::abort)) == nullptr);
  CHECK(pluginOfCode(nullptr) == nullptr);
}
