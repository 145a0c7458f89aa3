//===- Emitter.h - stages as loops ------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Makes one function, a stage, of every phase of the kernels. The code of an
// element goes to the outermost block in which all of its coordinates are
// known, and is made once there: what does not depend on an inner loop is
// outside of it. Where one of the coordinates stands for several lanes the
// element is a vector; one that does not depend on that coordinate stays a
// scalar until it meets a vector.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_EMITTER_H
#define FOVEA_BACKENDS_CPU_EMITTER_H

#include "backends/cpu/Accumulation.h"
#include "backends/cpu/CodeBuilder.h"
#include "backends/cpu/Element.h"
#include "backends/cpu/Tables.h"
#include "ir/KeptOutput.h"
#include "passes/kernels/Chain.h"
#include "passes/kernels/Cone.h"
#include "passes/kernels/Facts.h"
#include "passes/kernels/Reads.h"
#include "passes/kernels/Schedule.h"

#include <deque>

namespace fovea::cpu {

using ir::typeOf;
using kernels::Chain;
using kernels::Facts;
using kernels::Origin;
using kernels::originsOf;
using kernels::project;
using kernels::Schedule;

/// Emits the stages of one program as StageFunctions: `stage0`, `stage1`, ...,
/// and `combine0`, ..., where a stage has a combiner. These, and the stages for
/// few rows, go into the module `late`.
class Emitter : private kernels::Memory {
public:
  /// `func` consists of kernels.
  Emitter(ir::FuncOp func, mlir::ModuleOp module, mlir::ModuleOp late,
          Program &program);

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
  /// Where elements lie in a buffer: side by side from a scalar `offset` on, or
  /// at a vector of offsets.
  struct Place {
    mlir::Value offset;
    int64_t lanes = 1;
    mlir::Value mask;
  };

public:
  /// Numbers of a block of places, kept in scratch memory.
  struct Tile {
    struct Axis {
      enum class Role { Fixed, Stream, Block, Lane, Whole };
      Role role = Role::Whole;
      mlir::StringAttr name;
      /// The coordinate (Fixed) or the block (Block, Lane).
      unsigned which = 0;
      /// Null: not part of the address.
      mlir::Value stride;
    };
    unsigned buffer = 0;
    std::optional<unsigned> hardZero, hardNegInf;
    /// In the order of the type's axes.
    llvm::SmallVector<Axis> axes;
    int64_t lanes = 1;
    /// Whether the code that fills it in is complete.
    bool isReady = false;
  };

private:
  /// An accumulator or a gauge of a chain: its numbers lie in scratch memory,
  /// one after the other along the axes that are not rows.
  struct Variable {
    ir::ArrayType type;
    llvm::SmallVector<ir::AxisAttr> payload;
    /// None for a gauge.
    std::optional<Accumulation> accumulation;
    bool fails = false;
    /// Types, without lanes, and buffers of the parts of its state.
    llvm::SmallVector<mlir::Type> parts;
    llvm::SmallVector<unsigned> buffers;
    /// Of a gauge: what it becomes at the end of a step.
    llvm::SmallVector<unsigned> next;
    /// If items may be cut: the same for all pieces.
    llvm::SmallVector<unsigned> pieces;
  };
  enum class Slot { Now, Next };
  /// The way to a state that is joined: so many lanes and whole states, or
  /// null.
  struct Shift {
    mlir::Value lanes, states;
    explicit operator bool() const { return lanes || states; }
  };
  /// What an argument of a fold's region stands for.
  struct Argument {
    const Variable *variable = nullptr;
    Slot slot = Slot::Now;
    Shift shift;
    /// How many lanes to read.
    int64_t lanes = 1;
  };
  using PlaceBody = llvm::function_ref<void(Scope &, const CoordByAxis &)>;
  using Parts = llvm::SmallVector<mlir::Value>;
  using StreamBody =
      llvm::function_ref<void(Scope &, llvm::ArrayRef<CoordByAxis>, Parts &)>;

  // What stages before the present one have stored.
  bool isStored(mlir::Value value) const override {
    return storages.contains(value);
  }
  mlir::StringAttr innerAxis(mlir::Value value) const override {
    const auto &axes = storages.at(value).elements.axes;
    return axes.empty() ? nullptr : axes.back();
  }
  bool readsAlong(mlir::Value value, mlir::StringAttr axis) const {
    return kernels::readsAlong(*this, kernels::Cone(*this, value), axis);
  }

