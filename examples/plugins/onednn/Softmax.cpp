//===- Softmax.cpp - asks the host about softmax --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Softmax.h"

using namespace onednn;

namespace {

/// A match takes a pass of the host's compiler: nothing is asked that the
/// number of folds and the ranks exclude.
constexpr uint32_t mostAxes = 6;

/// softmax of a `rank`-dimensional array along dimension `at`:
///   import std.nn
///   fn f(x: f32[A, B]) -> f32[A, B] { y[a, b] = softmax[b](x[a, b]); return y
///   }
std::string pattern(uint32_t rank, uint32_t at, bool isLog) {
  std::string shape, index;
  for (uint32_t k = 0; k < rank; ++k) {
    shape += (k ? ", " : "") + std::string(1, static_cast<char>('A' + k));
    index += (k ? ", " : "") + std::string(1, static_cast<char>('a' + k));
  }
  const std::string type = "f32[" + shape + "]";
  return "import std.nn\nfn f(x: " + type + ") -> " + type + " {\n  y[" +
         index + "] = " + (isLog ? "log_softmax[" : "softmax[") +
         static_cast<char>('a' + at) + "](x[" + index + "])\n  return y\n}\n";
}

} // namespace

std::optional<SoftmaxMatch> onednn::matchSoftmax(const fovea_host &host,
                                                 const fovea_cluster &cluster) {
  const fovea::sdk::view<fovea_port> inputs(cluster.inputs),
      outputs(cluster.outputs);
  if (inputs.size() != 1 || outputs.size() != 1 || cluster.folds.count != 1)
    return std::nullopt;
  const uint32_t rank = inputs[0].axes.count;
  if (rank < 2 || rank > mostAxes || outputs[0].axes.count != rank)
    return std::nullopt;
  for (const bool isLog : {false, true})
    for (uint32_t at = 0; at < rank; ++at) {
      uint32_t input = FOVEA_NONE;
      uint32_t axes[2 * mostAxes];
      fovea_match match = {sizeof match, FOVEA_PLUGIN_VERSION, &input, 1,
                           axes,         2 * mostAxes};
      int32_t found = 0;
      fovea_error error = {};
      error.size = sizeof error;
      error.version = FOVEA_ABI_VERSION;
      if (host.match(&host, &cluster, pattern(rank, at, isLog).c_str(), &match,
                     &found, &error) != FOVEA_OK ||
          !found)
        continue;
      // Axes of the pattern: those of x's shape, then those of the output, each
      // in order. The latter are the loops that the input is read along.
      return SoftmaxMatch{input, Axes(axes, axes + rank),
                          Axes(axes + rank, axes + 2 * rank), axes[rank + at],
                          isLog};
    }
  return std::nullopt;
}
