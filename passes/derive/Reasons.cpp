//===- Reasons.cpp - why a reduction waits, in the user's names -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Reasons.h"

#include "ir/Formula.h"
#include "ir/Size.h"
#include "ir/TypeOf.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;

static std::string written(ir::ReduceOp reduce) {
  return ir::Formula().definition(reduce.getResult());
}

std::string derive::callOf(ir::ReduceOp reduce) {
  return ir::Formula().text(reduce.getResult());
}

/// What an operation without a law is called.
static std::string wordFor(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case([](ir::CompareOp) { return "a comparison"; })
      .Case([](ir::SelectOp) { return "a choice"; })
      .Case([](ir::FloorDivOp) { return "`//`"; })
      .Case([](ir::ModOp) { return "`%`"; })
      .Case([](ir::PowOp) { return "a power with that exponent"; })
      .Case([](ir::CastOp) { return "a conversion"; })
      .Default([](Operation *op) {
        // The others are functions of the language.
        return "`" + op->getName().stripDialect().str() + "`";
      });
}

/// What the law of an operation lacks.
static std::string lackOf(Expr part, Value value) {
  switch (part->form) {
  case Form::Exp:
    return "exp has a law for sums, exp(y + t) = exp(y) exp(t), none for "
           "factors";
  case Form::Log:
    return "log has a law for positive factors, log(r y) = log(r) + log(y), "
           "none for sums";
  case Form::Abs:
    return "abs has a law for factors, abs(r y) = abs(r) abs(y), none for sums";
  case Form::Max:
    return "max has a law if both sides move by one positive factor or one "
           "term, and they do not";
  case Form::Power:
    return "a power has a law for positive factors, and for sums if it is a "
           "whole number up to 4";
  case Form::Sin:
  case Form::Cos:
    return "sin and cos have a law for sums, none for factors";
  default:
    return wordFor(value.getDefiningOp()) + " has no law";
  }
}

static std::string joined(const SmallVector<std::string> &names) {
  std::string out;
  for (auto [i, name] : llvm::enumerate(names))
    out += (i == 0                  ? ""
            : i + 1 == names.size() ? " and "
                                    : ", ") +
           ("`" + name + "`");
  return out;
}

static std::string axesText(ir::ReduceOp reduce) {
  std::string out;
  for (ir::AxisAttr axis : ir::axesOf(reduce.getAxes()))
    out += (out.empty() ? "" : ", ") + axis.getName().str();
  return out;
}

namespace {
struct Reason {
  StringRef kind;
  std::string reason, hint;
};
} // namespace

