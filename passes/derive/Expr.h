//===- Expr.h - formulas over one place of a fold ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// What the elements of a chain of reductions are made of, as an algebra sees
// it. Kept in a normal form that never changes a value but by rounding, and
// where infinite terms cancel in part (x - x / 2): sums flat and like terms
// collected, products flat and powers collected, exponentials merged, a `where`
// that excludes (else a hard 0 or -inf) moved outwards. Formulas that have one
// normal form are the same object (not all that are equal for real numbers
// have: x (y + z) is not taken apart); who computes one does it as it is
// written.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_EXPR_H
#define FOVEA_PASSES_DERIVE_EXPR_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace fovea::derive {

enum class Form {
  Constant, ///< a number
  Data,     ///< an array that varies along the folded axes
  Given,    ///< an array that does not, and is known before the fold starts
  New,      ///< an earlier reduction of the fold, as it stands now
  Old,      ///< the same, as it stood when something was accumulated
  Add,
  Multiply,
  Power, ///< to a constant exponent
  Exp,
  Log,
  Abs,
  Max,
  Sin,
  Cos,
  Safe,  ///< a number of gauges alone, or 1 where it is 0 or not finite
  Where, ///< condition, then, else
  Other  ///< an operation without a law
};

struct Node;
using Expr = const Node *;
using Exprs = llvm::SmallVector<Expr, 4>;
/// Reductions by number.
using Names = std::set<unsigned>;

struct Node {
  Form form;
  /// A constant's value, a power's exponent.
  double number = 0;
  /// Data and Given: the array.
  mlir::Value value;
  /// New and Old: the number of the reduction.
  unsigned reduction = 0;
  /// Where: the else branch is a hard number.
  bool hard = false;
  /// Other: an operation of this kind.
  mlir::Operation *like = nullptr;
  Exprs args;
  /// In order of creation.
  unsigned id = 0;

  /// What it is made of: a bit for each form, itself included.
  unsigned forms = 0;
  bool hasData = false;
  bool hasGiven = false;
  /// It may be a hard -inf, which scaling would make an ordinary one.
  bool mayBeHard = false;
  /// Some of it may be a hard number though no condition says where, as of a
  /// mask that is read at another index.
  bool hidesMask = false;
  /// Evaluating it may be an error, as of a read out of range.
  bool mayFail = false;
  Names fresh; ///< reductions in New leaves
  Names old;   ///< reductions in Old leaves

  /// Whether it depends on an unfinished reduction.
  bool moves() const { return !fresh.empty() || !old.empty(); }
};

/// In order of creation.
struct ById {
  bool operator()(Expr a, Expr b) const { return a->id < b->id; }
};

/// The answers to a question about formulas. These share their parts: each is
/// asked about once.
template <typename Answer> class Answers {
public:
  Answer of(Expr e, llvm::function_ref<Answer(Expr)> find) {
    if (auto found = known.find(e); found != known.end())
      return found->second;
    // It may ask about parts of e.
    Answer answer = find(e);
    known.insert({e, answer});
    return answer;
  }
  void clear() { known.clear(); }

private:
  llvm::DenseMap<Expr, Answer> known;
};

/// What is known of numbers, from the formulas of the chain: side conditions of
/// laws are proven from here.
struct Facts {
  /// Reductions that are > 0.
  Names positive;
  /// Reductions between 1 and the number of places (or 0, if nothing is
  /// visited), as sums of exp(u - max u) over what that maximum is of: what is
  /// divided by such a number cannot overflow.
  Names mild;
  /// Sums, the number of places aside.
  Names sums;
  /// Reductions of exponentials alone: even their mean need not lie among the
  /// data.
  Names wild;
  /// For a maximum its element, of which it is a bound.
  std::map<unsigned, Expr> bound;
  /// For a maximum or minimum what it is the extremum of, conditions aside.
  std::map<unsigned, Expr> extremum;
  /// For an exponent that is not bounded while reductions are unfinished, the
  /// reduction that is its maximum.
  std::map<Expr, unsigned> peak;
  /// Conditions that hold at every place visited.
  Exprs domain;
  /// Arrays that are finished reductions: the facts above are in terms of these
  /// as they were read, unfinished.
  llvm::DenseMap<mlir::Value, unsigned> finished;
};

/// Makes expressions. Not copied; expressions live as long as it.
class Algebra {
public:
  Algebra();

