//===- Elaborator.h - syntax tree to IR -------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Walks one function (or test) and builds its formula; calls are inlined as
// they are met, so everything generic is known when it is looked at. A
// definition is elaborated at its first read. Errors go to the diagnostics and
// come back as an empty result; nobody reports an empty result again.
//
// Elaborate.cpp          bodies, definitions, statements
// ElaborateExpr.cpp      expressions
// ElaborateRead.cpp      names, reads, gathers
// ElaborateRange.cpp     binders and how far they run
// ElaborateSize.cpp      dimensions, requirements
// ElaborateReduce.cpp    reductions
// ElaborateBuiltin.cpp   elementwise functions, casts, random numbers
// ElaborateCall.cpp      calls of the user's functions, of functions as values
// ElaborateChoose.cpp    which of several definitions a call means
// ElaborateBind.cpp      dimensions and types of a call, solved
// ElaborateEntry.cpp     the function that is compiled, its inputs and outputs
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_ELABORATOR_H
#define FOVEA_FRONTEND_ELABORATOR_H

#include "frontend/Diagnostics.h"
#include "frontend/Emitter.h"
#include "frontend/Program.h"

#include "llvm/ADT/DenseMap.h"

#include <deque>

namespace fovea {

/// An argument of a call before it is known which parameter it meets.
struct Actual {
  enum class Form {
    Value,    // evaluated
    Deferred, // a name whose ranges the parameter's dimensions decide
    Function, // a function
    Word      // a bare word: the choice of an option
  };
  const ast::Argument *syntax = nullptr;
  Form form = Form::Value;
  Array array;
  Closure closure;
  std::string word;

  SourceRange range() const { return syntax->value->range; }
};

/// How one definition of a function takes the arguments of a call: per
/// parameter the argument, or null for the default.
struct Matching {
  const ast::Function *function;
  std::vector<Actual *> actuals;
  /// Why it does not fit; empty if it does.
  std::string misfit;
  SourceRange misfitRange;
  /// Some argument is converted (int to float).
  bool converts = false;
};

/// The indices in the brackets of a call: their axes, and those of the indices
/// of the same names outside, null where there is none of that extent.
struct Brackets {
  llvm::SmallVector<ir::AxisAttr> axes;
  llvm::SmallVector<ir::AxisAttr> outer;
};

/// One declared dimension and the extent that it meets.
struct Equation {
  const ast::Param *param;
  size_t axis;
  const ast::Expr *declared;
  ir::SizeAttr extent;
  const Actual *actual;
  bool solved = false;
};

/// The range of an index, found at a bare use.
struct FoundRange {
  ir::SizeAttr size;
  ir::AxisAttr axis; // may be null
  /// A definition would have said it that failed: unknown, and nobody reports
  /// that again.
  bool failed = false;
};

/// The axes of a pack, likewise.
struct FoundPack {
  llvm::SmallVector<ir::AxisAttr> axes;
  bool failed = false;
};

class Elaborator {
public:
  Elaborator(const Program::Impl &program, ir::FuncOp func,
             Diagnostics &diagnostics);

  bool instantiate(const Instance &instance);
  bool instantiateTest(const ast::Test &test);
  /// Whether it gave up because there were too many calls.
  bool exhausted() const;

private:
  using MaybeArray = std::optional<Array>;
  using MaybeArrays = std::optional<std::vector<Array>>;
  using Exprs = llvm::ArrayRef<const ast::Expr *>;

  //===--- bodies (Elaborate.cpp) -----------------------------------------===//
  Scope *newScope(Scope *parent, Frame *frame);
  Frame *newFrame(const ast::Function *function, Frame *caller, Frame *lexical,
                  SourceRange call);
  /// Counts a call; false, reported once, if there are too many.
  bool countCall(SourceRange call);
  /// Whether formulas, or definitions that are looked at while others are, are
  /// so deep that who recurses has no stack left; reported once.
  bool tooDeep(SourceRange range);
  /// The names of a body, its requirements, its return. Empty after an error.
  MaybeArrays body(Frame *frame);
  bool declare(Frame *frame, const ast::Definition &definition);
  void nameResult(mlir::Operation *op, llvm::StringRef name,
                  llvm::ArrayRef<ir::AxisAttr> axes, Frame *frame);
  /// Makes sure that the definition is elaborated; `hints` are ranges of the
  /// first target's indices, in order, where a use knows them.
  bool define(DefinitionState *definition,
              llvm::ArrayRef<ir::SizeAttr> hints = {});
  bool defineNow(DefinitionState *definition,
                 llvm::ArrayRef<ir::SizeAttr> hints);
  void finishUnused(Frame *frame);
  /// Elaborates a definition whose parts all are, if it needs no use to know
  /// its ranges. So a long chain of names does not become a deep recursion.
  void defineEarly(DefinitionState *definition);

