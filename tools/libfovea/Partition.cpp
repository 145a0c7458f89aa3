//===- Partition.cpp - who computes what ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/ClusterExecutable.h"
#include "tools/explain/Explanation.h"
#include "tools/libfovea/Backends.h"
#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace fovea;
using plugin::Assignment;
using plugin::Partition;

/// ` (attention.fov:3)`
static std::string placeText(const plugin::Refusal &refusal) {
  return refusal.places.empty()
             ? ""
             : " (" + text(linesOf({refusal.places.data(), 1})) + ")";
}

static std::string textOf(const Partition &partition) {
  std::string text;
  for (const Assignment &one : partition) {
    text += one.label;
    if (!one.places.empty())
      text += ", " + fovea::text(linesOf(one.places));
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
              placeText(refusal) + "\n";
  }
  return text;
}

static std::string jsonOf(const Partition &partition) {
  llvm::json::Array clusters;
  for (const Assignment &one : partition) {
    llvm::json::Array refusals;
    for (const plugin::Refusal &refusal : one.refusals) {
      llvm::json::Object entry{{"backend", refusal.device},
                               {"kind", refusal.kind},
                               {"reason", llvm::json::fixUTF8(refusal.reason)}};
      if (!refusal.places.empty()) {
        entry["file"] = llvm::json::fixUTF8(refusal.places[0].file);
        entry["line"] = refusal.places[0].line;
      }
      refusals.push_back(std::move(entry));
    }
    llvm::json::Array lines;
    for (const auto &[file, first, last] : linesOf(one.places))
      lines.push_back(llvm::json::Object{{"file", llvm::json::fixUTF8(file)},
                                         {"first", first},
                                         {"last", last}});
    llvm::json::Object entry{{"makes", one.label},
                             {"lines", std::move(lines)},
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
      llvm::json::Value(llvm::json::Object{{"schema", "fovea.partition"},
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

/// `1 of 2 clusters runs on cpu, not on a (it has no random numbers)`, for each
/// pair of who computes and who would have come first.
static std::string elsewhereText(const Partition &partition) {
  struct Group {
    const Assignment *first;
    size_t count;
  };
  std::vector<Group> groups;
  for (const Assignment &one : partition) {
    if (one.refusals.empty())
      continue;
    auto same = std::ranges::find_if(groups, [&](const Group &group) {
      return group.first->device == one.device &&
             group.first->refusals[0].device == one.refusals[0].device;
    });
    if (same == groups.end())
      groups.push_back({&one, 1});
    else
      ++same->count;
  }
  std::string text;
  for (const auto &[first, count] : groups)
    text += (text.empty() ? "" : "; ") + std::to_string(count) + " of " +
            std::to_string(partition.size()) +
            (partition.size() == 1 ? " cluster" : " clusters") +
            (count == 1 ? " runs on " : " run on ") + first->device +
            ", not on " + first->refusals[0].device + " (" +
            first->refusals[0].reason + ")";
  return text;
}

/// `` `x` and `y` were copied for layout or alignment, 1.5 KiB ``.
static std::string copiesText(const plugin::Copies &copies) {
  std::string text;
  const size_t count = copies.arrays.size();
  for (size_t i = 0; i < count; ++i)
    text += (i == 0           ? ""
             : i + 1 == count ? " and "
                              : ", ") +
            (copies.arrays[i].empty() ? "an array between clusters"
                                      : "`" + copies.arrays[i] + "`");
  if (count)
    text += (count == 1 ? " was" : " were") +
            std::string(" copied for layout or alignment, ") +
            bytesText(static_cast<int64_t>(copies.bytes));
  return text;
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
    const plugin::RunReport run = clusters->lastRun();
    const std::string elsewhere = elsewhereText(run.partition);
    const std::string copied = copiesText(run.copies);
    call->text =
        elsewhere + (elsewhere.empty() || copied.empty() ? "" : "; ") + copied;
    return Status::ok();
  });
}
