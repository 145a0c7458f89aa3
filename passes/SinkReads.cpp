//===- SinkReads.cpp - reads of formulas become reads of arrays -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"
#include "ir/TypeOf.h"
#include "passes/Demand.h"
#include "passes/Passes.h"
#include "passes/Retype.h"
#include "passes/Sort.h"
#include "passes/kernels/Ranges.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

#include <map>
#include <vector>

namespace fovea {
#define GEN_PASS_DEF_SINKREADS
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using ir::typeOf;

/// Whether an element of the value is made from elements of its operands at the
/// same place.
static bool isFormula(Operation *op) {
  return isa_and_nonnull<ir::ElementwiseOpInterface, ir::ReduceOp>(op);
}

/// The axes that a reduction removes.
static llvm::SmallDenseSet<StringAttr> removedAxes(Operation *op) {
  llvm::SmallDenseSet<StringAttr> names;
  if (auto reduce = dyn_cast<ir::ReduceOp>(op))
    for (ir::AxisAttr axis : ir::axesOf(reduce.getAxes()))
      names.insert(axis.getName());
  return names;
}

/// Whether a reduction is behind a value, which may be summed in another order
/// where it is computed anew.
static bool hasReduction(Value value) {
  llvm::SetVector<Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    if (isa<ir::ReduceOp>(op))
      return true;
    if (isa<ir::ElementwiseOpInterface, ir::RenameOp, ir::AtOp>(op))
      work.insert_range(op->getOperands());
  }
  return false;
}

/// The values whose elements are among those of `value`, or the opposite
/// numbers; what passes through `except` aside.
static llvm::SetVector<Value> choicesOf(Value value, Operation *except) {
  llvm::SetVector<Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i)
    for (OpOperand &use : work[i].getUses()) {
      Operation *op = use.getOwner();
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      const bool isExtremum =
          reduce && use.getOperandNumber() == 0 &&
          llvm::is_contained({ir::ReduceKind::Max, ir::ReduceKind::Min},
                             reduce.getKind());
      const bool isBranch = isa<ir::SelectOp>(op) && use.getOperandNumber() > 0;
      const bool isRead = isa<ir::AtOp>(op) && use.getOperandNumber() == 0;
      if (op != except &&
          (isExtremum || isBranch || isRead ||
           isa<ir::RenameOp, ir::CastOp, ir::NegOp, ir::MaxOp, ir::MinOp>(op)))
        work.insert(op->getResult(0));
    }
  return work;
}

/// Whether what `at` reads is compared with what else becomes of its source:
/// s[i, i] >= s[i, j] holds for j = i, so that s is computed once.
static bool isComparedWithSource(ir::AtOp at) {
  Value source = at.getSource();
  if (auto rename = source.getDefiningOp<ir::RenameOp>())
    source = rename.getOperand();
  if (!typeOf(source).isFloat() || !hasReduction(source))
    return false;
  const llvm::SetVector<Value> mine = choicesOf(at.getResult(), nullptr);
  const llvm::SetVector<Value> others = choicesOf(source, at);
  for (Value value : mine)
    for (OpOperand &use : value.getUses())
      if (auto compare = dyn_cast<ir::CompareOp>(use.getOwner()))
        if (others.contains(compare->getOperand(1 - use.getOperandNumber())))
          return true;
  return false;
}

/// The operation of `op`'s kind on what `read` makes of each operand.
static Value rebuild(OpBuilder &b, Operation *op,
                     llvm::function_ref<Value(Value)> read) {
  IRMapping operands;
  for (Value operand : op->getOperands())
    if (!operands.contains(operand))
      operands.map(operand, read(operand));
  Operation *made = b.clone(*op, operands);
  retype(made);
  return made->getResult(0);
}

namespace {
class Sinker {
public:
  explicit Sinker(ir::FuncOp func) : func(func), ranges(func) {}

