//===- Talk.cpp - what the driver says beside its results -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Talk.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace fovea;
using namespace fovea::driver;

static bool colored = false;

void driver::setColor(Color color) {
  const char *noColor = std::getenv("NO_COLOR");
  const bool wanted = isatty(STDERR_FILENO) && (!noColor || noColor[0] == '\0');
  colored = color == Color::Always || (color == Color::Auto && wanted);
}

static constexpr const char *red = "\033[1;31m";
static constexpr const char *yellow = "\033[1;33m";
static constexpr const char *blue = "\033[1;34m";

/// `text` in a colour, if there are any.
static std::string paint(const char *color, std::string_view text) {
  if (!colored)
    return std::string(text);
  return color + std::string(text) + "\033[0m";
}

void driver::say(std::string_view line) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

/// The severity in its colour, the margin in blue, the marks below the source
/// in red.
static std::string painted(std::string_view line) {
  for (auto [head, color] : {std::pair("error", red), {"warning", yellow}})
    if (line.starts_with(head))
      return paint(color, head) + std::string(line.substr(strlen(head)));
  const size_t margin = line.find_first_not_of(" 0123456789");
  if (margin == std::string_view::npos)
    return std::string(line);
  const bool edge = line[margin] == '|' || line[margin] == '=' ||
                    line.substr(margin, 3) == "-->";
  if (!edge)
    return std::string(line);
  const size_t width = margin + (line[margin] == '-' ? 3 : 1);
  const std::string_view rest = line.substr(width);
  const size_t mark = rest.find_first_not_of(" -");
  const bool marks = line[margin] == '|' &&
                     line.find_first_of("0123456789") > margin &&
                     mark != std::string_view::npos && rest[mark] == '^';
  return paint(blue, line.substr(0, width)) +
         (marks ? paint(red, rest) : std::string(rest));
}

void driver::showDiagnostics(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    say(painted(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void driver::show(const Failure &failure) {
  if (!failure.diagnostics.empty())
    return showDiagnostics(failure.diagnostics);
  const bool internal = failure.exit == Exit::Internal;
  say(paint(red, internal ? "internal error" : "error") + ": " +
      failure.message);
  if (!failure.help.empty())
    say(paint(blue, "  =") + " help: " + failure.help);
}

void driver::print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    throw usage(std::string("cannot write to the standard output: ") +
                std::strerror(errno));
}

void driver::finishPrinting() {
  if (std::fflush(stdout) != 0)
    throw usage(std::string("cannot write to the standard output: ") +
                std::strerror(errno));
}