static Reason reasonOf(const Refusal &refusal, ir::ReduceOp reduce, Value part,
                       const std::string &names, bool isOne) {
  const std::string shown = "`" + ir::Formula().definition(part) + "`";
  const std::string onePass =
      "one more pass over " + axesText(reduce) +
      " is nearly free while what it reads fits the cache";
  switch (refusal.reason) {
  case Refusal::Reason::NoLaw:
    return {"no-law",
            shown + " needs the finished " + names + ": " +
                lackOf(refusal.part, part),
            onePass};
  case Refusal::Reason::Cancels:
    return {"cancels",
            "the parts of " + shown + " move by different factors when " +
                names + (isOne ? " changes" : " change") +
                "; taken apart they would cancel",
            "multiplied out by hand it may share the pass, and lose digits "
            "where the parts are nearly equal; " +
                onePass};
  case Refusal::Reason::Condition:
    return {"condition",
            "the condition in " + shown + " needs the finished " + names,
            "a condition over inputs and indices would share the pass; " +
                onePass};
  case Refusal::Reason::NotIncreasing: {
    const std::string kind = ir::stringifyReduceKind(reduce.getKind()).str();
    const bool isOrdered = reduce.getKind() == ir::ReduceKind::Max ||
                           reduce.getKind() == ir::ReduceKind::Min;
    if (isOrdered)
      return {"not-increasing",
              shown +
                  " is no map of one array that rises, or falls, with it "
                  "at every step for all to see: where it is extreme may "
                  "change while " +
                  names + " is unfinished",
              "adding what does not vary, and factors that do not and are "
              "positive for all to see (exp(..), a sum of exponentials), would "
              "share the pass; " +
                  onePass};
    return {"not-increasing",
            kind + " of " + shown + " needs the finished " + names + ": " +
                kind + " does not follow when its elements move",
            "adding a number and multiplying by a positive one do not change "
            "where the largest is: take " +
                kind + " of what does not move; " + onePass};
  }
  case Refusal::Reason::Overflows:
    return {"overflows",
            "an exponential in " + shown + " may overflow while " + names +
                (isOne ? " is" : " are") + " unfinished, and " +
                ir::stringifyReduceKind(reduce.getKind()).str() +
                " of such numbers says nothing of the others",
            onePass};
  case Refusal::Reason::Vanishes:
    return {"vanishes",
            "while " + names + (isOne ? " is" : " are") +
                " 0, what it is multiplied by in " + shown +
                " may overflow, and 0 * inf is not 0",
            "one factor at most beside it, or a factor that is not 0 for all "
            "to see, would share the pass; " +
                onePass};
  case Refusal::Reason::Absorbs:
    return {"absorbs",
            "in the exponent of " + shown + " only a part is taken off " +
                names + "; beside the largest exponent so far the rest would " +
                "have lost its digits",
            "a factor, exp(y) * exp(t - m) in place of exp(y + (t - m)), " +
                std::string("would share the pass; ") + onePass};
  case Refusal::Reason::Digits:
    return {"digits",
            "while " + names + (isOne ? " is" : " are") +
                " unfinished, what is accumulated of " + shown +
                " may overflow or lose its digits: tried on numbers of many "
                "sizes, it was not what the formula says",
            onePass};
  case Refusal::Reason::Hidden:
    return {"hidden",
            "a mask within " + shown +
                " leaves places out, and none of its conditions says which",
            "`where(.., -inf)` around all of the exponent would share the "
            "pass; " +
                onePass};
  case Refusal::Reason::TooMany:
    return {"too-many",
            shown +
                " would need more accumulators than are worth it to follow " +
                names,
            onePass};
  }
  llvm_unreachable("all reasons are listed");
}

static DictionaryAttr toAttribute(const Reason &reason, ir::ReduceOp reduce) {
  Builder b(reduce.getContext());
  auto entry = [&](StringRef name, const std::string &text) {
    return b.getNamedAttr(name, b.getStringAttr(text));
  };
  return b.getDictionaryAttr(
      {entry("kind", reason.kind.str()), entry("reduction", written(reduce)),
       entry("reason", reason.reason), entry("hint", reason.hint),
       b.getNamedAttr("at", LocationAttr(reduce.getLoc()))});
}

/// The read, or the reduction, behind which `part` finds some of the `awaited`;
/// null if it finds them without.
static Operation *wayTo(Value part, const llvm::SetVector<Value> &awaited) {
  auto isBehind = [&](Operation *op) {
    llvm::SetVector<Value> work;
    work.insert_range(op->getOperands());
    for (size_t i = 0; i < work.size(); ++i) {
      if (awaited.contains(work[i]))
        return true;
      work.insert_range(work[i].getDefiningOp()->getOperands());
    }
    return false;
  };
  llvm::SetVector<Value> work;
  work.insert(part);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    if (awaited.contains(work[i]))
      continue;
    if (!isa<ir::AtOp, ir::RenameOp, ir::ReduceOp>(op))
      work.insert_range(op->getOperands());
    else if (isBehind(op))
      return op;
  }
  return nullptr;
}

