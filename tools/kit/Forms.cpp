//===- Forms.cpp - a report as text, JSON, JUnit and Markdown -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Results.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

using namespace fovea;
using namespace fovea::kit;

const char *kit::nameOfLevel(int level) {
  static const char *const names[] = {"interface", "claims", "numbers", "life",
                                      "saved bytes"};
  return names[level];
}

static const char *nameOf(State state) {
  switch (state) {
  case State::Passed:
    return "passed";
  case State::Failed:
    return "failed";
  case State::Refused:
    return "refused";
  default:
    return "not run";
  }
}

size_t Results::count(int wanted, State state) const {
  return static_cast<size_t>(
      std::ranges::count_if(outcomes, [&](const Outcome &outcome) {
        return outcome.level == wanted && outcome.state == state;
      }));
}

bool Results::passed() const {
  return std::ranges::none_of(outcomes, [](const Outcome &outcome) {
    return outcome.state == State::Failed || outcome.state == State::NotRun;
  });
}

/// Whether it says that a cluster is claimed, or why not.
static bool isQuery(const Outcome &outcome) {
  return outcome.level == 1 && outcome.test.ends_with(queryTest);
}

size_t Results::countAsked() const {
  std::set<std::string> groups;
  for (const Outcome &outcome : outcomes)
    if (isQuery(outcome))
      groups.insert(outcome.group);
  return groups.size();
}

State Results::support(const Feature &feature) const {
  const Contents *smallest = nullptr;
  for (const Contents &one : contents)
    if (std::ranges::count(one.features, feature) &&
        (!smallest || one.ops < smallest->ops))
      smallest = &one;
  State state = State::NotRun;
  for (const Outcome &outcome : outcomes) {
    if (!smallest || outcome.group != smallest->group ||
        (outcome.level != 1 && outcome.level != 2))
      continue;
    // What could not be asked is not claimed.
    if (outcome.state == State::Failed)
      return isQuery(outcome) ? State::NotRun : State::Failed;
    // Of a program in several clusters one refusal is enough.
    if (state == State::NotRun || outcome.state == State::Refused)
      state = outcome.state;
  }
  return state;
}

