//===- Arrays.h - arrays and sizes in the user's words ----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_EXPLAIN_ARRAYS_H
#define FOVEA_TOOLS_EXPLAIN_ARRAYS_H

#include "tools/explain/Explanation.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace fovea::explaining {

/// Sizes of one call.
class Sizes {
public:
  Sizes(ir::FuncOp func, std::span<const int64_t> dims)
      : func(func), dims(dims.begin(), dims.end()) {}

  int64_t extent(ir::SizeAttr size);
  ByteCount bytes(ir::SizeAttr size);
  ByteCount bytes(ir::ArrayType type) { return bytes(sizeOf(type)); }
  ExplainedAxis axis(ir::AxisAttr axis, unsigned passes);
  /// The array of an input or of a value.
  ExplainedArray array(mlir::Value value);
  /// That of a result, by its name.
  ExplainedArray array(ir::OutputOp output);
  /// The same, with the bytes that are read of it.
  ExplainedArray read(mlir::Value value, ir::ArrayType places);

  /// Bytes of an array.
  static ir::SizeAttr sizeOf(ir::ArrayType type);

  /// The first size that could not be computed.
  Status fault = Status::ok();

private:
  ExplainedArray array(mlir::Value value, llvm::StringRef called,
                       llvm::ArrayRef<ir::AxisAttr> axes);

  ir::FuncOp func;
  std::vector<int64_t> dims;
};

/// Arrays that are read, each with the places from which it is read: those of
/// the reads through indices, or its own.
using Sources = llvm::MapVector<mlir::Value, ir::ArrayType>;

/// What `op` reads of memory, where `isStored` values are in memory. Looks
/// through everything else.
Sources sourcesOf(mlir::Operation *op,
                  llvm::function_ref<bool(mlir::Value)> isStored);

/// linesOf all that is at some locations.
std::vector<SourceLines> linesAt(llvm::ArrayRef<mlir::Location> locations);

/// The innermost text at a location, or nothing.
std::optional<SourceLines> placeOf(mlir::Location place);

/// What a fold does at each place besides accumulating; why it waits, and why
/// what `isNeeded` of its results by other kernels is stored.
void explainStep(ir::FoldOp fold,
                 llvm::function_ref<bool(mlir::Value)> isNeeded,
                 ExplainedKernel &into);

/// Whether a fold says why it stores that result.
bool hasReasonToStore(mlir::Value value);

} // namespace fovea::explaining

#endif // FOVEA_TOOLS_EXPLAIN_ARRAYS_H
