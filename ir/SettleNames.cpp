//===- SettleNames.cpp - names that stand for one value -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"

#include "llvm/ADT/MapVector.h"

#include <map>

using namespace mlir;
using namespace fovea::ir;

/// The call in which an operation was inlined, null for the program's own.
static Location callOf(Operation *op) {
  auto inlined = isa<InputOp>(op)
                     ? CallSiteLoc()
                     : dyn_cast<CallSiteLoc>(placeIn(op->getLoc()));
  return inlined ? inlined.getCaller() : UnknownLoc::get(op->getContext());
}

/// Takes away names of several definitions: those of a function that is called
/// more than once, or of several functions.
static void settleDefinitions(FuncOp func) {
  llvm::MapVector<StringRef,
                  llvm::MapVector<Location, SmallVector<Operation *>>>
      defined;
  for (Operation &op : func.getBody().front()) {
    const StringRef name =
        isa<InputOp>(op) ? cast<InputOp>(op).getName() : nameOf(&op);
    if (!name.empty())
      defined[name][callOf(&op)].push_back(&op);
  }
  const Location own = UnknownLoc::get(func.getContext());
  for (auto &[name, calls] : defined)
    for (auto &[call, ops] : calls)
      // Those of the program itself come before those of what it calls.
      if (calls.size() > 1 && call != own)
        for (Operation *op : ops)
          op->setLoc(placeIn(op->getLoc()));
}

void fovea::ir::settleNames(FuncOp func) {
  settleDefinitions(func);
  std::map<std::string, SmallVector<Operation *>> called;
  for (Operation &op : func.getBody().front()) {
    if (isa<InputOp>(op) || !nameOf(&op).empty())
      called[Formula().text(op.getResult(0))].push_back(&op);
  }
  for (auto &[text, ops] : called) {
    if (ops.size() == 1)
      continue;
    // Those of the program itself come before those of what it calls.
    SmallVector<Operation *> own;
    llvm::copy_if(ops, std::back_inserter(own), [](Operation *op) {
      return isa<InputOp>(op) || !isa<CallSiteLoc>(placeIn(op->getLoc()));
    });
    for (Operation *op : ops)
      if (!isa<InputOp>(op) && (own.size() != 1 || op != own.front()))
        op->setLoc(placeIn(op->getLoc()));
  }
}
