//===- Plugin.cpp - a backend that writes C -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Library.h"
#include "Plan.h"
#include "Prelude.h"

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace emitc;
using fovea::sdk::plugin_error;
using fovea::sdk::view;

namespace {
/// A compiled cluster, as its instances see it.
struct Compiled {
  Compiled(const fovea_cluster &cluster, const CCompiler &compiler, Plan given,
           const fovea_host *host)
      : plan(std::move(given)), library(compiler, plan.source), sizes(cluster),
        host(host),
        phases(static_cast<const CPhase *>(library.find(phasesName))) {
    for (const fovea_port &port : view<fovea_port>(cluster.inputs))
      inputBytes.push_back(bytesOf(port.dtype));
    for (const fovea_port &port : view<fovea_port>(cluster.outputs))
      outputBytes.push_back(bytesOf(port.dtype));
  }

  Plan plan;
  Library library;
  fovea::sdk::Sizes sizes;
  const fovea_host *host;
  const CPhase *phases;
  std::vector<unsigned> inputBytes, outputBytes;
};

/// Adds arrays up.
class Layout {
public:
  explicit Layout(const std::vector<int64_t> &sizes) : sizes(sizes) {}

  int64_t count(const Numbers &extents) const {
    int64_t all = 1;
    // A zero first: it makes up for any of the others.
    for (uint32_t size : extents)
      if (sizes[size] == 0)
        return 0;
    for (uint32_t size : extents)
      all = fovea::sdk::checkedProduct(all, sizes[size]);
    return all;
  }
  /// Gives the offset of an array behind those before.
  int64_t add(const Array &array) {
    const int64_t at = bytes;
    const int64_t own =
        fovea::sdk::checkedProduct(count(array.sizes), array.bytes);
    if (own > INT64_MAX / 2 - bytes)
      throw plugin_error(FOVEA_UNSUPPORTED_SHAPE,
                         "the workspace does not fit 64 bits");
    // Whole cache lines, so that no two workers write to one.
    bytes += (own + 63) / 64 * 64;
    return at;
  }
  int64_t bytes = 0;

private:
  const std::vector<int64_t> &sizes;
};

/// So many pieces of its items a phase has at most. More pieces than workers
/// keep all of them busy; the number depends on nothing else, and no number in
/// a result on it.
constexpr int64_t mostPieces = 64;

class CInstance : public fovea::sdk::Instance {
public:
  CInstance(const Compiled &exe, const fovea_prepare_request &request,
            fovea_prepared &prepared)
      : exe(exe), sizes(exe.sizes.values(request.dims)) {
    Layout stored(sizes);
    for (const Array &array : exe.plan.stored)
      storedAt.push_back(stored.add(array));
    storedBytes = stored.bytes;
    auto scratch = exe.plan.scratch.begin();
    int64_t most = 0;
    for (const Plan::Phase &phase : exe.plan.phases) {
      Layout own(sizes);
      for (size_t i = 0; i < phase.scratch; ++i)
        scratchAt.push_back(own.add(*scratch++));
      const int64_t items = Layout(sizes).count(phase.items);
      pieces.push_back({items, std::min(items, mostPieces), own.bytes});
      most = std::max(
          most, fovea::sdk::checkedProduct(pieces.back().count, own.bytes));
    }
    if (most > INT64_MAX / 2 - storedBytes)
      throw plugin_error(FOVEA_UNSUPPORTED_SHAPE,
                         "the workspace does not fit 64 bits");
    prepared.workspace_bytes = static_cast<uint64_t>(storedBytes + most);
    // Elements are read as numbers of C, which lie at multiples of their size.
    for (uint64_t i = 0; i < prepared.input_count; ++i)
      FOVEA_NEEDS(&prepared, inputs, i)->alignment = exe.inputBytes[i];
    for (uint64_t i = 0; i < prepared.output_count; ++i)
      FOVEA_NEEDS(&prepared, outputs, i)->alignment = exe.outputBytes[i];
  }

  void run(const fovea_run_request &request) override {
    const std::vector<CPort> inputs = portsOf(request.inputs);
    const std::vector<CPort> outputs = portsOf(request.outputs);
    Stop stop{exe.host, request.run};
    CEnv env{};
    env.sizes = sizes.data();
    env.inputs = inputs.data();
    env.outputs = outputs.data();
    env.stored = static_cast<char *>(request.workspace);
    env.storedAt = storedAt.data();
    env.scratchAt = scratchAt.data();
    env.stop = [](void *context) -> int {
      const auto *stop = static_cast<const Stop *>(context);
      return stop->host->cancelled(stop->run);
    };
    env.context = &stop;
    for (size_t i = 0; i < pieces.size(); ++i) {
      const Pieces &all = pieces[i];
      const int64_t each = all.count ? all.items / all.count : 0;
      const int64_t rest = all.items - each * all.count;
      auto begin = [&](int64_t piece) {
        return piece * each + std::min(piece, rest);
      };
      // Of those that fail the first piece is told, whoever was first.
      fovea::sdk::parallelFor(
          *exe.host, request.run, static_cast<uint64_t>(all.count),
          [&](uint64_t item, uint32_t) {
            const auto piece = static_cast<int64_t>(item);
            CFail failed{};
            const int result = exe.phases[i](
                &env, begin(piece), begin(piece + 1),
                env.stored + storedBytes + piece * all.scratch, &failed);
            if (result == CPhaseStopped)
              throw plugin_error(FOVEA_CANCELLED, "cancelled");
            if (result == CPhaseFailed)
              throw failure(failed);
          });
    }
  }

private:
  struct Stop {
    const fovea_host *host;
    fovea_run_handle *run;
  };
  struct Pieces {
    int64_t items, count, scratch;
  };

