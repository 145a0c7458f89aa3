//===- Explanation.h - what became of a function ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Everything is text in the user's names; no operation of the dialect is named.
// docs/explain.md describes what is told.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_EXPLAIN_EXPLANATION_H
#define FOVEA_TOOLS_EXPLAIN_EXPLANATION_H

#include "ir/Dialect.h"
#include "runtime/Status.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fovea {

/// A number of bytes, as a formula of the sizes and for the sizes at hand.
struct ByteCount {
  std::string formula;
  int64_t count = 0;
};

/// An array in memory.
struct ExplainedArray {
  /// `s[i, j]`
  std::string name;
  /// `f32[N, M]`
  std::string type;
  ByteCount bytes;
};

/// Lines of one file.
struct SourceLines {
  std::string file;
  unsigned first, last;
};

/// The lines of those places in runs, those of the library last.
std::vector<SourceLines> linesOf(std::span<const SourcePlace> places);

/// `attention.fov:9-11, attention.fov:17`
std::string text(std::span<const SourceLines> lines);

/// An axis that is walked along, and how often.
struct ExplainedAxis {
  std::string name, size;
  int64_t extent;
  unsigned passes;
};

/// A condition under which a place is visited.
struct ExplainedMask {
  std::string condition;
  /// It depends on nothing but indices, sizes and scalars.
  bool isOverIndices;
  /// Made of such conditions and of comparisons of data along one axis each.
  bool isLookedUp;
};

/// Why a reduction is not in the pass of what it depends on.
struct ExplainedRefusal {
  std::string kind, reduction, file;
  unsigned line = 0;
  std::string reason, hint;
};

/// Why arrays between kernels are stored.
struct ExplainedStore {
  std::vector<std::string> arrays;
  std::string reason, hint;
};

/// What runs as one: folds with what is done to their results, or a map.
struct ExplainedKernel {
  unsigned folds = 0;
  std::vector<SourceLines> lines;
  std::vector<std::string> computes, rows;
  std::vector<ExplainedAxis> streamed;
  /// Formulas of the folds; see FoldCertificate.
  std::vector<std::string> accumulators, gauges, repairs, results;
  ByteCount state;
  std::vector<ExplainedArray> reads, writes;
  std::vector<std::string> recomputed;
  std::vector<ExplainedMask> masks;
  std::vector<ExplainedRefusal> refusals;
  /// What no refusal speaks of.
  std::vector<ExplainedStore> stored;
};

/// What goes through memory.
struct MemoryTraffic {
  int64_t read = 0, written = 0;
  /// Arrays that are neither inputs nor results.
  int64_t between = 0;
};

/// An input, a definition or a reduction of the formula.
struct ExplainedDefinition {
  ExplainedArray array;
  std::string formula;
  bool isInput = false, isResult = false;
  /// Numbers of the definitions that it reads.
  std::vector<unsigned> sources;
  int64_t bytesRead = 0;
  /// Numbers of the kernels that compute it.
  std::vector<unsigned> kernels;
};

struct Explanation {
  std::string signature;
  std::vector<std::pair<std::string, int64_t>> sizes;
  std::vector<ExplainedKernel> kernels;
  /// Axes that some fold walks along, with all passes over them.
  std::vector<ExplainedAxis> axes;
  /// If every definition and reduction were stored, and as it is.
  MemoryTraffic before, after;
  std::vector<ExplainedDefinition> definitions;
};

/// Explains `folded`, which the passes made from `written`, for those sizes.
/// `formed` is what became of `folded` when kernels were formed; its operations
/// had been numbered. Error: a size cannot be computed.
Expected<Explanation> explain(ir::FuncOp written, ir::FuncOp folded,
                              ir::FuncOp formed, std::span<const int64_t> dims);
/// Numbers the operations of a function, so that what they become is known.
void numberOperations(ir::FuncOp func);

std::string text(const Explanation &explanation);
std::string json(const Explanation &explanation);
/// The graph of the formula, and that of the kernels, for graphviz.
std::string dot(const Explanation &explanation);

/// `12.5 MiB`
std::string bytesText(int64_t bytes);

} // namespace fovea

#endif // FOVEA_TOOLS_EXPLAIN_EXPLANATION_H
