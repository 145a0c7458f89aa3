//===- Emitter.h - stages as loops over scalars -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Makes one function per stage. The code of an element goes to the outermost
// block in which all of its coordinates are known, and is made once there: what
// does not depend on an inner loop is outside of it.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_EMITTER_H
#define FOVEA_BACKENDS_CPU_EMITTER_H

#include "backends/cpu/CodeBuilder.h"
#include "backends/cpu/Element.h"
#include "backends/cpu/Plan.h"
#include "backends/cpu/Tables.h"

#include <deque>

namespace fovea::cpu {

/// Emits the stages of one program, `stage0`, `stage1`, ..., as StageFunctions.
class Emitter {
public:
  Emitter(ir::FuncOp func, mlir::ModuleOp module, Program &program);

  void emit();

private:
  /// Where the elements of a value lie, and with them, where they may be hard
  /// or fail, a byte of hard bits and two words of failure.
  struct Storage {
    BufferAxes elements;
    std::optional<unsigned> hard;
    std::optional<unsigned> failure;
    std::optional<unsigned> culprit;
  };
  struct Request {
    mlir::Value value;
    Coords coords;
  };
  using CoordByAxis = llvm::DenseMap<mlir::StringAttr, unsigned>;

  // EmitStage.cpp: loops and results.
  void emitStage(const Stage &stage);
  Scope &openLoop(Scope &outer, mlir::Value lower, mlir::Value upper,
                  mlir::ValueRange carried);
  /// Ends the code of `scope` with what it hands on.
  void close(Scope &scope, mlir::ValueRange results);
  Storage storageOf(const Stage &stage);
  void storeElement(const Storage &storage, const Element &element,
                    mlir::Type type, const CoordByAxis &place);
  void reportFailure(const Element &element);

  // EmitReduce.cpp: many elements to one.
  void emitReduction(ir::ReduceOp reduce, Scope &inner,
                     const CoordByAxis &place, const Storage &storage);
  llvm::SmallVector<mlir::Value> emitStep(ir::ReduceOp reduce, Scope &inner,
                                          mlir::ValueRange state,
                                          const CoordByAxis &place);
  llvm::SmallVector<mlir::Value> joinElement(ir::ReduceOp reduce, Scope &scope,
                                             mlir::ValueRange state,
                                             const CoordByAxis &place);
  mlir::Value positionIn(llvm::ArrayRef<ir::AxisAttr> axes,
                         const CoordByAxis &place);

  // EmitElement.cpp: elements from elements.
  Element element(mlir::Value value, const Coords &coords);
  Element elementAt(mlir::Value value, const CoordByAxis &place);
  Element known(mlir::Value value, const Coords &coords);
  llvm::SmallVector<Request> missing(const Request &request);
  Element compute(const Request &request, Scope &home);
  Element computeElementwise(const Request &request);
  Element applyHardness(mlir::Operation *op, Element result,
                        llvm::ArrayRef<Element> operands);

  // EmitFailure.cpp: whether an element could be had.
  Element combineFailures(mlir::Operation *op, Element result,
                          llvm::ArrayRef<Element> operands);
  Element firstFailure(Element first, const Element &second);
  Element checkDivision(const Request &request, Element result,
                        llvm::ArrayRef<Element> operands);
  mlir::Value failureWord(unsigned check, const Request &request);

  // EmitRead.cpp: elements from memory.
  Element load(const Storage &storage, mlir::Type type,
               const CoordByAxis &place);
  Element computeLeaf(const Request &request);
  Element checkedRead(const Request &request, Scope &home);
  Element failedRead(const Request &request,
                     llvm::ArrayRef<mlir::Value> inside);
  Coords sourceCoords(const Request &read, Scope *checked);
  unsigned indexCoordinate(mlir::Value index, const Coords &coords,
                           Scope *checked);

  // EmitAddress.cpp: scopes, coordinates, and the tables.
  Scope &newScope(Scope *parent, mlir::Block *block);
  Scope &homeOf(const Coords &coords);
  void enter(Scope &scope);
  unsigned addCoordinate(mlir::Value value, Scope &scope);
  CoordByAxis byAxis(mlir::Value value, const Coords &coords);
  mlir::Value number(unsigned index);
  mlir::Value size(ir::SizeAttr size) { return number(tables.size(size)); }
  mlir::Value base(unsigned buffer);
  mlir::Value offset(const BufferAxes &buffer, const CoordByAxis &place);

  ir::FuncOp func;
  mlir::ModuleOp module;
  const Facts facts;
  const Plan plan;
  Tables tables;
  CodeBuilder b;

  llvm::DenseMap<mlir::Value, Storage> storages;
  llvm::DenseMap<mlir::Operation *, unsigned> outputs;
  unsigned stageCount = 0;

  // Of the present stage.
  std::deque<Scope> scopes;
  std::vector<Coordinate> coordinates;
  llvm::DenseMap<unsigned, mlir::Value> numbers;
  llvm::DenseMap<unsigned, mlir::Value> bases;
  std::map<std::tuple<void *, Coords, Scope *>, unsigned> indexCoordinates;
  mlir::Block *entry = nullptr;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_EMITTER_H