  static std::vector<CPort> portsOf(const fovea_span &tensors) {
    std::vector<CPort> ports;
    for (const fovea_tensor &tensor : view<fovea_tensor>(tensors)) {
      auto *data = static_cast<char *>(tensor.buffer.data);
      ports.push_back(
          {data ? data + tensor.byte_offset : nullptr, tensor.strides});
    }
    return ports;
  }

  plugin_error failure(const CFail &failed) const {
    const auto op = static_cast<uint32_t>((failed.op - 1) / 256);
    const auto index = static_cast<size_t>((failed.op - 1) % 256);
    const FailingOp &known = exe.plan.failing.at(op);
    std::vector<int64_t> position(known.sizes.size());
    int64_t rest = failed.place;
    for (size_t i = position.size(); i-- > 0;) {
      const int64_t extent = sizes[known.sizes[i]];
      position[i] = rest % extent;
      rest /= extent;
    }
    std::string place;
    for (size_t i = 0; i < position.size(); ++i)
      place += (i == 0 ? " (at " : ", ") + known.axes[i] + " = " +
               std::to_string(position[i]);
    if (!position.empty())
      place += ")";
    if (known.opcode != FOVEA_OP_AT)
      return plugin_error(FOVEA_DIVISION_BY_ZERO,
                          "integer division by zero" + place)
          .atOp(op)
          .withValue(failed.value)
          .atPosition(std::move(position));
    // Only of an input the position of the axis is the one that the user knows.
    const bool isInput = !known.positions.empty();
    return plugin_error(
               FOVEA_OUT_OF_RANGE,
               "index " + std::to_string(failed.value) + " is outside of `" +
                   known.name + "`, " +
                   (isInput
                        ? "whose axis " +
                              std::to_string(known.positions[index]) + " has"
                        : "where it has") +
                   " the extent " +
                   std::to_string(sizes[known.indexed.at(index)]) + place)
        .atOp(op)
        .inTensor(known.name)
        .withValue(failed.value)
        .atPosition(std::move(position));
  }

  const Compiled &exe;
  std::vector<int64_t> sizes, storedAt, scratchAt;
  int64_t storedBytes = 0;
  std::vector<Pieces> pieces;
};

class CExe : public fovea::sdk::Exe {
public:
  CExe(const fovea_cluster &cluster, const CCompiler &compiler, Plan plan,
       const fovea_host *host)
      : compiled(cluster, compiler, std::move(plan), host) {}
  std::unique_ptr<fovea::sdk::Instance>
  prepare(const fovea_prepare_request &request,
          fovea_prepared &prepared) override {
    return std::make_unique<CInstance>(compiled, request, prepared);
  }

private:
  Compiled compiled;
};

class CBackend : public fovea::sdk::Backend {
public:
  explicit CBackend(const fovea_open_request &request) : host(request.host) {
    for (const auto &[key, value] :
         fovea::sdk::options(request, {"cc", "flags", "keep"})) {
      if (key == "cc")
        compiler.command = value;
      else if (key == "keep")
        keep = value;
      else
        compiler.flags = words(value);
    }
  }

  void query(const fovea_cluster &cluster, fovea_claim &claim) override {
    fovea_reason reason = FOVEA_REASON_OTHER;
    claim.op = Formula(cluster).firstUnknown(reason);
    if (claim.op != FOVEA_NONE) {
      claim.kind = FOVEA_CLAIM_NONE;
      claim.reason = reason;
      fovea::sdk::setText(claim,
                          "an op is of a kind that emit-c does not know");
      return;
    }
    claim.kind = FOVEA_CLAIM_FUSED;
    claim.sizes = FOVEA_SIZES_ANY;
    fovea::sdk::setText(claim, "C, compiled by `" + compiler.command + "`");
  }

  std::unique_ptr<fovea::sdk::Exe>
  compile(const fovea_cluster &cluster) override {
    Plan plan = planOf(cluster);
    if (!keep.empty())
      keepSource(plan.source);
    return std::make_unique<CExe>(cluster, compiler, std::move(plan), host);
  }

private:
  /// The first cluster begins the file anew, the others follow.
  void keepSource(const std::string &source) {
    std::ofstream file(keep, kept == 0 ? std::ios::trunc : std::ios::app);
    file << "/* Cluster " << ++kept << ". */\n" << source;
    if (!file.flush())
      throw plugin_error(FOVEA_IO, "cannot write `" + keep + "`");
  }
  static std::vector<std::string> words(const std::string &text) {
    std::istringstream stream(text);
    std::vector<std::string> all;
    for (std::string word; stream >> word;)
      all.push_back(word);
    return all;
  }

  const fovea_host *host;
  CCompiler compiler;
  std::string keep; ///< path that the C texts are written to as well
  int kept = 0;     ///< texts in it
};
} // namespace

FOVEA_PLUGIN(CBackend, "emit-c", "emit-c 1", FOVEA_PLUGIN_JOINS)
