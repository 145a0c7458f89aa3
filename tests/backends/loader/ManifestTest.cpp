//===- ManifestTest.cpp - what a plugin says without being loaded ---------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Manifest.h"

#include <catch2/catch.hpp>

using namespace fovea;
using namespace fovea::plugin;

/// A manifest with those members added to what is needed.
static Expected<Manifest> with(const std::string &members) {
  return parseManifest(R"({"manifest_version": 1, "name": "dev",
    "library": "libdev.so", "abi": "1.0")" +
                       members + "}");
}

TEST_CASE("a manifest with all members") {
  auto manifest = with(R"(, "description": "a device \u00e4",
    "license": "MIT", "homepage": "https://x",
    "options": [{"name": "n", "type": "int", "description": "how many"}])");
  REQUIRE(manifest);
  CHECK(manifest->name == "dev");
  CHECK(manifest->library == "libdev.so");
  CHECK(manifest->abi == "1.0");
  CHECK(manifest->description == "a device \xc3\xa4");
  CHECK(manifest->license == "MIT");
  CHECK(manifest->homepage == "https://x");
  REQUIRE(manifest->options.size() == 1);
  CHECK(manifest->options[0].description == "how many");
  CHECK(manifest->unknown.empty());
}

TEST_CASE("members that nobody reads are listed") {
  auto manifest = with(R"(, "licence": "MIT", "x\u001b": 1,
    "options": [{"name": "n", "type": "int", "default": "3"}])");
  REQUIRE(manifest);
  CHECK(manifest->unknown ==
        std::vector<std::string>{"options.default", "licence", "x\\x1b"});
}

TEST_CASE("manifests that are wrong") {
  for (auto [members, reason] :
       {std::pair(R"(, "description": "\u001b[31m")",
                  "`description` has control characters"),
        {R"(, "description": "two\nlines")",
         "`description` has control characters"},
        {R"(, "homepage": "\u202ereversed")",
         "`homepage` has control characters"},
        {R"(, "license": 7)", "`license` is no text"},
        {R"(, "options": [{"name": "n", "type": "float"}])",
         "option `n` has the type `float`; there is `string`, `int` and "
         "`bool`"},
        {R"(, "options": [{"name": "n"}])", "an option: has no `type`"},
        {R"(, "options": {})", "`options` is no list"},
        {R"(, "options": [{"name": "n", "type": "int"},
                          {"name": "n", "type": "bool"}])",
         "has two options `n`"},
        {R"(, "x": 1e999)", "has a number that is too large"},
        {R"(, "options": [[-2.5e+400]])", "has a number that is too large"},
        {", \"description\": \"\xff\"",
         "is not JSON: line 2, column 59 is not what has to follow"}}) {
    INFO(members);
    CHECK(with(members).status().message() == reason);
  }
  auto versioned = [](const std::string &member) {
    return parseManifest("{" + member + "}").status().message();
  };
  CHECK(versioned("") == "has no `manifest_version`");
  for (const char *value : {"\"1\"", "1.0", "null", "[1]"})
    CHECK(versioned("\"manifest_version\": " + std::string(value)) ==
          "`manifest_version` is no whole number");
  CHECK(versioned("\"manifest_version\": 2") ==
        "has manifest_version 2; this Fovea reads 1");
  auto named = [](const std::string &name, const std::string &abi) {
    return parseManifest(R"({"manifest_version": 1, "library": "l.so", "name":
      ")" + name + R"(", "abi": ")" +
                         abi + "\"}")
        .status()
        .message();
  };
  CHECK(named("dev", "1.0").empty());
  CHECK(named("cpu", "1.0") == "`name` is `cpu`, which is built in");
  CHECK(named("Dev", "1.0") ==
        "`name` is `Dev`; it can have lower case letters, digits and dashes, "
        "and begins with a letter");
  CHECK(named("dev", "1") == "`abi` is `1`; it has to be like `1.0`");
}

TEST_CASE("options are checked by their types") {
  const auto manifest = with(R"(, "options": [
    {"name": "text", "type": "string"}, {"name": "count", "type": "int"},
    {"name": "fast", "type": "bool"}])");
  REQUIRE(manifest);
  auto check = [&](const char *key, const char *value) {
    return checkOption(*manifest, key, value).message();
  };
  CHECK(check("text", "anything").empty());
  CHECK(check("text", "").empty());
  for (const char *value : {"0", "-3", "9223372036854775807"})
    CHECK(check("count", value).empty());
  for (const char *value : {"", "3.5", "0x10", "3 ", "9223372036854775808"})
    CHECK(check("count", value) == "backend `dev`: option `count` is `" +
                                       std::string(value) +
                                       "`; it has to be a whole number");
  for (const char *value : {"true", "false"})
    CHECK(check("fast", value).empty());
  for (const char *value : {"", "1", "True", "yes"})
    CHECK(check("fast", value) == "backend `dev`: option `fast` is `" +
                                      std::string(value) +
                                      "`; it has to be true or false");
  CHECK(check("fats", "true") ==
        "backend `dev`: there is no option `fats`; there is `text`, `count`, "
        "`fast`");
  CHECK(checkOption(*with(""), "fast", "true").message() ==
        "backend `dev`: there is no option `fast`; it has none");
}
