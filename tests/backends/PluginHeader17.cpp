//===- PluginHeader17.cpp - the plugin headers as C++17 -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Compiled as C++17 with -pedantic -Werror, never run.
//
//===----------------------------------------------------------------------===//

#include "backends/fovea_plugin.hpp"

static_assert(__cplusplus == 201703L, "not what plugins may be compiled as");
static_assert(FOVEA_PLUGIN_VERSION >> 16 == 1, "another interface");
