//===- Source.cpp - program text and places in it -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Source.h"

#include <algorithm>
#include <cassert>

using namespace fovea;

Source::Source(std::string path, std::string text)
    : path(std::move(path)), text(std::move(text)) {
  lineStarts.push_back(0);
  // Offsets have 32 bits; the parser refuses a text long before that.
  size_t last = std::min<size_t>(this->text.size(), UINT32_MAX - 1);
  for (size_t offset = 0; offset < last; ++offset)
    if (this->text[offset] == '\n')
      lineStarts.push_back(offset + 1);
}

Source::Position Source::position(uint32_t offset) const {
  auto next = std::upper_bound(lineStarts.begin(), lineStarts.end(), offset);
  return {static_cast<uint32_t>(next - lineStarts.begin()),
          offset - *(next - 1) + 1};
}

uint32_t Source::offset(Position position) const {
  if (position.line < 1 || position.line > lineStarts.size())
    return text.size();
  return std::min<size_t>(lineStarts[position.line - 1] + position.column - 1,
                          text.size());
}

std::string_view Source::line(uint32_t line) const {
  assert(line >= 1 && line <= lineStarts.size() && "no such line");
  size_t begin = lineStarts[line - 1];
  size_t end = line < lineStarts.size() ? lineStarts[line] - 1 : text.size();
  if (end > begin && text[end - 1] == '\r')
    --end;
  return std::string_view(text).substr(begin, end - begin);
}
