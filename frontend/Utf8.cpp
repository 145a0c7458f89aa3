//===- Utf8.cpp - characters of the user's text ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Utf8.h"

#include <cstdio>

using namespace fovea;

/// How many bytes a character takes by its first byte; 0 if none starts so.
static uint32_t sequenceLength(unsigned char first) {
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return 2;
  if (first >= 0xE0 && first <= 0xEF)
    return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

Character fovea::decodeUtf8(std::string_view text, size_t offset) {
  unsigned char first = text[offset];
  Character invalid{first, 1, false};
  uint32_t length = sequenceLength(first);
  if (length == 1)
    return {first, 1, true};
  if (length == 0 || offset + length > text.size())
    return invalid;
  uint32_t code = first & (0xFF >> (length + 1));
  for (uint32_t i = 1; i < length; ++i) {
    unsigned char next = text[offset + i];
    if ((next & 0xC0) != 0x80)
      return invalid;
    code = code << 6 | (next & 0x3F);
  }
  const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[length] || code > 0x10FFFF || surrogate)
    return invalid;
  return {code, length, true};
}

bool fovea::isVisible(uint32_t code) {
  if (code < 0x20 || (code >= 0x7F && code <= 0xA0) || code == 0xAD)
    return false;
  bool zeroWidthOrDirection = (code >= 0x200B && code <= 0x200F) ||
                              (code >= 0x2028 && code <= 0x202E) ||
                              (code >= 0x2060 && code <= 0x206F);
  return !zeroWidthOrDirection && code != 0xFEFF;
}

std::string fovea::codePointName(uint32_t code) {
  char name[16];
  std::snprintf(name, sizeof(name), "U+%04X", code);
  return name;
}

std::string fovea::shown(std::string_view text, size_t offset) {
  Character character = decodeUtf8(text, offset);
  if (!character.valid) {
    char byte[8];
    std::snprintf(byte, sizeof(byte), "<%02X>", character.code);
    return byte;
  }
  if (!isVisible(character.code))
    return "<" + codePointName(character.code) + ">";
  return std::string(text.substr(offset, character.length));
}

std::string fovea::quoted(std::string_view text) {
  const size_t longest = 40;
  std::string result = "`";
  for (size_t offset = 0; offset < text.size();) {
    if (offset >= longest)
      return result + "...`";
    result += shown(text, offset);
    offset += decodeUtf8(text, offset).length;
  }
  return result + "`";
}
