//===- UnifyAxes.cpp - one axis, one name ---------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A formula that is read under other names than those that it was written with
// stands behind a `fovea.rename`, and the reductions before and behind it seem
// to run along different axes. Names are free: so a rename is taken as what a
// copy is to a register allocator, and is coalesced.
//
// What must have one name (an axis of a value, of what it is made from, and of
// all that is made from it) is a *web*. Webs that meet in one operation
// *interfere*. The two sides of a rename become one web if they do not; so do
// the names under which reductions read an input. Then every web gets a name,
// and a rename between equal names is none. Linear in the program but for the
// axes that meet (Chaitin 1982, register allocation and spilling via graph
// coloring).
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"
#include "ir/TypeOf.h"
#include "passes/Passes.h"
#include "passes/Retype.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <array>

namespace fovea {
#define GEN_PASS_DEF_UNIFYAXES
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using ir::typeOf;

namespace {
/// An axis where it stands: of the result of an operation and what is aligned
/// with it, or one of the source's that a read replaces.
struct Place {
  Operation *op;
  StringAttr name;
  bool isReplaced = false;
};
} // namespace

namespace llvm {
template <> struct DenseMapInfo<Place> {
  static Place getEmptyKey() {
    return {DenseMapInfo<Operation *>::getEmptyKey(), nullptr};
  }
  static Place getTombstoneKey() {
    return {DenseMapInfo<Operation *>::getTombstoneKey(), nullptr};
  }
  static unsigned getHashValue(const Place &x) {
    return hash_combine(x.op, x.name.getAsOpaquePointer(), x.isReplaced);
  }
  static bool isEqual(const Place &x, const Place &y) {
    return x.op == y.op && x.name == y.name && x.isReplaced == y.isReplaced;
  }
};
} // namespace llvm

namespace {
/// The webs of a function.
class Webs {
public:
  /// The web of a place, as far as is known; `unite` may change it.
  unsigned at(Place place) {
    auto [found, isNew] = numbers.try_emplace(place, parents.size());
    if (isNew) {
      parents.push_back(parents.size());
      names.push_back({place.name});
      isReduced.push_back(false);
      neighbours.emplace_back();
    }
    return find(found->second);
  }
  void unite(unsigned a, unsigned b);
  /// Unites them unless they meet, or would need a name that the user has not
  /// given to them.
  bool coalesce(unsigned a, unsigned b);
  void meet(ArrayRef<unsigned> webs);
  void reduce(unsigned web) { isReduced[find(web)] = true; }
  /// Whether reductions run along both, or along neither.
  bool areAlike(unsigned a, unsigned b) {
    return isReduced[find(a)] == isReduced[find(b)];
  }

  /// Gives every web a name that no web has that it meets: the first that it
  /// had in the program, if that can be.
  void assignNames();
  StringAttr nameOf(Place place) { return names[at(place)].front(); }

private:
  unsigned find(unsigned web) {
    while (parents[web] != web)
      web = parents[web] = parents[parents[web]];
    return web;
  }

  llvm::DenseMap<Place, unsigned> numbers;
  std::vector<unsigned> parents;
  /// Of a web that stands for itself.
  std::vector<SmallVector<StringAttr, 1>> names;
  std::vector<llvm::SmallDenseSet<unsigned, 4>> neighbours;
  std::vector<bool> isReduced;
};

class Unifier {
public:
  explicit Unifier(ir::FuncOp func) : func(func) {}
  void run();

private:
  void separateUses();
  void nameReads();
  void collectWebs();
  void coalesce();
  void rewrite(Operation *op);

