//===- Tables.h - collects what a program's stages are given ----*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_TABLES_H
#define FOVEA_BACKENDS_CPU_TABLES_H

#include "backends/cpu/Program.h"
#include "ir/Dialect.h"

#include "llvm/ADT/DenseMap.h"

#include <map>

namespace fovea::cpu {

/// A buffer as code sees it: the names of its axes, outermost first.
struct BufferAxes {
  unsigned buffer;
  llvm::SmallVector<mlir::StringAttr> axes;
};

/// Fills in a Program. Entries are made when they are asked for, each once.
class Tables {
public:
  Tables(ir::FuncOp func, Program &program);

  /// The number that holds `size`.
  unsigned size(ir::SizeAttr size);
  bool isScratch(unsigned buffer) const {
    return program.buffers[buffer].kind == Buffer::Kind::Scratch;
  }
  /// The number that holds the stride of that axis, or none if the stride is 1.
  std::optional<unsigned> stride(unsigned buffer, unsigned axis);

  unsigned input(unsigned index, unsigned rank);
  unsigned output(unsigned index, unsigned rank);
  unsigned literal(ir::LiteralOp literal);
  /// A dense array of that shape, made by the present stage.
  unsigned workspace(llvm::ArrayRef<ir::AxisAttr> axes, unsigned elementBytes);
  /// A failure of `value`, whose axes the position counts over. For a read,
  /// `axis` is the one that is read.
  unsigned check(StatusCode code, mlir::Value value,
                 llvm::StringRef tensor = {}, ir::AxisAttr axis = {});

  /// A dense array of that shape for the present stage alone, one a thread.
  unsigned scratch(llvm::ArrayRef<ir::SizeAttr> extents, unsigned elementBytes);

  /// Starts the next stage.
  void startStage();
  /// The present stage runs together with the one before.
  void joinStage() { program.stages.back().joins = true; }
  /// The present stage may report a failure.
  void failStage() { program.stages.back().fails = true; }
  /// Adds an axis, inside of the others, to the present stage's grid.
  void addGridAxis(ir::SizeAttr extent, int64_t block);
  /// Notes that the present stage reads `buffer`.
  void use(unsigned buffer);

private:
  unsigned external(Buffer::Kind kind, unsigned index, unsigned rank);

  ir::FuncOp func;
  Program &program;
  llvm::DenseMap<ir::SizeAttr, unsigned> sizes;
  std::map<std::pair<unsigned, unsigned>, unsigned> strides;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_TABLES_H
