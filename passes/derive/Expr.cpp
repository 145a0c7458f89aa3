//===- Expr.cpp - formulas over one place of a fold -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Expr.h"

#include "ir/TypeOf.h"
#include "passes/Demand.h"

#include "llvm/ADT/STLExtras.h"

#include <bit>
#include <cmath>
#include <limits>
#include <tuple>

using namespace fovea::derive;

static constexpr double infinity = std::numeric_limits<double>::infinity();

bool Algebra::Less::operator()(const Node *a, const Node *b) const {
  // By their bits: NaN is a number like others, and -0 is not 0.
  auto key = [](const Node *n) {
    return std::make_tuple(n->form, std::bit_cast<uint64_t>(n->number),
                           n->value.getAsOpaquePointer(), n->reduction, n->hard,
                           n->args.size());
  };
  if (key(a) != key(b))
    return key(a) < key(b);
  // Two operations of one kind may differ in their attributes, and casts in
  // what they cast to.
  auto kind = [](const Node *n) {
    using Pointer = const void *;
    if (!n->like)
      return std::make_tuple(Pointer(), Pointer(), Pointer());
    return std::make_tuple(
        Pointer(n->like->getName().getAsOpaquePointer()),
        Pointer(n->like->getAttrDictionary().getAsOpaquePointer()),
        Pointer(fovea::ir::typeOf(n->like->getResult(0))
                    .getElementType()
                    .getAsOpaquePointer()));
  };
  if (kind(a) != kind(b))
    return kind(a) < kind(b);
  for (auto [x, y] : llvm::zip(a->args, b->args))
    if (x != y)
      return x->id < y->id;
  return false;
}

static unsigned bitOf(Form form) { return 1u << static_cast<unsigned>(form); }

Algebra::Algebra() : zeroExpr(constant(0)), oneExpr(constant(1)) {}

Expr Algebra::intern(Node node) {
  auto found = known.find(&node);
  if (found != known.end())
    return *found;
  node.id = nodes.size();
  node.forms = bitOf(node.form);
  for (Expr arg : node.args) {
    node.forms |= arg->forms;
    node.hasData |= arg->hasData;
    node.hasGiven |= arg->hasGiven;
    node.mayFail |= arg->mayFail;
    node.hidesMask |= arg->hidesMask;
    node.fresh.insert(arg->fresh.begin(), arg->fresh.end());
    node.old.insert(arg->old.begin(), arg->old.end());
  }
  if (node.form == Form::Exp)
    node.hidesMask |= node.args[0]->mayBeHard;
  if (node.form == Form::Add)
    for (Expr arg : node.args)
      node.mayBeHard |= arg->mayBeHard;
  if (node.form == Form::Where)
    node.mayBeHard = (node.hard && isConstant(node.args[2], -infinity)) ||
                     node.args[1]->mayBeHard || node.args[2]->mayBeHard;
  nodes.push_back(std::move(node));
  known.insert(&nodes.back());
  return &nodes.back();
}

Expr Algebra::constant(double number) {
  Node node{Form::Constant};
  node.number = number;
  return intern(std::move(node));
}

Expr Algebra::array(Form form, mlir::Value value) {
  Node node{form};
  node.value = value;
  // What is asked below walks all that the array is made from: once.
  if (auto found = known.find(&node); found != known.end())
    return *found;
  node.hasData = form == Form::Data;
  node.hasGiven = form == Form::Given;
  node.mayBeHard = fovea::mayBeHard(value, ir::HardKind::NegInf);
  node.hidesMask =
      node.mayBeHard || fovea::mayBeHard(value, ir::HardKind::Zero);
  node.mayFail = form == Form::Data && fovea::mayFail(value);
  return intern(std::move(node));
}

Expr Algebra::data(mlir::Value value) { return array(Form::Data, value); }
Expr Algebra::given(mlir::Value value) { return array(Form::Given, value); }
Expr Algebra::fresh(unsigned reduction) {
  Node node{Form::New};
  node.reduction = reduction;
  node.fresh = {reduction};
  return intern(std::move(node));
}
Expr Algebra::old(unsigned reduction) {
  Node node{Form::Old};
  node.reduction = reduction;
  node.old = {reduction};
  return intern(std::move(node));
}

bool fovea::derive::isConstant(Expr e, double number) {
  return e->form == Form::Constant && e->number == number;
}
bool fovea::derive::excludes(Expr e, double number) {
  return e->form == Form::Where && e->hard && isConstant(e->args[2], number);
}
llvm::ArrayRef<Expr> fovea::derive::factorsOf(const Expr &e) {
  return e->form == Form::Multiply ? llvm::ArrayRef<Expr>(e->args)
                                   : llvm::ArrayRef<Expr>(e);
}
llvm::ArrayRef<Expr> fovea::derive::termsOf(const Expr &e) {
  return e->form == Form::Add ? llvm::ArrayRef<Expr>(e->args)
                              : llvm::ArrayRef<Expr>(e);
}
bool fovea::derive::contains(Expr e, Form form) {
  return (e->forms & bitOf(form)) != 0;
}

Expr Algebra::apply(Form form, mlir::Operation *like,
                    llvm::ArrayRef<Expr> args) {
  Node node{form};
  node.like = like;
  node.mayFail = like && isFallible(like);
  node.args.assign(args.begin(), args.end());
  return intern(std::move(node));
}

Expr Algebra::rebuild(Expr e, llvm::ArrayRef<Expr> args) {
  switch (e->form) {
  case Form::Add:
    return add(args);
  case Form::Multiply:
    return mul(args);
  case Form::Power:
    return power(args[0], e->number);
  case Form::Exp:
    return exp(args[0]);
  case Form::Log:
    return log(args[0]);
  case Form::Abs:
    return absolute(args[0]);
  case Form::Max:
    return maximum(args[0], args[1]);
  case Form::Safe:
    return safe(args[0]);
  case Form::Where:
    return where(args[0], args[1], args[2], e->hard);
  default:
    return apply(e->form, e->like, args);
  }
}

Expr Algebra::mapped(Expr e, llvm::function_ref<Expr(Expr)> leaf) {
  // Formulas share their parts: each is mapped once.
  std::map<Expr, Expr> known;
  auto walk = [&](auto &&self, Expr e) -> Expr {
    if (e->args.empty())
      return leaf(e);
    if (auto found = known.find(e); found != known.end())
      return found->second;
    Exprs args;
    for (Expr arg : e->args)
      args.push_back(self(self, arg));
    return known[e] =
               llvm::ArrayRef<Expr>(args) == llvm::ArrayRef<Expr>(e->args)
                   ? e
                   : rebuild(e, args);
  };
  return walk(walk, e);
}

Expr Algebra::atOld(Expr e) {
  if (e->fresh.empty())
    return e;
  return mapped(e, [&](Expr leaf) {
    return leaf->form == Form::New ? old(leaf->reduction) : leaf;
  });
}

Expr Algebra::atNew(Expr e) {
  if (e->old.empty())
    return e;
  return mapped(e, [&](Expr leaf) {
    return leaf->form == Form::Old ? fresh(leaf->reduction) : leaf;
  });
}

Expr Algebra::asRead(Expr e) {
  if (!e->hasGiven || facts.finished.empty())
    return e;
  return mapped(e, [&](Expr leaf) {
    auto found = leaf->form == Form::Given ? facts.finished.find(leaf->value)
                                           : facts.finished.end();
    return found == facts.finished.end() ? leaf : fresh(found->second);
  });
}
