//===- Diagnostics.cpp - collecting errors --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Diagnostics.h"

#include <algorithm>
#include <cctype>

using namespace fovea;

static bool samePlace(SourceRange a, SourceRange b) {
  return a && a.source == b.source && a.begin == b.begin;
}

bool Diagnostics::isConsequence(SourceRange range) const {
  // Only the kept errors and the latest one are compared, so that the time per
  // error is bounded whatever the text.
  if (samePlace(range, lastError))
    return true;
  return std::any_of(list.begin(), list.end(), [&](const Diagnostic &other) {
    return other.severity == Diagnostic::Severity::Error &&
           samePlace(range, other.range);
  });
}

Diagnostic &Diagnostics::error(SourceRange range, std::string message) {
  dropped = Diagnostic();
  if (isConsequence(range))
    return dropped;
  lastError = range;
  if (++errorCount > mostKept)
    return dropped;
  list.push_back(
      {Diagnostic::Severity::Error, range, std::move(message), {}, {}, {}});
  return list.back();
}

Diagnostic &Diagnostics::warning(SourceRange range, std::string message) {
  dropped = Diagnostic();
  if (++warningCount > mostKept)
    return dropped;
  list.push_back(
      {Diagnostic::Severity::Warning, range, std::move(message), {}, {}, {}});
  return list.back();
}

void Diagnostics::merge(const Diagnostics &other) {
  for (const Diagnostic &found : other.list) {
    Diagnostic &own = found.severity == Diagnostic::Severity::Error
                          ? error(found.range, found.message)
                          : warning(found.range, found.message);
    own = found;
  }
}

static std::string lowered(std::string_view text) {
  std::string result(text);
  for (char &c : result)
    c = std::tolower(static_cast<unsigned char>(c));
  return result;
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a`
/// into `b`.
static size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> beforeLast(b.size() + 1), last(b.size() + 1),
      row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    beforeLast.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min(
          {last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      bool swapped =
          i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped)
        row[j] = std::min(row[j], beforeLast[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string fovea::didYouMean(std::string_view name,
                              const std::vector<std::string> &candidates) {
  const size_t longestName = 100; // nobody mistypes more; bounds the time
  if (name.empty() || name.size() > longestName)
    return "";
  for (const std::string &candidate : candidates)
    if (candidate != name && lowered(candidate) == lowered(name))
      return candidate;

  size_t allowed = std::max<size_t>(1, name.size() / 3);
  std::string best;
  for (const std::string &candidate : candidates) {
    size_t longer = std::max(name.size(), candidate.size());
    size_t shorter = std::min(name.size(), candidate.size());
    if (candidate == name || longer - shorter > allowed)
      continue;
    size_t distance = editDistance(name, candidate);
    // `x` is no misspelling of `y`: something must be left of the name.
    if (distance > allowed || distance >= longer)
      continue;
    best = candidate;
    if (distance == 0)
      return best;
    allowed = distance - 1; // from here on only a closer one will do
  }
  return best;
}