  // EmitStage.cpp: loops and results.
  void emitKernel(ir::KernelOp kernel);
  void placeResults(ir::PhaseOp phase);
  void emitMap(ir::PhaseOp phase, Scope &function);
  void mapLane(mlir::Value value, const Storage &storage, Scope &item,
               CoordByAxis place);
  void setModule(mlir::ModuleOp to);
  Scope &openStage();
  Scope &openFunction(llvm::StringRef kind);
  void closeFunction();
  void declareGrid();
  /// The loop over items; sets the place of the item.
  Scope &openItems(Scope &function, CoordByAxis &place,
                   bool isCombiner = false);
  using Body = llvm::function_ref<void(Scope &)>;
  /// Runs `then` where the condition holds, else `otherwise` if there is that.
  void branch(Scope &outer, mlir::Value condition, Body then,
              Body otherwise = nullptr);
  Scope &openLoop(Scope &outer, mlir::Value lower, mlir::Value upper,
                  mlir::ValueRange carried, mlir::Value step = {});
  /// A scope for a block of an operation in `outer`.
  Scope &openBlock(Scope &outer, mlir::Operation *op, mlir::Block *block);
  /// Ends a loop's code with what it hands on; gives its results.
  Parts closeLoop(Scope &loop, mlir::ValueRange results = {});
  Storage storageOf(ir::PhaseOp phase, unsigned result);
  void storeElement(const Storage &storage, Element element, mlir::Type type,
                    const CoordByAxis &place);
  void reportFailure(const Element &element);
  /// Notes that the present stage writes it.
  void use(const Storage &storage);

  // EmitChain.cpp: the course of a stage of reductions.
  void emitChain(ir::PhaseOp phase, Scope &function);
  void emitItems(Scope &function, ir::PhaseOp phase,
                 llvm::ArrayRef<Storage> storage, bool isCombiner);
  void declareVariables(const Chain &chain);
  llvm::SmallVector<unsigned> declareParts(const Variable &variable,
                                           bool isCut = false);
  void cutItems();
  void findState(Scope &item);
  void forGroups(Scope &outer, const CoordByAxis &place, PlaceBody body);
  void forPayload(Scope &outer, llvm::ArrayRef<ir::AxisAttr> axes,
                  const CoordByAxis &place, PlaceBody body);
  std::pair<mlir::Value, mlir::Value> payloadRange(ir::AxisAttr axis);
  void initialize(Scope &scope, const CoordByAxis &place);
  void streamBlocks(Scope &item, const CoordByAxis &place);
  void combine(Scope &scope, const CoordByAxis &place);
  void finish(Scope &scope, const CoordByAxis &place, ir::PhaseOp phase,
              llvm::ArrayRef<Storage> storage, bool isCombiner);

  // EmitState.cpp: variables in scratch memory.
  Parts loadParts(const Variable &variable, const CoordByAxis &place,
                  Slot slot = Slot::Now, Shift shift = {}, int64_t lanes = 0);
  void storeParts(const Variable &variable, mlir::ValueRange parts,
                  const CoordByAxis &place, Slot slot = Slot::Now);
  mlir::Value stateOffset(const Variable &variable, const CoordByAxis &place);
  mlir::Value stateSize(const Variable &variable);
  int64_t stateGroups() const { return schedule.laneRow ? schedule.groups : 1; }
  int64_t stateStride() const {
    return schedule.lanes * (schedule.streamsLanes ? 2 : 1);
  }
  /// The state of the places of both; those of `lhs` come first.
  Parts joinStates(const Variable &variable, mlir::ValueRange lhs,
                   mlir::ValueRange rhs);
  Element elementOfArgument(const Request &request);
  Element numberOf(const Variable &variable, mlir::ValueRange parts);
  Parts partsOf(const Variable &variable, Element number,
                mlir::ValueRange before);
  void bindArguments(mlir::Block &block, unsigned first, bool gauges, Slot slot,
                     Shift shift = {}, int64_t lanes = 0);
  void makeGauges(Scope &scope, const CoordByAxis &place, unsigned first,
                  unsigned last, Slot slot);
  void adoptGauges(Scope &scope, const CoordByAxis &place);
  /// Accumulators between which no gauge is made, by the end of each group.
  llvm::SmallVector<unsigned> groupEnds() const;
  /// The gauges that are made from accumulators before `end`, and not from
  /// those before `begin` alone.
  std::pair<unsigned, unsigned> gaugesAfter(unsigned begin, unsigned end) const;
  /// The number of those that are made from nothing.
  unsigned gaugesBefore() const { return gaugesAfter(0, 0).second; }

