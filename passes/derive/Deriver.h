//===- Deriver.h - the folds of a function ----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_DERIVER_H
#define FOVEA_PASSES_DERIVE_DERIVER_H

#include "passes/derive/Placement.h"
#include "passes/derive/Reader.h"
#include "passes/derive/Trial.h"

#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

namespace fovea::derive {

/// A kept reduction and where it stands.
struct Member {
  ir::ReduceOp op;
  mlir::ArrayAttr axes;
  unsigned number;
  /// Why it is not in the pass of what it depends on, or null.
  mlir::DictionaryAttr wait;
  /// Arrays that vary along the folded axes and are read.
  llvm::SmallVector<mlir::Value> sources;
};

/// Reductions over one set of axes.
struct Line {
  std::unique_ptr<Chain> chain;
  std::unique_ptr<Reader> reader;
  std::unique_ptr<Trial> trial;
  llvm::SmallVector<ir::AxisAttr> axes;
  /// Their number of places, once it was asked for.
  mlir::Value count;
};

/// What was found out about reductions, for the next try.
struct Lessons {
  /// Recomputed ones that are as well stored.
  llvm::DenseSet<mlir::Operation *> stored;
  /// Those that share no fold with siblings; those that wait in any case.
  llvm::DenseSet<mlir::Operation *> apart, late;
};

/// What one function goes through: reductions are entered one after the other
/// into the line of their axes and tried (DeriveFolds.cpp), and those that
/// depend on each other or read the same arrays form groups (Groups.cpp), each
/// of which is written as one fold.
class Deriver {
public:
  Deriver(ir::FuncOp func, const Lessons &lessons)
      : func(func), lessons(lessons), placement(func, lessons.stored) {}

  void derive();
  /// Recomputed reductions that are as well stored, since several folds take
  /// them.
  llvm::DenseSet<mlir::Operation *> takenTwice();
  /// What is wrong in the folds as they are, though it was right by itself.
  void check(Lessons &next);
  void rewrite();

private:
  void enter(ir::ReduceOp reduce);
  Expr given(Line &line, unsigned number);
  std::set<unsigned> closureOf(const Chain &chain, unsigned number) const;
  llvm::SmallVector<unsigned> wrongOf(Line &line,
                                      const std::set<unsigned> &numbers,
                                      llvm::ArrayRef<unsigned> tried);
  bool holds(Line &line, unsigned number);
  /// The folds: by leader their members, and numbers of their chain.
  struct Group {
    Line *line;
    llvm::SmallVector<unsigned> members;
    std::set<unsigned> numbers;
  };
  std::vector<Group> groupsOfMembers();
  mlir::DictionaryAttr reasonToStoreOf(unsigned member);
  unsigned passWithoutCycle(ir::ReduceOp reduce, const Reader::Formula &formula,
                            Line &line);
  bool isMadeFrom(unsigned group, unsigned from);
  void uniteSiblings();
  void uniteAwaited();
  bool mayShare(unsigned a, unsigned b);
  void unite(unsigned a, unsigned b);
  const Reduction &reductionOf(unsigned member) {
    return (*lines[members[member].axes].chain)[members[member].number];
  }
  llvm::DenseSet<mlir::Operation *> neededOutside();
  const llvm::DenseSet<mlir::Operation *> &neededBy(mlir::Operation *root);

  ir::FuncOp func;
  const Lessons &lessons;
  Placement placement;
  llvm::MapVector<mlir::Attribute, Line> lines;
  std::vector<Member> members;
  llvm::DenseMap<mlir::Operation *, unsigned> memberOf;
  /// References to these stay valid.
  std::map<mlir::Operation *, llvm::DenseSet<mlir::Operation *>> needs;
  llvm::EquivalenceClasses<unsigned> groups;
  /// For each leader of a group its members, and the axes that all of its
  /// results have.
  llvm::DenseMap<unsigned, llvm::SmallVector<unsigned>> grouped;
  llvm::DenseMap<unsigned, llvm::SmallVector<ir::AxisAttr>> rows;
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_DERIVER_H
