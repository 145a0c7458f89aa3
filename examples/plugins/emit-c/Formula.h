//===- Formula.h - a cluster, ready to be walked ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef EMIT_C_FORMULA_H
#define EMIT_C_FORMULA_H

#include "backends/fovea_plugin.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace emitc {

using Numbers = std::vector<uint32_t>;

/// Types of variables in the C text. All floats are computed in double, which
/// the interface allows and which costs a plain C compiler little.
enum class CType : uint8_t { Real, Wide, Narrow, Bool };
CType typeOf(fovea_dtype dtype);
const char *nameOf(CType type);
/// Bytes of a variable, and of an element in memory.
unsigned bytesOf(CType type);
unsigned bytesOf(fovea_dtype dtype);

inline bool isArg(fovea_join join) {
  return join == FOVEA_ARGMAX || join == FOVEA_ARGMIN;
}

/// What is joined along `over`: a reduction, or an accumulator of a fold.
struct Joined {
  fovea_join join = FOVEA_SUM;
  fovea_dtype dtype = FOVEA_F64; ///< of the elements
  Numbers over;
  uint32_t element = FOVEA_NONE;
  uint32_t guard = FOVEA_NONE;
  CType result() const { return isArg(join) ? CType::Wide : typeOf(dtype); }
};

/// The arrays of a cluster as vectors, and what is asked of them.
class Formula {
public:
  explicit Formula(const fovea_cluster &cluster);

  Numbers list(fovea_list numbers) const {
    return fovea::sdk::list(cluster, numbers);
  }
  std::string text(uint32_t offset) const {
    return fovea::sdk::text(cluster, offset);
  }
  Numbers axesOf(uint32_t op) const { return list(ops[op].axes); }
  Numbers operandsOf(uint32_t op) const { return list(ops[op].operands); }
  uint32_t sizeOf(uint32_t axis) const { return axes[axis].size; }

  Joined reduction(uint32_t op) const;
  /// Accumulator number `part` of a fold.
  Joined accumulator(uint32_t fold, uint32_t part) const;
  const fovea_accumulator &accumulatorOf(uint32_t fold, uint32_t part) const {
    return accumulators[folds[fold].accumulators.first + part];
  }

  /// The first op that this plugin does not know, or FOVEA_NONE, and why.
  uint32_t firstUnknown(fovea_reason &reason) const;
  /// Whether an op is made from the state of a fold that it does not belong to
  /// as a whole, so that it has no value of its own.
  bool usesState(uint32_t op) const { return !states[op].empty(); }

  const fovea_cluster &cluster;
  std::vector<fovea_axis> axes;
  std::vector<fovea_port> inputs, outputs;
  std::vector<fovea_op> ops;
  std::vector<fovea_fold> folds;
  std::vector<fovea_accumulator> accumulators;
  std::vector<fovea_gauge> gauges;
  std::vector<fovea_range> ranges;

private:
  void findStates();

  /// For each op the folds whose state it is made from.
  std::vector<Numbers> states;
};

} // namespace emitc

#endif // EMIT_C_FORMULA_H