  void run() {
    func.walk([&](ir::AtOp at) { work.insert(at); });
    while (!work.empty()) {
      auto at = cast<ir::AtOp>(work.pop_back_val());
      if (Value made = sink(at)) {
        // What reads a read may see a formula now.
        for (Operation *user : at->getUsers())
          if (isa<ir::AtOp>(user))
            work.insert(user);
        replace(at, made);
      }
    }
    sinkRenames();
    for (Operation *op : sunk)
      op->erase();
    // Whoever came first made what others share.
    sortOperations(func);
  }

private:
  /// A renamed elementwise formula is the formula of renamed arrays: so its
  /// operations and its hard numbers are seen under every name.
  void sinkRenames() {
    llvm::SetVector<Operation *> renames;
    func.walk([&](ir::RenameOp rename) { renames.insert(rename); });
    while (!renames.empty()) {
      auto rename = cast<ir::RenameOp>(renames.pop_back_val());
      Operation *source = rename.getOperand().getDefiningOp();
      if (rename->use_empty() ||
          !isa_and_nonnull<ir::ElementwiseOpInterface>(source))
        continue;
      Value made = renamed(rename);
      for (Value operand : made.getDefiningOp()->getOperands())
        if (auto inner = operand.getDefiningOp<ir::RenameOp>())
          renames.insert(inner);
      replace(rename, made);
    }
  }

  /// What is made from all that `key` holds: formulas share their parts, and
  /// each is read, or renamed, once in a way.
  using Key = std::vector<const void *>;
  Value shared(Key key, llvm::function_ref<Operation *()> make) {
    const auto [entry, isNew] = known.try_emplace(std::move(key));
    if (isNew) {
      Operation *op = make();
      entry->second = op->getResult(0);
      entries[op] = entry;
    }
    return entry->second;
  }

  void replace(Operation *op, Value made) {
    Operation *maker = made.getDefiningOp();
    maker->setLoc(ir::withName(maker->getLoc(), op->getLoc()));
    op->getResult(0).replaceAllUsesWith(made);
    if (auto entry = entries.find(op); entry != entries.end())
      entry->second->second = made;
    // It reads nothing any more: whoever reads it would be sunk once again.
    op->dropAllReferences();
    sunk.push_back(op);
  }

  /// What `at` reads, computed where it is read; null if it stays as it is.
  Value sink(ir::AtOp at) {
    // What is left out is seen to be left out, wherever it is read.
    const bool isMasked = isMask(at.getSource());
    if (!isMasked && isComparedWithSource(at))
      return nullptr;
    auto rename = at.getSource().getDefiningOp<ir::RenameOp>();
    if (rename && isFormula(rename.getOperand().getDefiningOp())) {
      if (!isMasked && !shrinks(at))
        return nullptr;
      Value source = renamed(rename);
      if (!source)
        return nullptr;
      at.getSourceMutable().assign(source);
    }
    Operation *source = at.getSource().getDefiningOp();
    if (!isFormula(source) || !(isMasked || shrinks(at) || isCheckOnly(at)))
      return nullptr;
    const auto removed = removedAxes(source);
    for (Value index : at.getIndices())
      for (ir::AxisAttr axis : typeOf(index).getAxes())
        if (removed.contains(axis.getName()))
          return nullptr;
    // Where an operand may not be needed, for an empty reduction, a branch that
    // is not taken or beside a hard number, and along axes that no operand has,
    // the index is checked all the same.
    const bool isChoice = isa<ir::SelectOp, ir::AndOp, ir::OrOp>(source);
    const bool isStrict =
        !isChoice && !isa<ir::ReduceOp>(source) &&
        llvm::none_of(source->getOperands(),
                      [](Value operand) { return mayBeHard(operand); });
    const OperandRange needed =
        isStrict ? source->getOperands()
                 : source->getOperands().take_front(isChoice);
    const bool isChecked =
        llvm::all_of(llvm::zip_equal(ir::axesOf(at.getAxes()), at.getIndices()),
                     [&](auto read) {
                       auto [axis, index] = read;
                       return ranges.isBelow(index, axis.getSize()) ||
                              llvm::any_of(needed, [&](Value operand) {
                                return typeOf(operand).hasAxis(axis.getName());
                              });
                     });
    if (!isChecked && hasReadAxis(at) && !isCheckOnly(at))
      return nullptr;
    OpBuilder b(at);
    Value made = rebuild(b, source, [&](Value operand) {
      return readOf(b, at, operand, removed);
    });
    // `x[n, c]` is `x[n, t[n]]` there.
    llvm::DenseMap<StringAttr, std::string> places;
    for (auto [axis, index] :
         llvm::zip(ir::axesOf(at.getAxes()), at.getIndices()))
      places[axis.getName()] = ir::Formula().pattern(index);
    setPlaces(made, places);
    // What has none of the axes that are read gets those of the indices from
    // the read.
    if (isChecked && typeOf(made) == at.getType())
      return made;
    if (!isStrict && !isChoice)
      return checked(b, at, made);
    // With the first operand, which is always needed: what a select excludes
    // stays in sight.
    Operation *op = made.getDefiningOp();
    b.setInsertionPoint(op);
    op->setOperand(0, checked(b, at, op->getOperand(0)));
    retype(op);
    return made;
  }

