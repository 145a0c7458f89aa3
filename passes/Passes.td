//===- Passes.td - the compiler's own passes ---------------*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_PASSES_TD
#define FOVEA_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

def DeriveFolds : Pass<"fovea-derive-folds", "ir::FuncOp"> {
  let summary = "chains of reductions over one set of axes become folds";
  let description = [{
    Every reduction whose result is kept becomes an accumulator of a
    `fovea.fold`; those that depend on each other share one, if the algebra of
    their elements (ElementwiseOpInterface, `law`) says how a partial result is
    moved when what it was computed with changes. Reductions of the same rows
    that read the same array share one as well. What is larger than what it is
    made from (scores, logits) is recomputed inside the fold.
  }];
}

def SinkReads : Pass<"fovea-sink-reads", "ir::FuncOp"> {
  let summary = "what is read of a formula is computed where it is read";
  let description = [{
    `x[n, t[n]]` of logits x that are a formula becomes that formula at t[n], if
    the read has fewer axes than what it reads, or as many of a formula that is
    larger than all that it is made from, and is not compared with that formula
    itself: so the logits need not be stored. A read of what is masked becomes
    the mask of a read in any case: so what is left out is seen. The check of
    the index stays, under the name of what was read. Renames go behind
    elementwise formulas.
  }];
}

def TakeBranches : Pass<"fovea-take-branches", "ir::FuncOp"> {
  let summary = "a `where` whose condition is known is the branch that it takes";
  let description = [{
    Folding (ir/Folders.cpp) does that where the type stays the same. A branch
    may lack axes: then what is made from it lacks them too. Of a hard number
    the `where` stays, without what it does not take.
  }];
}

def HoistMasks : Pass<"fovea-hoist-masks", "ir::FuncOp"> {
  let summary = "every sum and every choice has one mask, outside";
  let description = [{
    A sum with a masked term is the mask of a sum, `where(c, x, where(d, y, -inf))`
    becomes `where(c or d, where(c, x, y), -inf)`, and the same with a hard 0: so
    what does not count is seen to be left out, and is not visited. Of several
    masks one is made, whose conditions that cannot fail are asked first.
    `where(c, where(d, x, -inf), 0)`, which leaves out in two ways, becomes
    `where(not c or d, where(c, x, 0), -inf)`.
  }];
}

def SplitReductions : Pass<"fovea-split-reductions", "ir::FuncOp"> {
  let summary = "a reduction over a matrix of rows is one over rows, of one over columns";
  let description = [{
    `sum[i, j](f(s[i, j]))` of scores s that are reductions themselves becomes
    `sum[i](sum[j](f(s[i, j])))`, unless it is part of a chain over the same axes:
    so there are rows to lay the lanes along, and what they need in common is
    read once. So does `sum[i, j](f(x[i, j], m[i]))` of rows that were reduced
    along j: the inner sum goes on with their chain. Of no elements all these
    reductions are the neutral one.
  }];
}

def UnifyAxes : Pass<"fovea-unify-axes", "ir::FuncOp"> {
  let summary = "one axis, one name";
  let description = [{
    Axes whose names are exchanged by a `fovea.rename`, or under which one input
    is read, get one name where no operation has both: so `sum[l](p[i, l])` and
    `sum[j](p[i, j])` are seen to be the same, and scores that were handed to a
    function that calls their axes otherwise run along the axes that it reduces.
    A read at plain indices is a rename.
  }];
}

def FormKernels : Pass<"fovea-form-kernels", "ir::FuncOp"> {
  let summary = "folds and formulas become phases of kernels";
  let description = [{
    Decides what is stored, which axis of each loop nest has which role, what is
    kept in scratch memory, and which loop nests run item by item; says so by
    `fovea.kernel`, `fovea.phase` and `fovea.keep`. What a phase recomputes is in
    its body. What does not depend on a fold's gauges is moved out of its regions
    first, and a fold that is no more than a reduction becomes one.
  }];
  let options = [
    Option<"vectorBytes", "vector-bytes", "int", "16", "Bytes of a vector register">,
    Option<"vectorRegisters", "vector-registers", "int", "16", "Number of vector registers">
  ];
}

#endif // FOVEA_PASSES_PASSES_TD
