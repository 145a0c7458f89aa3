//===- PlainText.cpp - texts of strangers, fit to be shown ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/PlainText.h"

#include <cstdint>
#include <cstdio>

using namespace fovea;

namespace {
/// What stands at the beginning of a text.
struct Character {
  enum Kind { Valid, Invalid, Cut } kind;
  size_t bytes;
  uint32_t code;
};
} // namespace

static Character firstOf(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80)
    return {Character::Valid, 1, lead};
  const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4)
    return {Character::Invalid, 1, 0};
  uint32_t code = lead & (0x7f >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if (i == text.size())
      return {Character::Cut, i, 0};
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80)
      return {Character::Invalid, 1, 0};
    code = code << 6 | (next & 0x3f);
  }
  static constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool isSurrogate = code >= 0xd800 && code < 0xe000;
  if (code < least[bytes] || code > 0x10ffff || isSurrogate)
    return {Character::Invalid, 1, 0};
  return {Character::Valid, bytes, code};
}

/// Whether a terminal does something else than to show it.
static bool isObeyed(uint32_t code) {
  if (code == '\n' || code == '\t')
    return false;
  const bool isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool separatesLines = code == 0x2028 || code == 0x2029;
  const bool turns = code == 0x200e || code == 0x200f || code == 0x061c ||
                     (code >= 0x202a && code <= 0x202e) ||
                     (code >= 0x2066 && code <= 0x2069);
  return isControl || separatesLines || turns;
}

static std::string plain(std::string_view text, bool isLine) {
  std::string plain;
  while (!text.empty()) {
    const Character character = firstOf(text);
    if (character.kind == Character::Cut)
      break;
    char escaped[16] = "";
    if (character.kind == Character::Invalid)
      std::snprintf(escaped, sizeof escaped, "\\x%02x",
                    static_cast<unsigned char>(text[0]));
    else if (isObeyed(character.code) ||
             (isLine && (character.code == '\n' || character.code == '\t')))
      std::snprintf(escaped, sizeof escaped,
                    character.code < 0x100 ? "\\x%02x" : "\\u%04x",
                    character.code);
    if (*escaped)
      plain += escaped;
    else
      plain += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return plain;
}

std::string fovea::plainText(std::string_view text) {
  return plain(text, false);
}
std::string fovea::plainLine(std::string_view text) {
  return plain(text, true);
}
