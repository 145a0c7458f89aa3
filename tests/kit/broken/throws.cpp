//===- throws.cpp - the same as a C++ plugin ------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/kit/broken/plugin.c"