  //===--- expressions (ElaborateExpr.cpp) --------------------------------===//
  MaybeArray expr(const ast::Expr &expr, Scope *scope);
  MaybeArray anyExpr(const ast::Expr &expr, Scope *scope);
  MaybeArray scalar(const ast::Expr &expr, Scope *scope, llvm::StringRef what);
  MaybeArray condition(const ast::Expr &expr, Scope *scope,
                       llvm::StringRef what);
  MaybeArrays several(const ast::Expr &expr, Scope *scope);
  MaybeArray unary(const ast::Unary &unary, const ast::Expr &expr,
                   Scope *scope);
  MaybeArray binary(const ast::Binary &binary, const ast::Expr &expr,
                    Scope *scope);
  MaybeArray arithmetic(ast::BinaryOp op, Array a, Array b, SourceRange range);
  MaybeArray powerOf(Array a, Array b, SourceRange range);
  MaybeArray compare(const ast::Compare &compare, Scope *scope);
  MaybeArray literal(const ast::Expr &expr, Scope *scope);
  const ast::Expr *chosen(const ast::Match &match, Scope *scope);
  /// Whether the case of a `match` is one of the option's choices; reports it
  /// if not.
  bool checkChoice(const ast::Ident &choice, const ast::Ident &option,
                   const OptionValue &value);
  /// Makes the numbers meet in one type, or reports that they cannot.
  std::optional<bool> meet(llvm::MutableArrayRef<Array> arrays,
                           SourceRange range);
  /// Whether i32 holds what is written out in a weak array that becomes one;
  /// reports it if not.
  bool fitsInto(mlir::Type element, const Array &array, SourceRange range);
  /// Makes the shapes agree, or reports that they do not.
  bool agree(llvm::MutableArrayRef<Array> arrays, Exprs syntax, Scope *scope);

  //===--- names and reads (ElaborateRead.cpp) ----------------------------===//
  const Named *lookup(llvm::StringRef name, Scope *scope);
  MaybeArray name(const ast::Expr &expr, const std::string &name, Scope *scope);
  MaybeArray read(const ast::Expr &expr, const ast::Read &read, Scope *scope);
  /// Expands packs: one entry per index, null for an axis of a pack (then
  /// `axes` has it).
  struct Subscript {
    const ast::Expr *syntax;
    ir::AxisAttr packAxis;
  };
  std::optional<std::vector<Subscript>> subscripts(const ast::Read &read,
                                                   Scope *scope);
  MaybeArray wholeArray(const Named &named, SourceRange range, Scope *scope);
  void reportUnknown(const std::string &name, SourceRange range, Scope *scope);
  /// Reports an index of a read that nothing binds.
  bool reportFreeIndex(const ast::Expr &expr, Scope *scope);
  bool indexed(Scope *scope) const;
  const Named *indexNamed(const ast::Expr &expr, Scope *scope);

  //===--- ranges (ElaborateRange.cpp) ------------------------------------===//
  /// Binds the indices in `inner` and makes their axes live. `uses` are the
  /// expressions that they run through.
  bool bind(const std::vector<ast::Binder> &binders, Exprs uses, Scope *inner,
            llvm::ArrayRef<ir::SizeAttr> hints, llvm::StringRef example,
            llvm::SmallVectorImpl<ir::AxisAttr> &axes);
  std::optional<FoundRange> findRange(llvm::StringRef index, Exprs uses,
                                      Scope *scope);
  std::optional<FoundRange> findRange(llvm::StringRef index,
                                      const ast::Expr &expr, Scope *scope,
                                      bool carried);
  std::optional<FoundRange> findInRead(llvm::StringRef index,
                                       const ast::Read &read, Scope *scope);
  std::optional<FoundRange> rangeOfTarget(const Defined &use, size_t position);
  std::optional<FoundRange> searchTarget(DefinitionState *definition,
                                         const ast::Binder &binder);
  bool knowsRanges(DefinitionState *definition);
  /// Whether all definitions that the expression may read are elaborated.
  bool readsDone(const ast::Expr &expr, Scope *scope);
  bool searchRanges(DefinitionState *definition);
  /// Reports that nothing says how far the index runs.
  void reportNoRange(const ast::Ident &index, Exprs uses,
                     llvm::StringRef example,
                     llvm::ArrayRef<ast::Binder> binders, Scope *scope);
  /// Reports a misspelt array that would have said how far the index runs, or a
  /// definition that does not know it either.
  bool reportMissingUse(llvm::StringRef index, const ast::Expr &expr,
                        Scope *scope);
  std::optional<FoundPack> findPack(llvm::StringRef pack, const ast::Expr &expr,
                                    Scope *scope);

