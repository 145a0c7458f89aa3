//===- Partition.cpp - who computes what ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/explain/Explanation.h"
#include "tools/libfovea/Backends.h"
#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace fovea;
using plugin::Assignment;
using plugin::Partition;

/// `3`, `5-7`.
static std::string linesText(const std::vector<uint32_t> &lines) {
  std::string text;
  for (size_t i = 0; i < lines.size();) {
    size_t last = i;
    while (last + 1 < lines.size() && lines[last + 1] == lines[last] + 1)
      ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(lines[i]);
    if (last != i)
      text += "-" + std::to_string(lines[last]);
    i = last + 1;
  }
  return text;
}

static std::string placeText(const std::vector<SourcePlace> &places) {
  return places.empty() ? "" : " (line " + std::to_string(places[0].line) + ")";
}

static std::string textOf(const Partition &partition) {
  std::string text;
  for (const Assignment &one : partition) {
    text += one.label;
    if (!one.lines.empty())
      text += ", line" + std::string(one.lines.size() > 1 ? "s " : " ") +
              linesText(one.lines);
    text += ": " + (one.device.empty() ? "nobody" : one.device);
    if (one.isDecomposed)
      text += ", stores what fusion avoids";
    if (one.isStatic)
      text += ", compiles for each size";
    text += "\n";
    if (!one.note.empty())
      text += "  " + one.note + "\n";
    for (const plugin::Refusal &refusal : one.refusals)
      text += "  not " + refusal.device + ": " + refusal.reason +
              placeText(refusal.places) + "\n";
  }
  return text;
}

static std::string jsonOf(const Partition &partition) {
  llvm::json::Array clusters;
  for (const Assignment &one : partition) {
    llvm::json::Array refusals;
    for (const plugin::Refusal &refusal : one.refusals) {
      llvm::json::Object entry{{"backend", refusal.device},
                               {"reason", llvm::json::fixUTF8(refusal.reason)}};
      if (!refusal.places.empty())
        entry["line"] = refusal.places[0].line;
      refusals.push_back(std::move(entry));
    }
    llvm::json::Object entry{{"makes", one.label},
                             {"lines", llvm::json::Array(one.lines)},
                             {"backend", one.device.empty()
                                             ? llvm::json::Value(nullptr)
                                             : llvm::json::Value(one.device)},
                             {"materializes", one.isDecomposed},
                             {"static_sizes", one.isStatic},
                             {"note", llvm::json::fixUTF8(one.note)},
                             {"refusals", std::move(refusals)}};
    clusters.push_back(std::move(entry));
  }
  std::string text;
  llvm::raw_string_ostream(text) << llvm::formatv(
      "{0:2}\n",
      llvm::json::Value(llvm::json::Object{{"schema", "fovea-partition"},
                                           {"version", 1},
                                           {"clusters", std::move(clusters)}}));
  return text;
}

fovea_code fovea_partition(const fovea_program *program,
                           const fovea_request *request, const char *form,
                           fovea_call *call, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!program || !form || !call)
      return misuse("`program`, `form` or `call` is null");
    const std::string_view wanted = form;
    if (wanted != "text" && wanted != "json")
      return misuse("there is no form `" + std::string(wanted) +
                    "`; there is `text` and `json`");
    Expected<fovea_request> asked = fovea::request(request, "the request");
    if (!asked)
      return asked.status();
    auto backend =
        clusterBackend(asked->backend ? asked->backend : fovea_backend_name(0),
                       asked->allow_materialize != 0);
    if (!backend)
      return backend.status();
    Expected<Instantiated> source = instantiate(*program, *asked, call);
    if (!source)
      return source.status();
    Expected<Partition> partition =
        (*backend)->partition(functionIn(*source->module));
    if (!partition)
      return partition.status();
    call->text = wanted == "json" ? jsonOf(*partition) : textOf(*partition);
    return Status::ok();
  });
}

fovea_code fovea_exe_report(const fovea_exe *exe, fovea_call *call,
                            fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!exe || !call)
      return misuse("`exe` or `call` is null");
    auto *clusters =
        dynamic_cast<const plugin::ClusterExecutable *>(exe->executable.get());
    if (!clusters)
      return Status::ok();
    const Partition partition = clusters->partition();
    // In the order of the first cluster that each computes for another one.
    std::vector<std::pair<std::string, size_t>> counts;
    std::string refusing;
    const std::string first = [&] {
      for (const Assignment &one : partition)
        if (!one.refusals.empty())
          return one.refusals.front().reason;
      return std::string();
    }();
    for (const Assignment &one : partition) {
      if (one.refusals.empty())
        continue;
      refusing = one.refusals.front().device;
      auto known = std::ranges::find(counts, one.device,
                                     &std::pair<std::string, size_t>::first);
      if (known == counts.end())
        counts.emplace_back(one.device, 1);
      else
        ++known->second;
    }
    const plugin::Copies copies = clusters->copies();
    std::string text;
    for (const auto &[device, count] : counts)
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " of " +
              std::to_string(partition.size()) +
              (partition.size() == 1 ? " cluster" : " clusters") +
              (count == 1 ? " runs on " : " run on ") + device + ", not on " +
              refusing;
    if (!text.empty())
      text += " (" + first + ")";
    if (copies.count)
      text += (text.empty() ? "" : "; ") + std::to_string(copies.count) +
              (copies.count == 1 ? " array was" : " arrays were") +
              " copied for layout or alignment, " +
              bytesText(static_cast<int64_t>(copies.bytes));
    call->text = text;
    return Status::ok();
  });
}
