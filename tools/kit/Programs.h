//===- Programs.h - the programs that plugins are tried on ------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_PROGRAMS_H
#define FOVEA_TOOLS_KIT_PROGRAMS_H

#include <cstdint>
#include <string>
#include <vector>

namespace fovea::kit {

/// A program of the kit: its last function is computed. Names of its integer
/// inputs say what they hold:
///
///   to_M    places along dimension M      len_M  0 to M
///   by      anything but 0                seed   anything
///   else    -5 to 11
struct Program {
  /// No other program's: what was found of one is looked up by it.
  std::string name;
  std::string text;
  /// Numbers that are not tried, since another order of operations, or f32 in
  /// place of f64, may give other ones.
  bool noHuge = false;
  bool noInfinite = false;
};

/// One program for each op and dtype.
std::vector<Program> opPrograms();
/// Reductions, folds, gathers, hard numbers, random bits, ...
std::vector<Program> formPrograms();
/// What is easily forgotten.
std::vector<Program> cornerPrograms();
/// Random formulas, the same every time.
std::vector<Program> randomPrograms(int count, uint64_t seed);

/// Small ones that nearly every plugin computes one of, simplest first.
std::vector<Program> simplePrograms();
/// Those that take long at sizes whose arrays are small.
std::vector<Program> longPrograms();
/// Those whose scores need more memory than all inputs and outputs.
std::vector<Program> scorePrograms();

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_PROGRAMS_H
