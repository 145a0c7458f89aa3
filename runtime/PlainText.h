//===- PlainText.h - texts of strangers, fit to be shown --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_PLAINTEXT_H
#define FOVEA_RUNTIME_PLAINTEXT_H

#include <string>
#include <string_view>

namespace fovea {

/// `text`, which somebody else made, as UTF-8 that a terminal only shows: bytes
/// that are no UTF-8 become `\xff`; characters that a terminal obeys (escape,
/// return, those that turn the direction of writing) become `\x1b` or
/// `\u202e`. Line ends and tabs stay. A character at the end that a buffer was
/// too short for is left out.
std::string plainText(std::string_view text);

/// The same of what is one line: line ends and tabs become `\x0a` and `\x09`.
std::string plainLine(std::string_view text);

} // namespace fovea

#endif // FOVEA_RUNTIME_PLAINTEXT_H
