//===- Source.h - program text and places in it -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_SOURCE_H
#define FOVEA_FRONTEND_SOURCE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// One file of program text. Sources outlive everything that points at them:
/// the program owns them all.
class Source {
public:
  Source(std::string path, std::string text);

  /// A line and a column, both counted from 1; columns count bytes.
  struct Position {
    uint32_t line;
    uint32_t column;
  };
  Position position(uint32_t offset) const;
  /// The offset of a position; that of the end if there is no such place.
  uint32_t offset(Position position) const;
  /// Line `line` (from 1) without its line break.
  std::string_view line(uint32_t line) const;

  const std::string path;
  const std::string text;

private:
  std::vector<uint32_t> lineStarts;
};

/// The bytes [begin, end) of a source. A default-constructed range points
/// nowhere (used for what the compiler adds by itself).
struct SourceRange {
  const Source *source = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;

  explicit operator bool() const { return source != nullptr; }
  std::string_view text() const {
    return std::string_view(source->text).substr(begin, end - begin);
  }
  /// From the start of this range to the end of `last`.
  SourceRange to(SourceRange last) const { return {source, begin, last.end}; }
};

} // namespace fovea

#endif // FOVEA_FRONTEND_SOURCE_H
