//===- Talk.h - what the driver says beside its results ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Results go to the standard output, all talk to the standard error.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_TALK_H
#define FOVEA_TOOLS_FOVEA_TALK_H

#include "tools/fovea/Failure.h"

#include <string>
#include <string_view>

namespace fovea::driver {

enum class Color { Auto, Always, Never };

/// Decides whether talk is coloured. Auto: on a terminal, unless NO_COLOR is
/// set.
void setColor(Color color);

/// One line to the standard error.
void say(std::string_view line);

/// Diagnostics as the library renders them, coloured if that is on.
void showDiagnostics(std::string_view text);

/// An error that ends the command.
void show(const Failure &failure);

/// `text` to the standard output; Failure if that is closed or full.
void print(std::string_view text);

/// Everything printed has reached the standard output; else a Failure.
void finishPrinting();

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_TALK_H