static std::string noteOf(const Results &results, const char *name) {
  for (const auto &[key, value] : results.notes)
    if (key == name)
      return value;
  return "";
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string counted(const Results &results, int level) {
  std::string text;
  for (State state :
       {State::Passed, State::Failed, State::Refused, State::NotRun})
    if (const size_t count = results.count(level, state))
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " +
              nameOf(state);
  return text.empty() ? nameOf(State::NotRun) : text;
}

/// The tests of levels 3 and 4 that were refused with all programs.
static std::string notShown(const Results &results) {
  std::map<std::pair<int, std::string>, std::string> refused;
  for (const Outcome &outcome : results.outcomes)
    if (outcome.level >= 3 && outcome.state == State::Refused)
      refused.insert({{outcome.level, outcome.test}, outcome.text});
  for (const Outcome &outcome : results.outcomes)
    if (outcome.state != State::Refused)
      refused.erase({outcome.level, outcome.test});
  std::string out;
  for (const auto &[test, why] : refused)
    out += (out.empty() ? "\n" : "") + std::string("not shown: L") +
           std::to_string(test.first) + " " + test.second + "\n      " + why +
           "\n";
  return out;
}

std::string kit::text(const Results &results) {
  std::string out = "plugin `" + results.spec + "`";
  if (const std::string name = noteOf(results, "name"); !name.empty())
    out += ": `" + name + "`, build " + noteOf(results, "build") +
           ", interface " + noteOf(results, "interface");
  if (const std::string claims = noteOf(results, "claims"); !claims.empty())
    out += "\nclaims " + claims;
  out += "\n\n";
  for (int level = 0; level <= results.level; ++level) {
    char head[32];
    std::snprintf(head, sizeof head, "L%d %-12s", level, nameOfLevel(level));
    out += head + counted(results, level) + "\n";
  }
  // Many tests of one program fail for one reason, and many programs.
  constexpr size_t mostShown = 3;
  std::map<std::pair<int, std::string>, size_t> shown;
  std::map<std::string, size_t> alike;
  auto isWrong = [](const Outcome &outcome) {
    return outcome.state == State::Failed || outcome.state == State::NotRun;
  };
  for (const Outcome &outcome : results.outcomes)
    if (isWrong(outcome))
      ++alike[outcome.text];
  bool isFirst = true;
  for (const Outcome &outcome : results.outcomes) {
    // 0 behind the first one.
    const size_t count =
        isWrong(outcome) ? std::exchange(alike[outcome.text], 0) : 0;
    if (count == 0)
      continue;
    if (++shown[{outcome.level, outcome.group}] > mostShown)
      continue;
    out += (isFirst ? "\n" : "") +
           std::string(outcome.state == State::Failed ? "FAIL  " : "----  ") +
           "L" + std::to_string(outcome.level) + " " + outcome.group + ", " +
           outcome.test + "\n      " + outcome.text + "\n";
    if (count > 1)
      out += "      and " + std::to_string(count - 1) + " more\n";
    isFirst = false;
  }
  for (const auto &[group, count] : shown)
    if (count > mostShown)
      out += "      " + group.second + ": " +
             std::to_string(count - mostShown) + " more\n";
  out += notShown(results);
  char tail[64];
  std::snprintf(tail, sizeof tail, " (%.1f s)\n", results.seconds);
  if (!results.passed())
    return out + "\nit does not conform" + tail;
  const std::string levels =
      results.level == lastLevel ? "all levels"
      : results.level == 0       ? "level 0"
                           : "levels 0 to " + std::to_string(results.level);
  return out + "\n" + levels + " passed" + tail;
}

//===----------------------------------------------------------------------===//
// For programs
//===----------------------------------------------------------------------===//

static std::set<Feature> featuresOf(const Results &results) {
  std::set<Feature> all;
  for (const Contents &contents : results.contents)
    all.insert(contents.features.begin(), contents.features.end());
  return all;
}

static const char *supportText(State state) {
  return state == State::Passed   ? "yes"
         : state == State::Failed ? "no"
                                  : nameOf(state);
}

std::string kit::json(const Results &results) {
  using Json = nlohmann::ordered_json;
  Json notes = Json::object(), tests = Json::array(), support = Json::array();
  for (const auto &[name, value] : results.notes)
    notes[name] = value;
  for (const Outcome &outcome : results.outcomes)
    tests.push_back({{"level", outcome.level},
                     {"group", outcome.group},
                     {"test", outcome.test},
                     {"state", nameOf(outcome.state)},
                     {"text", outcome.text},
                     {"seconds", outcome.seconds}});
  for (const Feature &feature : featuresOf(results))
    support.push_back({{"kind", feature.kind},
                       {"name", feature.name},
                       {"dtype", feature.dtype},
                       {"support", supportText(results.support(feature))}});
  const Json out = {{"schema", "fovea.plugin-check"},
                    {"version", 1},
                    {"plugin", results.spec},
                    {"about", notes},
                    {"level", results.level},
                    {"passed", results.passed()},
                    {"seconds", results.seconds},
                    {"tests", tests},
                    {"support", support}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

static std::string escaped(const std::string &text) {
  std::string out;
  for (char c : text) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      // XML has no way to write other control characters.
      out += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? '?'
                                                                           : c;
    }
  }
  return out;
}

std::string kit::junit(const Results &results) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<testsuites name=\"" +
                    escaped(results.spec) + "\">\n";
  for (int level = 0; level <= results.level; ++level) {
    size_t total = 0;
    for (const Outcome &outcome : results.outcomes)
      total += outcome.level == level;
    out += "  <testsuite name=\"L" + std::to_string(level) + " " +
           nameOfLevel(level) + "\" tests=\"" + std::to_string(total) +
           "\" failures=\"" +
           std::to_string(results.count(level, State::Failed)) +
           "\" skipped=\"" +
           std::to_string(results.count(level, State::Refused) +
                          results.count(level, State::NotRun)) +
           "\">\n";
    for (const Outcome &outcome : results.outcomes) {
      if (outcome.level != level)
        continue;
      char seconds[32];
      std::snprintf(seconds, sizeof seconds, "%.3f", outcome.seconds);
      out += "    <testcase classname=\"" + escaped(outcome.group) +
             "\" name=\"" + escaped(outcome.test) + "\" time=\"" + seconds +
             "\"";
      if (outcome.state == State::Passed) {
        out += "/>\n";
        continue;
      }
      out += std::string("><") +
             (outcome.state == State::Failed ? "failure" : "skipped") +
             " message=\"" + escaped(outcome.text) + "\"/></testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

//===----------------------------------------------------------------------===//
// For people who choose a plugin
//===----------------------------------------------------------------------===//

static std::string table(const Results &results, const char *kind,
                         const char *title) {
  static const char *const dtypes[] = {"bool", "i32", "i64", "f16",
                                       "bf16", "f32", "f64"};
  std::map<std::string, std::map<std::string, State>> rows;
  for (const Feature &feature : featuresOf(results))
    if (feature.kind == kind)
      rows[feature.name][feature.dtype] = results.support(feature);
  std::string out = std::string("| ") + title + " |", line = "|---|";
  for (const char *dtype : dtypes) {
    out += std::string(" ") + dtype + " |";
    line += "---|";
  }
  out += "\n" + line + "\n";
  for (const auto &[name, row] : rows) {
    out += "| " + name + " |";
    for (const char *dtype : dtypes) {
      auto found = row.find(dtype);
      out += std::string(" ") +
             (found == row.end() ? "" : supportText(found->second)) + " |";
    }
    out += "\n";
  }
  return out;
}

std::string kit::markdown(const Results &results) {
  std::string out =
      "# Support matrix of `" + noteOf(results, "name") + "`\n\nBuild " +
      noteOf(results, "build") + ", plugin interface " +
      noteOf(results, "interface") +
      ". Made by `fovea plugin check`. Levels 0 to " +
      std::to_string(results.level) +
      (results.passed() ? " passed.\n\n" : " did not all pass.\n\n");
  out += table(results, "op", "op, by dtype of its result") + "\n";
  out += table(results, "join", "join, by dtype of its elements") + "\n";
  out += "| form | |\n|---|---|\n";
  for (const Feature &feature : featuresOf(results))
    if (feature.kind == "form")
      out += "| " + feature.name + " | " +
             supportText(results.support(feature)) + " |\n";
  return out +
         "\n- *yes*: it is computed, and right.\n"
         "- *no*: it is claimed, and wrong.\n"
         "- *refused*: it is left to other backends.\n"
         "- *not run*: the check did not come to it.\n"
         "- blank: no program of the kit has it; mostly there is no such op or "
         "join of that dtype.\n";
}
