//===- RenderDiagnostics.cpp - errors as text with carets -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Diagnostics.h"
#include "frontend/Utf8.h"

#include <algorithm>

using namespace fovea;

namespace {

/// The part of one line that is shown, and where its bytes appear in it.
class Excerpt {
public:
  /// Shows `line`; if it is too long, what lies around byte `focus` of it.
  Excerpt(std::string_view line, size_t focus);

  bool shows(size_t byte) const { return byte >= first && byte <= last; }
  size_t column(size_t byte) const {
    return columns[std::clamp(byte, first, last) - first];
  }

  std::string text;

private:
  void append(std::string_view line, size_t offset);

  size_t first = 0;
  size_t last;
  size_t width = 0;
  std::vector<size_t> columns;
};

/// Writes one diagnostic.
class Renderer {
public:
  Renderer(const Diagnostic &diagnostic, std::string &out);
  void render();

private:
  void arrow(SourceRange range);
  void gutter(uint32_t line);
  void emptyGutter();
  Excerpt excerpt(SourceRange range);
  void underline(const Excerpt &excerpt, SourceRange range, char mark,
                 std::string_view text);
  void note(std::string_view kind, std::string_view text);

  const Diagnostic &diagnostic;
  std::string &out;
  size_t digits = 1;
};

} // namespace

static bool isContinuation(char byte) { return (byte & 0xC0) == 0x80; }

Excerpt::Excerpt(std::string_view line, size_t focus) : last(line.size()) {
  const size_t longest = 120, before = 50;
  if (line.size() > longest) {
    first =
        std::min(focus > before ? focus - before : 0, line.size() - longest);
    last = first + longest;
    // Cut between characters; after three bytes it is no UTF-8 anyway.
    for (int i = 0; i < 3 && first < focus && isContinuation(line[first]); ++i)
      ++first;
    for (int i = 0; i < 3 && last < line.size() && isContinuation(line[last]);
         ++i)
      --last;
  }
  if (first > 0)
    text = "...";
  width = text.size();
  for (size_t offset = first; offset < last;
       offset += decodeUtf8(line, offset).length)
    append(line, offset);
  columns.resize(last - first + 1, width);
  columns.back() = width;
  if (last < line.size())
    text += "...";
}

void Excerpt::append(std::string_view line, size_t offset) {
  const size_t tab = 4;
  columns.resize(offset - first, width);
  columns.push_back(width);
  if (line[offset] == '\t') {
    size_t spaces = tab - width % tab;
    text.append(spaces, ' ');
    width += spaces;
    return;
  }
  std::string character = shown(line, offset);
  bool replaced = character[0] == '<' && line[offset] != '<';
  width += replaced ? character.size() : 1;
  text += character;
}

static uint32_t lineOf(SourceRange range) {
  return range.source->position(range.begin).line;
}

static bool onOneLine(SourceRange a, SourceRange b) {
  return a.source == b.source && lineOf(a) == lineOf(b);
}

Renderer::Renderer(const Diagnostic &diagnostic, std::string &out)
    : diagnostic(diagnostic), out(out) {
  auto widen = [&](SourceRange range) {
    if (range)
      digits = std::max(digits, std::to_string(lineOf(range)).size());
  };
  widen(diagnostic.range);
  for (const Label &label : diagnostic.labels)
    widen(label.range);
}

void Renderer::arrow(SourceRange range) {
  Source::Position position = range.source->position(range.begin);
  out.append(digits + 1, ' ');
  out += "--> " + range.source->path + ":" + std::to_string(position.line) +
         ":" + std::to_string(position.column) + "\n";
}

void Renderer::emptyGutter() {
  out.append(digits + 2, ' ');
  out += "|";
}

void Renderer::gutter(uint32_t line) {
  std::string number = std::to_string(line);
  out.append(digits + 1 - number.size(), ' ');
  out += number + " |";
}

Excerpt Renderer::excerpt(SourceRange range) {
  Source::Position position = range.source->position(range.begin);
  Excerpt excerpt(range.source->line(position.line), position.column - 1);
  emptyGutter();
  out += "\n";
  gutter(position.line);
  out += excerpt.text.empty() ? "\n" : " " + excerpt.text + "\n";
  return excerpt;
}

void Renderer::underline(const Excerpt &excerpt, SourceRange range, char mark,
                         std::string_view text) {
  size_t begin = range.source->position(range.begin).column - 1;
  size_t column = excerpt.column(begin);
  size_t end = excerpt.column(begin + (range.end - range.begin));
  emptyGutter();
  out.append(1 + column, ' ');
  out.append(std::max<size_t>(end - column, 1), mark);
  if (!text.empty())
    out.append(" ").append(text);
  out += "\n";
}

void Renderer::note(std::string_view kind, std::string_view text) {
  out.append(digits + 2, ' ');
  out.append("= ").append(kind).append(": ").append(text).append("\n");
}

void Renderer::render() {
  bool isError = diagnostic.severity == Diagnostic::Severity::Error;
  out += (isError ? "error: " : "warning: ") + diagnostic.message + "\n";
  std::vector<const Label *> elsewhere;
  if (diagnostic.range) {
    arrow(diagnostic.range);
    Excerpt shownLine = excerpt(diagnostic.range);
    underline(shownLine, diagnostic.range, '^', diagnostic.caret);
    for (const Label &label : diagnostic.labels) {
      bool here =
          label.range && onOneLine(label.range, diagnostic.range) &&
          shownLine.shows(
              label.range.source->position(label.range.begin).column - 1);
      if (here)
        underline(shownLine, label.range, '-', label.text);
      else
        elsewhere.push_back(&label);
    }
  } else {
    for (const Label &label : diagnostic.labels)
      elsewhere.push_back(&label);
  }
  for (const Label *label : elsewhere) {
    if (!label->range) {
      note("note", label->text);
      continue;
    }
    arrow(label->range);
    underline(excerpt(label->range), label->range, '-', label->text);
  }
  if (!diagnostic.help.empty())
    note("help", diagnostic.help);
}

std::string Diagnostics::render() const {
  std::vector<const Source *> sources;
  auto rank = [&](const Diagnostic *diagnostic) {
    auto found =
        std::find(sources.begin(), sources.end(), diagnostic->range.source);
    return static_cast<size_t>(found - sources.begin());
  };
  std::vector<const Diagnostic *> order;
  for (const Diagnostic &diagnostic : list) {
    order.push_back(&diagnostic);
    if (rank(&diagnostic) == sources.size())
      sources.push_back(diagnostic.range.source);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](const Diagnostic *a, const Diagnostic *b) {
                     return std::pair(rank(a), a->range.begin) <
                            std::pair(rank(b), b->range.begin);
                   });

  std::string out;
  for (const Diagnostic *diagnostic : order) {
    if (!out.empty())
      out += "\n";
    Renderer(*diagnostic, out).render();
  }
  size_t kept = std::min(errorCount, mostKept);
  if (errorCount > kept) {
    size_t more = errorCount - kept;
    out += "\n... and " + std::to_string(more) +
           (more == 1 ? " more error\n" : " more errors\n");
  }
  return out;
}