  /// Whether a value leaves out places by a condition of its own.
  static bool isMask(Value value) {
    while (auto rename = value.getDefiningOp<ir::RenameOp>())
      value = rename.getOperand();
    auto select = value.getDefiningOp<ir::SelectOp>();
    return select && select.getHard() != ir::HardKind::None;
  }

  /// Whether the result has an axis of the name of one that is read, since an
  /// index varies along it.
  static bool hasReadAxis(ir::AtOp at) {
    return llvm::any_of(ir::axesOf(at.getAxes()), [&](ir::AxisAttr axis) {
      return at.getType().hasAxis(axis.getName());
    });
  }

  /// A value without the axes that `at` reads, and the check of the indices.
  static Value checked(OpBuilder &b, ir::AtOp at, Value value) {
    SmallVector<ir::ArrayType> types = {typeOf(value)};
    for (Value index : at.getIndices())
      types.push_back(typeOf(index));
    const ir::ArrayType type = ir::ArrayType::get(
        typeOf(value).getElementType(), *ir::unionAxes(types));
    auto read = ir::AtOp::create(b, ir::placeIn(at.getLoc()), type, value,
                                 at.getIndices(), at.getAxes(), at.getTensor());
    // Whatever was found out about the read.
    read->setDiscardableAttrs(at->getDiscardableAttrDictionary());
    return read;
  }

  /// Whether the source is a formula without any of the axes that are read.
  static bool isCheckOnly(ir::AtOp at) {
    return isa<ir::ElementwiseOpInterface>(at.getSource().getDefiningOp()) &&
           llvm::none_of(ir::axesOf(at.getAxes()), [&](ir::AxisAttr axis) {
             return at.getSource().getType().hasAxis(axis.getName());
           });
  }

  /// Whether computing the result anew costs nothing beside computing the
  /// source: there is less of it, or no more, and the source is larger than all
  /// that it is made from, so that storing it costs most. No axis that is read
  /// may have a name that the result has: it would be read twice.
  static bool shrinks(ir::AtOp at) {
    const ir::ArrayType source = at.getSource().getType();
    const ir::ArrayType result = at.getType();
    if (hasReadAxis(at) || result.getAxes().size() > source.getAxes().size())
      return false;
    // Each axis in the place of one that is read and as long.
    SmallVector<ir::AxisAttr> read = ir::axesOf(at.getAxes());
    bool isNew = false;
    for (ir::AxisAttr axis : result.getAxes()) {
      if (llvm::is_contained(source.getAxes(), axis))
        continue;
      isNew = true;
      auto *longer = llvm::find_if(read, [&](ir::AxisAttr other) {
        return kernels::isAtMost(axis.getSize(), other.getSize());
      });
      if (longer == read.end())
        return false;
      read.erase(longer);
    }
    return isNew ? isOuter(at.getSource())
                 : result.getAxes().size() < source.getAxes().size();
  }

  /// Whether no array that a formula is made from has all of its axes, as of
  /// scores.
  static bool isOuter(Value value) {
    llvm::SetVector<Value> work;
    work.insert(value);
    for (size_t i = 0; i < work.size(); ++i) {
      Operation *op = work[i].getDefiningOp();
      if (isFormula(op))
        work.insert_range(op->getOperands());
      else if (llvm::all_of(typeOf(value).getAxes(), [&](ir::AxisAttr axis) {
                 return typeOf(work[i]).hasAxis(axis.getName());
               }))
        return false;
    }
    return true;
  }

