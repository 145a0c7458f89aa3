//===- Opcodes.h - what is known of each opcode -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_OPCODES_H
#define FOVEA_BACKENDS_PLUGIN_OPCODES_H

#include "backends/fovea_plugin.h"

#include <span>
#include <string_view>

namespace fovea::plugin {

/// Which element types operands of an op have.
enum class Accepts { Float, Number, Bool };

/// An opcode of one or two operands of one type, whose result has that type.
struct PlainOpcode {
  fovea_opcode opcode;
  /// As in the dialect, without `fovea.`
  std::string_view name;
  unsigned operands;
  Accepts accepts;
};

/// In the order of the header.
std::span<const PlainOpcode> plainOpcodes();

/// That opcode, or null if it is none of these.
const PlainOpcode *plainOpcode(fovea_opcode opcode);
const PlainOpcode *plainOpcode(std::string_view name);

/// The name of any opcode for people; empty if there is no such opcode.
std::string_view nameOfOpcode(fovea_opcode opcode);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_OPCODES_H