  //===--- sizes (ElaborateSize.cpp) --------------------------------------===//
  ir::SizeAttr size(const ast::Expr &expr, Scope *scope, bool report = true);
  ir::SizeAttr sizeName(const ast::Expr &expr, const std::string &name,
                        Scope *scope, bool report);
  bool require(const ast::Expr &condition, Scope *scope, SourceRange whole);
  bool knownMultiple(ir::SizeAttr size, ir::SizeAttr of) const;

  //===--- reductions and builtins ----------------------------------------===//
  MaybeArray reduction(const std::string &name, const ast::Expr &expr,
                       const ast::Call &call, Scope *scope);
  /// A reduction over a pack that stands for no axes: of one number.
  Array overNoAxes(ir::ReduceKind kind, Array body, std::optional<Array> guard);
  MaybeArray mean(Array body, std::optional<Array> guard,
                  llvm::ArrayRef<ir::AxisAttr> axes);
  MaybeArray builtin(const std::string &name, const ast::Expr &expr,
                     const ast::Call &call, Scope *scope);
  MaybeArray elementwise(const std::string &name, const ast::Call &call,
                         std::vector<Array> arguments, SourceRange range,
                         Scope *scope);
  MaybeArray extremum(bool max, std::vector<Array> arguments,
                      SourceRange range);
  MaybeArray where(std::vector<Array> arguments, const ast::Call &call);
  MaybeArray castTo(const std::string &name, SourceRange range, Array array,
                    Scope *scope);
  MaybeArray random(const std::string &name, const ast::Call &call,
                    std::vector<Array> arguments, SourceRange range,
                    Scope *scope);

  //===--- calls (ElaborateCall.cpp and on) -------------------------------===//
  /// Calls what `name` means in the file `from`: a function of the program, a
  /// reduction or a builtin.
  MaybeArrays callNamed(const std::string &name, const Source *from,
                        const ast::Expr &expr, const ast::Call &call,
                        Scope *scope);
  MaybeArrays call(const std::string &name, const Source *from,
                   const ast::Expr &expr, const ast::Call &call, Scope *scope);
  void reportNoFunction(const std::string &name, const Source *from,
                        SourceRange range);
  /// Reports a call of what does not exist inside the expression, if there is.
  bool reportUnknownCall(const ast::Expr &expr, Scope *scope);
  /// An index of a read that is a name without a meaning, null if there is
  /// none; `bound` holds the names that the binders and parameters around it
  /// give.
  const ast::Expr *unknownIndexIn(const ast::Expr &expr,
                                  llvm::SmallVector<llvm::StringRef> bound,
                                  Scope *scope);
  const ast::Expr *
  unknownIndexIn(Exprs uses, llvm::ArrayRef<ast::Binder> binders, Scope *scope);
  MaybeArrays callClosure(const Closure &closure, const ast::Expr &expr,
                          const ast::Call &call, Scope *scope);
  MaybeArrays callLambda(const Closure &closure, const ast::Expr &expr,
                         const ast::Call &call, Scope *scope);
  std::optional<std::deque<Actual>> evaluate(const ast::Call &call,
                                             Scope *scope);
  std::optional<Actual> evaluate(const ast::Argument &argument, Scope *scope);
  /// The definition that the arguments fit; reports if none or several do.
  std::optional<Matching>
  choose(const ast::Ident &callee,
         llvm::ArrayRef<const ast::Function *> candidates,
         std::deque<Actual> &actuals, llvm::ArrayRef<ir::AxisAttr> binders,
         Scope *scope);
  Matching match(const ast::Function &function, std::deque<Actual> &actuals,
                 llvm::ArrayRef<ir::AxisAttr> binders);
  std::string misfit(const ast::Param &param, const Actual &actual,
                     llvm::ArrayRef<ir::AxisAttr> binders, bool &converts);
  MaybeArrays inlineCall(const ast::Expr &expr, Matching &matching,
                         Scope *scope, const Brackets &brackets);
  Brackets brackets(llvm::ArrayRef<ir::AxisAttr> axes, Scope *inner,
                    Scope *scope);
  /// Which declared dimensions the brackets of a call bound, and to what.
  using BoundDims =
      std::map<std::string, llvm::SmallVector<ir::AxisAttr>, std::less<>>;
  void noteBound(const ast::Param &param, const Array &over, BoundDims &bound);
  /// Reads the result, where it has a dimension that was bound, at the index of
  /// that name outside.
  bool readOutside(Array &result, size_t number, Frame *frame,
                   const BoundDims &bound, const Brackets &brackets);
  /// For each axis of a result that index, or null.
  std::optional<llvm::SmallVector<ir::AxisAttr>>
  outerAxes(const Array &result, size_t number, Frame *frame,
            const BoundDims &bound, const Brackets &brackets);
  /// The scalar argument of `f[j](e)` as an array over the binders.
  Array overBinders(const Array &array, const ast::Param &param,
                    llvm::ArrayRef<ir::AxisAttr> binders);
  bool bindFloat(Frame *frame, Matching &matching, SourceRange call);
  bool bindDims(Frame *frame, Matching &matching, SourceRange call);
  void reportUnsolved(Frame *frame, const Equation &equation);
  bool bindParam(Frame *frame, const ast::Param &param, Actual *actual);
  bool bindDefault(Frame *frame, const ast::Param &param);
  bool bindOption(Frame *frame, const ast::Param &param, const Actual *actual);
  /// Solves `expr` = target for its one unknown dimension; true if it did.
  bool solve(Frame *frame, const ast::Expr &expr, ir::SizeAttr target);
  /// Sizes of declared dimensions, packs expanded; `hintsOf` has null for what
  /// is not known yet.
  std::optional<llvm::SmallVector<ir::SizeAttr>>
  sizesOf(const std::vector<ast::ExprPtr> &dims, Frame *frame);
  llvm::SmallVector<ir::SizeAttr> hintsOf(const std::vector<ast::ExprPtr> &dims,
                                          Frame *frame);
  /// The array as a declared type: its shape must agree, its dtype is converted
  /// where the language does so by itself.
  enum class Declared {
    Checked, // an argument whose shape is known to agree
    Argument,
    Result // may widen
  };
  std::optional<Array> toDeclared(Array array, const ast::Type &type,
                                  Frame *frame, SourceRange range,
                                  llvm::StringRef what, Declared how);
  const ast::Type *resultType(const ast::Result &result, Frame *frame);
  std::optional<Array> result(Frame *frame, const ast::Expr &value,
                              const ast::Result *declared);