DictionaryAttr derive::reasonToWait(const Chain &chain, unsigned number,
                                    Reader &reader, const Names &finished,
                                    bool isAround) {
  const Reduction &reduction = chain[number];
  ir::ReduceOp reduce = reduction.op;
  const bool isRefused = reduction.refusal.has_value();
  const bool isLate = llvm::any_of(finished, [&](unsigned other) {
    return chain[other].pass + 1 == reduction.pass;
  });
  if (!isRefused && !isLate && !isAround)
    return nullptr;

  Value part = reduce.getOperand();
  if (isRefused)
    if (Value found = reader.valueOf(reduction.refusal->part))
      part = found;
  // What is counted is of interest, not that it becomes a number.
  while (auto cast = part.getDefiningOp<ir::CastOp>())
    part = cast.getOperand();
  auto isUnfinished = [&](unsigned other) {
    return chain[other].op && chain[other].pass + 1 == reduction.pass;
  };
  SmallVector<std::string> awaited;
  const Reader::Awaited found = reader.awaitedIn(part, isUnfinished);
  for (Value value : found.values)
    if (std::string text = ir::Formula().text(value);
        !llvm::is_contained(awaited, text))
      awaited.push_back(std::move(text));
  if (!isRefused && awaited.empty())
    return nullptr;
  const std::string names =
      awaited.empty() ? "number of places" : joined(awaited);

  const bool isOne = awaited.size() <= 1;
  auto unrefused = [&]() -> Reason {
    const std::string onePass = "one more pass over " + axesText(reduce);
    if (isLate && !found.isAround) {
      const std::string needed =
          "it needs the finished " + names + " at other places than its own";
      const std::string nearlyFree =
          onePass + " is nearly free while what it reads fits the cache";
      Operation *way = wayTo(part, found.values);
      if (!way)
        return {"finished", needed, nearlyFree};
      const std::string shown =
          "`" + ir::Formula().text(way->getResult(0)) + "`";
      return {"finished",
              isa<ir::ReduceOp>(way)
                  ? "it needs the finished " + names + " inside of " + shown +
                        ", which is computed anew for each element"
                  : needed + ": " + shown + " is read",
              nearlyFree};
    }
    return {"around",
            "it is also made from a reduction over other axes that needs the "
            "finished " +
                names,
            onePass + "; it shares the pass if nothing over other axes stands "
                      "between"};
  };
  const Reason reason =
      isRefused ? reasonOf(*reduction.refusal, reduce, part, names, isOne)
                : unrefused();
  return toAttribute(reason, reduce);
}

/// Whether the text that was compiled there is not the user's to change.
static bool isInLibrary(Location location) {
  bool is = false;
  location->walk([&](Location inner) {
    // The innermost text comes first.
    auto range = dyn_cast<FileLineColRange>(inner);
    is = range && range.getFilename().getValue().starts_with("std/");
    return range ? WalkResult::interrupt() : WalkResult::advance();
  });
  return is;
}

DictionaryAttr derive::reasonToStore(ir::ReduceOp reduce, Operation *keeper,
                                     bool isSmall) {
  const std::string name = "`" + callOf(reduce) + "`";
  if (auto consumer = dyn_cast<ir::ReduceOp>(keeper))
    return toAttribute({"stored",
                        "recomputed for `" + callOf(consumer) +
                            "`, each element of " + name +
                            " would be computed several times",
                        isSmall ? "this is the cheaper way: it is no larger "
                                  "than what it is made from"
                                : "this is the cheaper way, unless memory is "
                                  "short"},
                       reduce);
  if (auto output = dyn_cast<ir::OutputOp>(keeper))
    return toAttribute({"stored",
                        "once what " + name +
                            " is reduced to is finished, each element of it "
                            "is needed again, for `" +
                            output.getName().str() + "`",
                        "this is the cheaper way: `" + output.getName().str() +
                            "` is as large"},
                       reduce);
  const Value place = keeper->getResult(0);
  const std::string read = "`" + ir::Formula().definition(place) + "`";
  const ir::ArrayType places = ir::typeOf(place), own = ir::typeOf(reduce);
  const bool isFewer =
      ir::sizeExactQuotient(
          ir::sizeOfAxes(own.getContext(), own.getAxes()),
          ir::sizeOfAxes(own.getContext(), places.getAxes())) != nullptr;
  const std::string hint =
      isFewer && !isInLibrary(keeper->getLoc())
          ? "with `" + ir::Formula().writtenOut(place) + "` in place of " +
                read + " it is never stored"
          : "this is the cheaper way: each element is computed once, however "
            "often it is read";
  return toAttribute(
      {"stored",
       read == name
           ? "the index at which " + name + " is read is checked, for all of it"
           : name + " is read at another index than its own, as " + read,
       hint},
      reduce);
}