  ir::FuncOp func;
  Webs webs;
};
} // namespace

/// `n_1` of two axes that the user calls n, but that have other extents; `x.0`
/// of an input.
static bool isMade(StringAttr name) {
  const StringRef tail = name.getValue().rsplit('_').second;
  return name.getValue().contains('.') ||
         (!tail.empty() && llvm::all_of(tail, llvm::isDigit));
}

void Webs::unite(unsigned a, unsigned b) {
  a = find(a), b = find(b);
  if (a == b)
    return;
  // The names of the earlier one come first, whoever has fewer neighbours; the
  // user's come before those that were made.
  const unsigned first = std::min(a, b), second = std::max(a, b);
  SmallVector<StringAttr, 1> all = std::move(names[first]);
  for (StringAttr name : names[second])
    if (!llvm::is_contained(all, name))
      all.push_back(name);
  std::stable_partition(all.begin(), all.end(),
                        [](StringAttr name) { return !isMade(name); });
  if (neighbours[a].size() < neighbours[b].size())
    std::swap(a, b);
  for (unsigned other : neighbours[b]) {
    neighbours[other].erase(b);
    if (other == a)
      continue;
    neighbours[other].insert(a);
    neighbours[a].insert(other);
  }
  neighbours[b].clear();
  parents[b] = a;
  names[a] = std::move(all);
  isReduced[a] = isReduced[a] || isReduced[b];
}

bool Webs::coalesce(unsigned a, unsigned b) {
  a = find(a), b = find(b);
  if (a == b)
    return true;
  auto isFree = [&](StringAttr name) {
    return llvm::none_of(std::array{a, b}, [&](unsigned web) {
      return llvm::any_of(neighbours[web], [&](unsigned other) {
        return names[other].front() == name;
      });
    });
  };
  const bool hasName =
      llvm::any_of(names[a], isFree) || llvm::any_of(names[b], isFree);
  if (neighbours[a].contains(b) || !hasName)
    return false;
  unite(a, b);
  return true;
}

void Webs::meet(ArrayRef<unsigned> list) {
  for (unsigned a : list)
    for (unsigned b : list)
      if (find(a) != find(b))
        neighbours[find(a)].insert(find(b));
}

void Webs::assignNames() {
  llvm::DenseSet<StringAttr> used;
  llvm::SetVector<unsigned> order;
  for (unsigned web = 0; web < parents.size(); ++web) {
    used.insert(names[web].begin(), names[web].end());
    order.insert(find(web));
  }
  llvm::DenseSet<unsigned> named;
  for (unsigned web : order) {
    auto isFree = [&](StringAttr name) {
      return llvm::none_of(neighbours[web], [&](unsigned other) {
        return named.contains(other) && names[other].front() == name;
      });
    };
    auto *found = llvm::find_if(names[web], isFree);
    StringAttr name = found == names[web].end() ? StringAttr() : *found;
    for (unsigned i = 1; !name; ++i) {
      name =
          StringAttr::get(names[web].front().getContext(),
                          names[web].front().str() + "_" + std::to_string(i));
      // An axis name has one extent in a function.
      if (!used.insert(name).second)
        name = nullptr;
    }
    names[web] = {name};
    named.insert(web);
  }
}

static bool isLeaf(Operation *op) {
  return isa<ir::InputOp, ir::LiteralOp>(op);
}

/// Every user has its own rename and its own coordinate: what one does with the
/// name is of no concern to the others.
void Unifier::separateUses() {
  SmallVector<Operation *> shared;
  func.walk([&](Operation *op) {
    if (isa<ir::RenameOp, ir::IndexOp>(op))
      shared.push_back(op);
  });
  for (Operation *op : shared)
    for (OpOperand &use : llvm::make_early_inc_range(op->getUses()))
      if (!op->hasOneUse()) {
        OpBuilder b(use.getOwner());
        use.set(b.clone(*op)->getResult(0));
      }
}

/// The coordinate that an index of a read is, if it runs over exactly that axis
/// of the source.
static ir::IndexOp coordinateAt(ir::AtOp at, ir::AxisAttr axis, Value index) {
  auto coordinate = index.getDefiningOp<ir::IndexOp>();
  return coordinate && coordinate.getAxis().getSize() == axis.getSize() &&
                 typeOf(at.getSource()).hasAxis(axis.getName())
             ? coordinate
             : ir::IndexOp();
}

static ir::ArrayType withoutAxis(ir::ArrayType type, ir::AxisAttr axis) {
  SmallVector<ir::AxisAttr> axes(type.getAxes());
  llvm::erase(axes, axis);
  return type.withAxes(axes);
}

/// A read at plain indices is a rename. What is read at others as well is
/// renamed first.
void Unifier::nameReads() {
  SmallVector<ir::AtOp> reads;
  func.walk([&](ir::AtOp at) { reads.push_back(at); });
  for (ir::AtOp at : reads) {
    SmallVector<Attribute> from, to;
    SmallVector<ir::AxisAttr> replaced,
        axes(at.getSource().getType().getAxes());
    SmallVector<Value> indices;
    bool isShorter = false;
    for (auto [axis, index] :
         llvm::zip_equal(ir::axesOf(at.getAxes()), at.getIndices())) {
      // Along an axis that the source lacks an index is no more than checked.
      auto plain = index.getDefiningOp<ir::IndexOp>();
      if (plain && plain.getAxis().getSize() == axis.getSize() &&
          !typeOf(at.getSource()).hasAxis(axis.getName())) {
        isShorter = true;
        continue;
      }
      ir::IndexOp coordinate = coordinateAt(at, axis, index);
      const StringAttr name =
          coordinate ? coordinate.getAxis().getName() : StringAttr();
      // Nor is a diagonal a rename.
      auto hasName = [&](ir::AxisAttr other) {
        return other != axis && other.getName() == name;
      };
      const bool isTaken = !coordinate || llvm::any_of(axes, hasName) ||
                           llvm::any_of(ir::axesOf(at.getAxes()), hasName);
      if (isTaken) {
        replaced.push_back(axis);
        indices.push_back(index);
        continue;
      }
      *llvm::find(axes, axis) = coordinate.getAxis();
      from.push_back(axis.getName());
      to.push_back(name);
    }
    if (from.empty() && !isShorter)
      continue;
    OpBuilder b(at);
    Value source = at.getSource();
    // What is read otherwise is not yet what has the name.
    if (!from.empty())
      source = ir::RenameOp::create(
          b, replaced.empty() ? at.getLoc() : ir::placeIn(at.getLoc()),
          typeOf(source).withAxes(axes), source, b.getArrayAttr(from),
          b.getArrayAttr(to));
    SmallVector<ir::ArrayType> types = {typeOf(source)};
    for (ir::AxisAttr axis : replaced)
      types.front() = withoutAxis(types.front(), axis);
    for (Value index : indices)
      types.push_back(typeOf(index).withElement(types[0].getElementType()));
    if (!replaced.empty())
      source = ir::AtOp::create(
          b, at.getLoc(), types[0].withAxes(*ir::unionAxes(types)), source,
          indices, ir::axisArray(b.getContext(), replaced), at.getTensor());
    at.getResult().replaceAllUsesWith(source);
    if (isShorter)
      retypeUsers(source);
    at.erase();
  }
}

/// The axes that an operation names besides those of its operands and result,
/// in whatever order, and how the attribute is called.
static std::pair<StringRef, SmallVector<ir::AxisAttr>> namedBy(Operation *op) {
  return llvm::TypeSwitch<Operation *,
                          std::pair<StringRef, SmallVector<ir::AxisAttr>>>(op)
      .Case<ir::InputOp, ir::OutputOp, ir::LiteralOp, ir::ReduceOp, ir::AtOp>(
          [](auto op) {
            return std::make_pair(StringRef("axes"), ir::axesOf(op.getAxes()));
          })
      .Default([](Operation *) {
        return std::make_pair(StringRef(), SmallVector<ir::AxisAttr>());
      });
}

void Unifier::collectWebs() {
  for (Operation &op : func.getBody().front()) {
    auto rename = dyn_cast<ir::RenameOp>(op);
    auto at = dyn_cast<ir::AtOp>(op);
    SmallVector<unsigned> here;
    auto join = [&](Place place, Value with) {
      here.push_back(webs.at(place));
      if (with)
        webs.unite(here.back(), webs.at({with.getDefiningOp(), place.name}));
    };
    for (Value result : op.getResults())
      for (ir::AxisAttr axis : typeOf(result).getAxes())
        join({&op, axis.getName()}, nullptr);
    for (ir::AxisAttr axis : namedBy(&op).second)
      join({&op, axis.getName(), at != nullptr},
           at && typeOf(at.getSource()).hasAxis(axis.getName())
               ? Value(at.getSource())
               : Value());
    for (auto [i, operand] : llvm::enumerate(op.getOperands()))
      for (ir::AxisAttr axis : typeOf(operand).getAxes()) {
        const bool isReplaced =
            at && i == 0 && llvm::is_contained(ir::axesOf(at.getAxes()), axis);
        const bool isRenamed =
            rename && llvm::is_contained(rename.getFrom(), axis.getName());
        if (!isReplaced && !isRenamed)
          join({&op, axis.getName()}, operand);
      }
    webs.meet(here);
    if (auto reduce = dyn_cast<ir::ReduceOp>(op))
      for (ir::AxisAttr axis : ir::axesOf(reduce.getAxes()))
        webs.reduce(webs.at({&op, axis.getName()}));
  }
}

void Unifier::coalesce() {
  SmallVector<std::pair<ir::RenameOp, unsigned>> ofLeaves;
  auto sides = [](ir::RenameOp rename, unsigned i) {
    return std::make_pair(Place{rename.getOperand().getDefiningOp(),
                                cast<StringAttr>(rename.getFrom()[i])},
                          Place{rename, cast<StringAttr>(rename.getTo()[i])});
  };
  // Formulas first: they are what would have to be stored.
  func.walk([&](ir::RenameOp rename) {
    for (unsigned i = 0; i < rename.getFrom().size(); ++i) {
      if (isLeaf(rename.getOperand().getDefiningOp())) {
        ofLeaves.push_back({rename, i});
        continue;
      }
      auto [from, to] = sides(rename, i);
      webs.coalesce(webs.at(from), webs.at(to));
    }
  });
  // An array's own names are the caller's. Of those that it is read under as
  // few stay as there are that meet; reductions along them are then one chain.
  llvm::DenseMap<Place, SmallVector<unsigned, 2>> apart;
  for (auto [rename, i] : ofLeaves) {
    auto [from, to] = sides(rename, i);
    SmallVector<unsigned, 2> &list = apart[from];
    const unsigned web = webs.at(to);
    if (llvm::none_of(list, [&](unsigned other) {
          return webs.areAlike(other, web) && webs.coalesce(other, web);
        }))
      list.push_back(web);
  }
}

void Unifier::rewrite(Operation *op) {
  MLIRContext *context = op->getContext();
  auto renamed = [&](ir::AxisAttr axis, bool isReplaced = false) {
    return ir::AxisAttr::get(
        context, webs.nameOf({op, axis.getName(), isReplaced}), axis.getSize());
  };
  auto [attribute, named] = namedBy(op);
  for (ir::AxisAttr &axis : named)
    axis = renamed(axis, isa<ir::AtOp>(op));
  if (!attribute.empty())
    op->setAttr(attribute, ir::axisArray(context, named));
  if (auto index = dyn_cast<ir::IndexOp>(op))
    index.setAxisAttr(renamed(index.getAxis()));
  if (auto rename = dyn_cast<ir::RenameOp>(op)) {
    SmallVector<Attribute> from, to;
    for (auto [old, fresh] :
         llvm::zip_equal(rename.getFrom().getAsRange<StringAttr>(),
                         rename.getTo().getAsRange<StringAttr>())) {
      const StringAttr before =
          webs.nameOf({rename.getOperand().getDefiningOp(), old});
      const StringAttr after = webs.nameOf({op, fresh});
      if (before == after)
        continue;
      from.push_back(before);
      to.push_back(after);
    }
    rename.setFromAttr(ArrayAttr::get(context, from));
    rename.setToAttr(ArrayAttr::get(context, to));
  }
  for (Value result : op->getResults()) {
    llvm::DenseSet<StringAttr> known;
    SmallVector<ir::AxisAttr> axes;
    for (ir::AxisAttr axis : typeOf(result).getAxes()) {
      known.insert(axis.getName());
      axes.push_back(renamed(axis));
    }
    op->setLoc(ir::withPlaces(op->getLoc(), [&](StringAttr name) {
      return ir::placeholder(known.contains(name) ? webs.nameOf({op, name})
                                                  : name);
    }));
    result.setType(typeOf(result).withAxes(axes));
  }
}

void Unifier::run() {
  nameReads();
  separateUses();
  collectWebs();
  coalesce();
  webs.assignNames();
  // Names are looked up by those that there were.
  Block &block = func.getBody().front();
  for (Operation &op : llvm::reverse(block))
    rewrite(&op);
  for (ir::RenameOp rename :
       llvm::make_early_inc_range(block.getOps<ir::RenameOp>()))
    if (rename.getFrom().empty()) {
      rename.getResult().replaceAllUsesWith(rename.getOperand());
      rename.erase();
    }
}

namespace {
struct UnifyAxes : fovea::impl::UnifyAxesBase<UnifyAxes> {
  void runOnOperation() override { Unifier(getOperation()).run(); }
};
} // namespace