  Expr constant(double number);
  Expr data(mlir::Value value);
  Expr given(mlir::Value value);
  Expr fresh(unsigned reduction);
  Expr old(unsigned reduction);

  Expr add(llvm::ArrayRef<Expr> terms);
  Expr mul(llvm::ArrayRef<Expr> factors);
  Expr add(Expr a, Expr b) { return add({a, b}); }
  Expr mul(Expr a, Expr b) { return mul({a, b}); }
  Expr negate(Expr e) { return mul(constant(-1), e); }
  Expr sub(Expr a, Expr b) { return add(a, negate(b)); }
  Expr div(Expr a, Expr b) { return mul(a, power(b, -1)); }
  Expr power(Expr base, double exponent);
  Expr exp(Expr e);
  Expr log(Expr e);
  Expr absolute(Expr e);
  Expr maximum(Expr a, Expr b);
  /// A number to divide by, for which any would do. Gauges that something is
  /// divided by are that already.
  Expr safe(Expr e);
  /// A gauge with 1 in its place where nothing may be divided by it.
  Expr guarded(Expr gauge);
  Expr where(Expr condition, Expr onTrue, Expr onFalse, bool hard);
  /// Sine, cosine, or an operation without a law.
  Expr apply(Form form, mlir::Operation *like, llvm::ArrayRef<Expr> args);

  /// `e` with every leaf replaced.
  Expr mapped(Expr e, llvm::function_ref<Expr(Expr)> leaf);
  /// Every reduction as it stood when something was accumulated, or as it
  /// stands now.
  Expr atOld(Expr e);
  Expr atNew(Expr e);
  /// Finished reductions as unfinished ones, as the facts have them.
  Expr asRead(Expr e);

  /// The terms with data that a multiple of an extremum is that multiple of.
  Exprs underExtremum(Expr term);
  /// The extrema, as they were read, that terms of `sum` are taken off.
  Exprs centresOf(Expr sum);

  /// Proven to be > 0; to be <= 0 wherever it is visited.
  bool isPositive(Expr e) const;
  bool isNonPositive(Expr e) { return maximumTaken(e).has_value(); }
  /// The reduction max u, if `e` is proven to be a positive multiple of
  /// u - max u wherever it is visited.
  std::optional<unsigned> maximumTaken(Expr e);

  Expr zero() const { return zeroExpr; }
  Expr one() const { return oneExpr; }

  Facts facts;
  /// Values of the formula as it is written, for what no reduction moves: the
  /// normal form rounds otherwise, and m = max(a + b) and a + b - m must not.
  std::map<Expr, mlir::Value, ById> written;
  /// The same for what some reduction moves, until that is finished.
  std::map<Expr, mlir::Value, ById> writtenMoving;
  /// While the user's formula is read: terms that cancel are kept unless they
  /// are constants, since inf - inf is not 0. Off, reductions and given numbers
  /// are finite, as gauges are.
  bool keepsCancelled = false;
  /// Set when ordinary constants make one that is infinite, or 0, or has lost
  /// digits: what was made is not what it was made from.
  bool hasOverflowed = false;

private:
  bool provePositive(Expr e) const;
  Expr intern(Node node);
  Expr softened(Expr e, double number);
  Expr plain(Expr e);
  Expr array(Form form, mlir::Value value);
  Expr outwards(llvm::ArrayRef<Expr> args, double value,
                llvm::function_ref<Expr(llvm::ArrayRef<Expr>)> make);
  Expr rebuild(Expr e, llvm::ArrayRef<Expr> args);
  double folded(double value, bool areOrdinary);
  double scaled(double value, bool areOrdinary);
  bool powersJoin(Expr power, double outer) const;
  std::vector<Exprs> joinedExponents(const Exprs &exponents);

  struct Less {
    bool operator()(const Node *a, const Node *b) const;
  };
  std::deque<Node> nodes;
  std::set<const Node *, Less> known;
  Expr zeroExpr, oneExpr;
  /// What is proven while so many reductions are known to be > 0.
  mutable Answers<bool> positive;
  mutable size_t positiveReductions = 0;
};

/// Whether `e` is a `where` whose else branch is that number, hard.
bool excludes(Expr e, double number);
bool isConstant(Expr e, double number);
/// The factors of a product, the terms of a sum; else `e` itself.
llvm::ArrayRef<Expr> factorsOf(const Expr &e);
llvm::ArrayRef<Expr> termsOf(const Expr &e);
bool contains(Expr e, Form form);

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_EXPR_H
