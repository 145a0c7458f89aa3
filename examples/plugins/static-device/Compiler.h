//===- Compiler.h - from formulas to programs -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_COMPILER_H
#define STATIC_DEVICE_COMPILER_H

#include "Model.h"
#include "Program.h"

namespace device {

/// The program for output number `output`. Buffer i of it is input i; the one
/// after the last input holds the literals.
Program compileOutput(const Model &model, const Extents &extents,
                      uint32_t output);

} // namespace device

#endif // STATIC_DEVICE_COMPILER_H