  // EmitStep.cpp: one block of places.
  void emitStep(Scope &scope, const CoordByAxis &place, mlir::Value first,
                mlir::Value last);
  void repairGroup(Scope &scope, const CoordByAxis &place, unsigned first,
                   unsigned last, Shift shift = {});
  mlir::Value guardOf(unsigned k);
  mlir::Value emitMoved(unsigned k, const CoordByAxis &place);
  mlir::Value anyLane(mlir::Value flags);
  void repairAll(Scope &scope, const CoordByAxis &place, unsigned first,
                 unsigned last, Shift shift);
  void sweep(Scope &scope, const CoordByAxis &place, unsigned group,
             unsigned begin, unsigned end, mlir::Value first, mlir::Value last);
  void sweepPlaces(Scope &scope, const CoordByAxis &place, unsigned group,
                   unsigned begin, unsigned end, mlir::Value first,
                   mlir::Value last, bool keeps);
  Parts joinPlaces(unsigned k, Scope &scope, mlir::ValueRange state,
                   llvm::ArrayRef<CoordByAxis> places);
  void joinPayload(Scope &scope, const CoordByAxis &place, unsigned k,
                   mlir::Value first, mlir::Value last);
  /// The lanes of a visit of places that joins accumulators without payload.
  int64_t visitLanes() const {
    return std::max(schedule.lanes, schedule.blockLanes);
  }
  void makeInnerTiles(Scope &scope, const CoordByAxis &place, mlir::Value first,
                      mlir::Value last);
  int64_t payloadLanes(unsigned k);
  void joinVectors(Scope &scope, const CoordByAxis &place, unsigned k,
                   mlir::Value begin, mlir::Value end, int64_t count,
                   int64_t lanes, mlir::Value first, mlir::Value last);
  void forStream(Scope &scope, const CoordByAxis &place, mlir::Value first,
                 mlir::Value last, int64_t unroll, int64_t lanes, Parts &state,
                 StreamBody body);

  // EmitBox.cpp: guards over a block of places.
  /// Nothing is known (a bool of the program's) where numbers wrap around.
  struct Bounds {
    mlir::Value low, high, isKnown;
  };
  struct Chances {
    mlir::Value holds, fails;
  };
  bool isFixed(mlir::Value value, const CoordByAxis &place);
  std::optional<Bounds> scanned(mlir::Value value, Scope &scope,
                                const CoordByAxis &place);
  std::pair<mlir::Value, mlir::Value> rowsOfBlock(const CoordByAxis &place);
  std::optional<Bounds> boundsOf(mlir::Value value, Scope &scope,
                                 const CoordByAxis &place);
  std::optional<Bounds> makeBounds(mlir::Value value, Scope &scope,
                                   const CoordByAxis &place);
  std::optional<Chances> chancesOf(mlir::Value value, Scope &scope,
                                   const CoordByAxis &place);
  std::optional<Chances> makeChances(mlir::Value value, Scope &scope,
                                     const CoordByAxis &place);
  void visitBlock(Scope &scope, const CoordByAxis &place, mlir::Value first,
                  mlir::Value last);

  // EmitInner.cpp: joining elements, and reductions inside of elements.
  Parts joinAt(const Accumulation &how, mlir::Value value, mlir::Value guard,
               bool fails, llvm::ArrayRef<ir::AxisAttr> axes, Scope &scope,
               mlir::ValueRange state, const CoordByAxis &place);
  Parts joinElement(const Accumulation &how, mlir::Value value, bool fails,
                    llvm::ArrayRef<ir::AxisAttr> axes, Scope &scope,
                    mlir::ValueRange state, const CoordByAxis &place);
  Accumulation innerAccumulation(ir::ReduceOp reduce, int64_t lanes);
  int64_t lanesWithin(ir::ReduceOp reduce, llvm::ArrayRef<Coords> at);
  void emitInner(ir::ReduceOp reduce, llvm::ArrayRef<Coords> at);
  /// Makes the inner reductions behind `values`, those at all `places`
  /// together.
  void prepareInner(llvm::ArrayRef<mlir::Value> values,
                    llvm::ArrayRef<CoordByAxis> places);
  void findInner(const Request &request, llvm::SetVector<mlir::Value> &order,
                 llvm::DenseMap<mlir::Value, llvm::SmallVector<Coords>> &found);

  // EmitTile.cpp: blocks of numbers in scratch memory.
  void declareTiles(const CoordByAxis &place);
  void makeRowTiles(Scope &scope, const CoordByAxis &place);
  void declareTile(mlir::Value value, bool isRowTile, const CoordByAxis &place);
  void storeTile(mlir::Value value, Scope &scope, const CoordByAxis &place);
  const Tile *tileFor(const Request &request);
  Element loadTile(const Tile &tile, const Request &request);
  mlir::Value tileOffset(const Tile &tile, const Coords &coords);