  //===--- entry (ElaborateEntry.cpp) -------------------------------------===//
  bool bindInput(Frame *frame, const ast::Param &param, const InputSpec *spec);
  void declareDims(Frame *frame, const ast::Type &type, unsigned rank);
  bool output(llvm::StringRef name, Array array, mlir::Type storage);
  void finish();

  //===--- words ----------------------------------------------------------===//
  Diagnostic &error(SourceRange range, std::string message);
  std::string typeText(const Array &array) const;
  std::string typeText(const Array &array,
                       llvm::ArrayRef<ir::AxisAttr> binders) const;
  mlir::Location location(SourceRange range) const;
  llvm::ArrayRef<const ast::Function *> functionsNamed(llvm::StringRef name,
                                                       const Source *from);
  mlir::Type dtypeOf(llvm::StringRef name, const Frame *frame) const;

  const Program::Impl &program;
  ir::FuncOp func;
  Diagnostics &diagnostics;
  Emitter emit;
  Frame *current = nullptr;
  std::deque<Scope> scopes;
  std::deque<Frame> frames;
  std::deque<DefinitionState> definitions;
  /// In which frame the definition stands that gave an operation its name.
  llvm::DenseMap<mlir::Operation *, Frame *> namers;
  std::vector<std::string> dims;
  std::vector<ir::RequireAttr> requirements;
  size_t calls = 0;
  /// Definitions that are being looked at, each for the one before.
  size_t nested = 0;
  bool toldDeep = false;
  /// How many definitions were elaborated. What a search for ranges found holds
  /// until there are more: kept with their number, so that a search does not
  /// walk the same definitions again and again.
  size_t defined = 0;
  template <typename T> struct Kept {
    size_t defined = ~size_t(0);
    T found;
  };
  std::map<const DefinitionState *, Kept<bool>> keptKnown;
  std::map<std::pair<const DefinitionState *, const ast::Binder *>,
           Kept<std::optional<FoundRange>>>
      keptRanges;
};

/// The text of an expression for a message: on one line and not too long.
std::string quoted(SourceRange range);

/// The binders as written, with a size for that index which cannot be taken for
/// a dimension: `i, j: <size>`.
std::string withSizeOf(llvm::StringRef index,
                       llvm::ArrayRef<ast::Binder> binders);

/// The dtype in the user's words: "f32", or "number" where it is weak.
std::string dtypeText(const Array &array);

/// Words of the language that no function may have as its name.
bool isBuiltin(llvm::StringRef name);
bool isReduction(llvm::StringRef name);
std::vector<std::string> builtinNames();

} // namespace fovea

#endif // FOVEA_FRONTEND_ELABORATOR_H
