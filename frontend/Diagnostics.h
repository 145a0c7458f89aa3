//===- Diagnostics.h - errors in the user's terms ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A diagnostic points at the user's text, says what was found and what was
// needed with the user's names, and suggests a fix where one is known. Messages
// start in lower case, have no final period and never name an IR operation.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_DIAGNOSTICS_H
#define FOVEA_FRONTEND_DIAGNOSTICS_H

#include "frontend/Source.h"

#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// A second place that helps to understand the first ("`N` is bound here").
struct Label {
  SourceRange range;
  std::string text;
};

struct Diagnostic {
  enum class Severity { Error, Warning };

  Severity severity = Severity::Error;
  SourceRange range;
  std::string message;
  /// Text beside the caret; may be empty.
  std::string caret;
  std::vector<Label> labels;
  /// How to mend it; may be empty.
  std::string help;

  Diagnostic &at(SourceRange range, std::string text) {
    labels.push_back({range, std::move(text)});
    return *this;
  }
  Diagnostic &fix(std::string text) {
    help = std::move(text);
    return *this;
  }
};

/// Collects diagnostics. Errors after the first 20 are counted, not kept; an
/// error at a place that has one already is dropped (it is a consequence).
/// Warnings after the first 20 are dropped.
class Diagnostics {
public:
  Diagnostic &error(SourceRange range, std::string message);
  Diagnostic &warning(SourceRange range, std::string message);

  /// Takes over what another run over the same sources found.
  void merge(const Diagnostics &other);

  bool hasErrors() const { return errorCount != 0; }
  size_t errors() const { return errorCount; }
  const std::vector<Diagnostic> &all() const { return list; }

  /// All diagnostics in source order, rendered as text with carets:
  ///
  ///   error: `k` has 3 axes, 2 are given
  ///     --> attention.fov:3:22
  ///      |
  ///    3 |   s[i, j] = sum[c](q[i, c] * k[j, c]) / sqrt(D)
  ///      |                                ^^^^^^^ 2 indices
  ///      = help: ...
  std::string render() const;

private:
  static constexpr size_t mostKept = 20;

  bool isConsequence(SourceRange range) const;

  std::vector<Diagnostic> list;
  Diagnostic dropped;
  SourceRange lastError;
  size_t errorCount = 0;
  size_t warningCount = 0;
};

/// The candidate closest to `name` by edit distance, or an empty string if
/// none is close enough to be meant.
std::string didYouMean(std::string_view name,
                       const std::vector<std::string> &candidates);

} // namespace fovea

#endif // FOVEA_FRONTEND_DIAGNOSTICS_H