  // EmitKept.cpp: elements of a fold in a map's result.
  void declareKept();
  bool keepsOf(unsigned group);
  mlir::Value isOneBlock();
  void storeKept(Scope &scope, const CoordByAxis &place);
  void noteKept(Scope &outer, const CoordByAxis &place, bool isCombiner);
  void mapKept(mlir::Value value, const Storage &storage, Scope &item,
               const CoordByAxis &place);

  // EmitElement.cpp: elements from elements.
  Element element(mlir::Value value, const Coords &coords);
  Element elementAt(mlir::Value value, const CoordByAxis &place);
  Coords coordsOf(mlir::Value value, const CoordByAxis &place);
  Element known(mlir::Value value, const Coords &coords);
  llvm::SmallVector<Request> missing(const Request &request);
  Element compute(const Request &request, Scope &home);
  Element computeElementwise(const Request &request);
  Element applyHardness(mlir::Operation *op, Element result,
                        llvm::ArrayRef<Element> operands);
  Element inLanes(Element element, int64_t lanes);

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
  /// A scope for what comes next in the block of `scope`: values that depend on
  /// a fold's state are made anew in it.
  Scope &newPhase(Scope &scope);
  bool isTimed(mlir::Value value);
  Scope &homeOf(mlir::Value value, const Coords &coords);
  void enter(Scope &scope);
  unsigned addCoordinate(mlir::Value value, Scope &scope);
  /// All lanes of a coordinate.
  mlir::Value coordinateValue(unsigned coordinate);
  int64_t lanesAt(llvm::ArrayRef<unsigned> coords);
  mlir::Value maskAt(llvm::ArrayRef<unsigned> coords);
  CoordByAxis byAxis(mlir::Value value, const Coords &coords);
  mlir::Value positionIn(llvm::ArrayRef<ir::AxisAttr> axes,
                         const CoordByAxis &place);
  mlir::Value number(unsigned index);
  mlir::Value size(ir::SizeAttr size) { return number(tables.size(size)); }
  mlir::Value base(unsigned buffer);
  Place placeIn(const BufferAxes &buffer, const CoordByAxis &place);

  ir::FuncOp func;
  /// The present one and the two.
  mlir::ModuleOp module, early, late;
  const Facts facts;
  Tables tables;
  CodeBuilder b;

  llvm::DenseMap<mlir::Value, Storage> storages;
  /// Results of phases that go right into a caller's array.
  llvm::DenseMap<mlir::Value, unsigned> outputs;
  unsigned stageCount = 0;
  /// What a fold of the present kernel keeps in a map's result, and where it
  /// notes for each item whether that is what the map needs.
  std::optional<ir::KeptOutput> kept;
  BufferAxes keptFlags;

  // Of the present stage.
  std::deque<Scope> scopes;
  std::vector<Coordinate> coordinates;
  llvm::DenseMap<unsigned, mlir::Value> numbers;
  llvm::DenseMap<unsigned, mlir::Value> bases;
  std::map<std::tuple<void *, Coords, Scope *>, unsigned> indexCoordinates;
  mlir::Block *entry = nullptr;

  // Of the present chain.
  std::optional<Chain> chain;
  Schedule schedule;
  /// Accumulators, then gauges.
  std::vector<Variable> variables;
  llvm::DenseMap<mlir::Value, Argument> arguments;
  llvm::DenseMap<mlir::Value, Tile> tiles;
  /// Where what depends on the present state goes.
  Scope *now = nullptr;
  /// Where the present block of the streamed axis begins.
  mlir::Value blockFirst, blockLast;
  /// Of parts of the guards in the present block.
  llvm::DenseMap<mlir::Value, std::optional<Bounds>> knownBounds;
  llvm::DenseMap<mlir::Value, std::optional<Chances>> knownChances;
  /// Of the places that are visited (Coordinate::ahead).
  mlir::Value ahead;
  /// Guards that hold in all of the block.
  llvm::DenseSet<mlir::Value> alwaysTrue;
  /// The coordinate of the present group of lanes.
  unsigned laneCoordinate = 0;
  /// The places along the other streamed axes.
  CoordByAxis streamPlace;
  /// The places of the schedule's payload axis that the item has.
  mlir::Value payloadFirst, payloadLast;
  /// If items may be cut, how many pieces they have, else null; then the number
  /// of the present item and piece, and whether all of its pieces are visited
  /// (null: what the function does says it).
  mlir::Value pieces, row, piece, isVisited;
  /// Where the byte lies that tells a stage to stop.
  mlir::Value stopAddress;
  static constexpr unsigned rowBlock = 1, streamBlock = 2;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_EMITTER_H