  /// The same read of an operand, along those axes that it has and that are the
  /// read's: a reduction's own axis may have the same name.
  Value readOf(OpBuilder &b, ir::AtOp at, Value operand,
               const llvm::SmallDenseSet<StringAttr> &removed) {
    const ir::ArrayType type = typeOf(operand);
    SmallVector<ir::AxisAttr> replaced, kept(type.getAxes());
    SmallVector<Value> indices;
    for (auto [axis, index] :
         llvm::zip(ir::axesOf(at.getAxes()), at.getIndices())) {
      if (!type.hasAxis(axis.getName()) || removed.contains(axis.getName()))
        continue;
      replaced.push_back(axis);
      indices.push_back(index);
      llvm::erase(kept, axis);
    }
    if (replaced.empty())
      return operand;
    const ArrayAttr axes = ir::axisArray(b.getContext(), replaced);
    Key key = {operand.getAsOpaquePointer(), axes.getAsOpaquePointer(),
               at.getTensorAttr().getAsOpaquePointer(),
               at->getDiscardableAttrDictionary().getAsOpaquePointer()};
    for (Value index : indices)
      key.push_back(index.getAsOpaquePointer());
    return shared(std::move(key), [&]() -> Operation * {
      SmallVector<ir::ArrayType> types = {type.withAxes(kept)};
      for (Value index : indices)
        types.push_back(typeOf(index));
      auto read = ir::AtOp::create(
          b, ir::placeIn(at.getLoc()),
          ir::ArrayType::get(type.getElementType(), *ir::unionAxes(types)),
          operand, indices, axes, at.getTensor());
      read->setDiscardableAttrs(at->getDiscardableAttrDictionary());
      work.insert(read);
      return read;
    });
  }

  /// The formula behind a rename, made under the new names; null if a name is
  /// taken inside.
  Value renamed(ir::RenameOp rename) {
    Operation *source = rename.getOperand().getDefiningOp();
    const auto removed = removedAxes(source);
    for (Attribute to : rename.getTo())
      if (removed.contains(cast<StringAttr>(to)))
        return nullptr;
    OpBuilder b(rename);
    llvm::DenseMap<StringAttr, std::string> places;
    for (auto [from, to] : llvm::zip(rename.getFrom().getAsRange<StringAttr>(),
                                     rename.getTo().getAsRange<StringAttr>()))
      places[from] = ir::placeholder(to);
    Value made = rebuild(b, source, [&](Value operand) -> Value {
      const ir::ArrayType type = typeOf(operand);
      SmallVector<Attribute> from, to;
      SmallVector<ir::AxisAttr> axes(type.getAxes());
      for (auto [old, fresh] : llvm::zip(rename.getFrom(), rename.getTo()))
        for (ir::AxisAttr &axis : axes)
          if (axis.getName() == old && type.hasAxis(cast<StringAttr>(old))) {
            from.push_back(old);
            to.push_back(fresh);
            axis = ir::AxisAttr::get(axis.getContext(), cast<StringAttr>(fresh),
                                     axis.getSize());
            break;
          }
      if (from.empty())
        return operand;
      const ArrayAttr fromNames = b.getArrayAttr(from),
                      toNames = b.getArrayAttr(to);
      return shared({operand.getAsOpaquePointer(),
                     fromNames.getAsOpaquePointer(),
                     toNames.getAsOpaquePointer()},
                    [&]() -> Operation * {
                      return ir::RenameOp::create(
                          b, ir::placeIn(rename.getLoc()),
                          ir::ArrayType::get(type.getElementType(), axes),
                          operand, fromNames, toNames);
                    });
    });
    setPlaces(made, places);
    return made;
  }

  /// What stands for the axes of a name from now on.
  static void setPlaces(Value made,
                        const llvm::DenseMap<StringAttr, std::string> &places) {
    Operation *op = made.getDefiningOp();
    op->setLoc(ir::withPlaces(op->getLoc(), [&](StringAttr axis) {
      auto found = places.find(axis);
      return found == places.end() ? ir::placeholder(axis) : found->second;
    }));
  }

  ir::FuncOp func;
  const kernels::Ranges ranges;
  llvm::SetVector<Operation *> work;
  /// What was shared, or has become of it.
  std::map<Key, Value> known;
  llvm::DenseMap<Operation *, std::map<Key, Value>::iterator> entries;
  /// Erased in the end: keys speak of them.
  SmallVector<Operation *> sunk;
};

struct SinkReads : fovea::impl::SinkReadsBase<SinkReads> {
  void runOnOperation() override { Sinker(getOperation()).run(); }
};
} // namespace
