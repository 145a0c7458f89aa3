//===- Utf8.h - characters of the user's text -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_UTF8_H
#define FOVEA_FRONTEND_UTF8_H

#include <cstdint>
#include <string>
#include <string_view>

namespace fovea {

/// One character of a text. Of an invalid sequence this is the first byte.
struct Character {
  uint32_t code;
  uint32_t length;
  bool valid;
};

/// The character that starts at byte `offset` of `text`.
Character decodeUtf8(std::string_view text, size_t offset);

/// Whether `code` changes nothing but itself on a terminal: no control
/// character, none without width, none that turns the direction of writing.
bool isVisible(uint32_t code);

/// `U+00A0`.
std::string codePointName(uint32_t code);

/// The character at `offset` as it may be shown: itself if it is visible, else
/// its number in angle brackets.
std::string shown(std::string_view text, size_t offset);

/// `text` between back quotes as it stands in a message: on one line, no more
/// than 40 bytes of it.
std::string quoted(std::string_view text);

} // namespace fovea

#endif // FOVEA_FRONTEND_UTF8_H
