//===- Text.cpp - an explanation for people -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/explain/Explanation.h"

#include <cstdio>

using namespace fovea;

static std::string joined(const std::vector<std::string> &list) {
  std::string out;
  for (const std::string &item : list)
    out += (out.empty() ? "" : ", ") + item;
  return out;
}

std::string fovea::text(std::span<const SourceLines> lines) {
  std::vector<std::string> parts;
  for (const auto &[file, first, last] : lines)
    parts.push_back(file + ":" + std::to_string(first) +
                    (last == first ? "" : "-" + std::to_string(last)));
  return joined(parts);
}

static std::string passes(unsigned number) {
  return std::to_string(number) + (number == 1 ? " pass" : " passes");
}

/// One line with a heading, nothing if there is nothing to say.
static std::string line(const char *heading, const std::string &what) {
  if (what.empty())
    return "";
  char padded[32];
  std::snprintf(padded, sizeof padded, "  %-13s ", heading);
  return padded + what + "\n";
}

/// A heading, and lines below it.
static std::string block(const char *heading,
                         const std::vector<std::string> &lines) {
  std::string out;
  for (const std::string &each : lines)
    out += line(out.empty() ? heading : "", each);
  return out;
}

static std::string arrays(const std::vector<ExplainedArray> &list) {
  std::vector<std::string> parts;
  for (const ExplainedArray &array : list)
    parts.push_back(array.name + " " + bytesText(array.bytes.count));
  return joined(parts);
}

static std::string text(const ExplainedKernel &kernel, size_t number) {
  std::vector<std::string> axes, masks;
  std::string out =
      "\nkernel " + std::to_string(number) + "  " +
      (kernel.folds == 0   ? "map"
       : kernel.folds == 1 ? "fold"
                           : std::to_string(kernel.folds) + " folds") +
      "  " + text(kernel.lines) + "\n";
  out += block("computes", kernel.computes);
  for (const ExplainedAxis &axis : kernel.streamed)
    axes.push_back(axis.name + " (" + axis.size + " = " +
                   std::to_string(axis.extent) + ") in " + passes(axis.passes));
  out += line("streams", joined(axes));
  out += line("rows", joined(kernel.rows));
  if (kernel.folds > 0)
    out += line("state", kernel.state.formula + " bytes a row, " +
                             bytesText(kernel.state.count));
  out += line("reads", arrays(kernel.reads));
  out += line("writes", arrays(kernel.writes));
  out += block("recomputes", kernel.recomputed);
  for (const ExplainedMask &mask : kernel.masks)
    masks.push_back(mask.condition +
                    (mask.isOverIndices ? "   (over indices: bounds a range)"
                     : mask.isLookedUp
                         ? "   (over data along one axis: looked up)"
                         : "   (over data: tested)"));
  out += block("where", masks);
  out += block("accumulates", kernel.accumulators);
  out += block("gauges", kernel.gauges);
  out += block("repair", kernel.repairs);
  out += block("results", kernel.results);
  for (const ExplainedRefusal &refusal : kernel.refusals) {
    const std::string place =
        refusal.file.empty()
            ? ""
            : "  " + refusal.file + ":" + std::to_string(refusal.line);
    out += line(refusal.kind == "stored" ? "stored" : "waits",
                refusal.reduction + place);
    out += line("", "because " + refusal.reason);
    if (!refusal.hint.empty())
      out += line("", "hint: " + refusal.hint);
  }
  for (const ExplainedStore &store : kernel.stored) {
    out += line("stored", joined(store.arrays));
    out += line("", "because " + store.reason);
    out += line("", "hint: " + store.hint);
  }
  return out;
}

static std::string line(const char *heading, int64_t before, int64_t after) {
  std::string ratio;
  if (after > 0 && before > after + after / 20) {
    char times[48];
    std::snprintf(times, sizeof times, "   (%.1f times less)",
                  static_cast<double>(before) / static_cast<double>(after));
    ratio = times;
  }
  return line(heading, bytesText(before) + " -> " + bytesText(after) + ratio);
}

std::string fovea::text(const Explanation &explanation) {
  std::string out = explanation.signature + "\n";
  std::vector<std::string> sizes, axes;
  for (const auto &[name, size] : explanation.sizes)
    sizes.push_back(name + " = " + std::to_string(size));
  out += line("sizes", joined(sizes));
  out += line("kernels", std::to_string(explanation.kernels.size()));
  for (const ExplainedAxis &axis : explanation.axes)
    axes.push_back(axis.name + ": " + passes(axis.passes));
  out += line("passes", joined(axes));
  const MemoryTraffic &before = explanation.before, &after = explanation.after;
  out += line("read", before.read, after.read);
  out += line("written", before.written, after.written);
  out += line("in between", before.between, after.between);
  size_t number = 0;
  for (const ExplainedKernel &kernel : explanation.kernels)
    out += ::text(kernel, ++number);
  return out;
}
