//===- FoldOps.td - chains of reductions as one pass -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_FOLDOPS_TD
#define FOVEA_IR_FOLDOPS_TD

include "ir/Types.td"

def FoldOp : Fovea_Op<"fold", [Pure, SingleBlock]> {
  let summary = "several reductions in one pass over the same axes";
  let description = [{
    Visits the places of `axes` once and gives several results, of which later
    ones may depend on earlier ones. The state is a list of *accumulators*
    A0, A1, ..., each joined by the kind that `fovea.lift` lists, and a list of
    *gauges* G0, G1, ...: numbers that the bodies of later accumulators are
    written at (the maximum seen so far, a mean). A gauge is any number at which
    the formulas are finite, not necessarily the value that a reduction has.
    Four regions of pure operations say what happens:

    | region    | arguments              | gives                                |
    |-----------|------------------------|--------------------------------------|
    | `element` | G                      | for each accumulator the element at one place, its guard (`fovea.lift`) |
    | `gauge`   | A, G                   | G, from what is accumulated          |
    | `repair`  | A, G (old), G' (new)   | A as if accumulated under G'         |
    | `finish`  | A, G                   | the results                          |

    `after[q]` is the number of accumulators that gauge q is made from; gauge q is
    known to accumulators `after[q]` and later. So the accumulators fall into
    groups, between which gauges are made. One *step* over a block of places:

        for each group, in order:
          for each accumulator k of it:
            A'k = repair_k(A of the group, G, G')  (+)k  over the block: element_k(G')
          make the gauges G' that follow the group

    An empty state has the neutral elements (see `fovea.reduce`) and the gauges
    that they give. *Combining* two states moves both to the gauges of the joint
    one, group after group, and joins them; so blocks, threads and machines may
    split the axes. Moving to equal gauges changes nothing. (Softmax this way:
    Milakov and Gimelshein, arXiv 1805.02867; variance: Chan, Golub and LeVeque 1979.)

    argmax and argmin keep the element beside the position; the argument is the
    position, and `repair` hands it on as it is.

    Guards, hard numbers and NaN are as in `fovea.reduce`. What a region gives
    is an ordinary number, never hard.

    - (C1) `axes` is not empty, its names are distinct, and no accumulator, gauge
      or result has them.
    - (C2) The arguments of the regions are as in the table.
    - (C3) `after` has one entry a gauge, ascending, at most the number of
      accumulators. Gauge q is made from accumulators before `after[q]` and
      gauges before q.
    - (C4) Accumulator k's element, guard and repair see the gauges q with
      `after[q]` <= k only; its repair sees the accumulators of its group only.
    - (C5) The regions give one value for each accumulator, gauge and result, of
      its type; one may lack axes that it does not vary along.
  }];
  let arguments = (ins Fovea_AxisArrayAttr:$axes, DenseI32ArrayAttr:$after);
  let results = (outs Variadic<Fovea_ArrayType>:$results);
  let regions = (region SizedRegion<1>:$element, SizedRegion<1>:$gauge,
                        SizedRegion<1>:$repair, SizedRegion<1>:$finish);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    LiftOp getLift();
    unsigned getNumAccumulators();
    unsigned getNumGauges() { return getAfter().size(); }
    ReduceKind getKind(unsigned accumulator);
    /// The type of an accumulator (of its position, for argmax and argmin).
    ArrayType getAccumulatorType(unsigned accumulator);
    /// How many gauges accumulator k may see; equal numbers make a group.
    unsigned getGaugesBefore(unsigned accumulator);
  }];
}

def LiftOp : Fovea_Op<"lift", [Pure, Terminator, HasParent<"FoldOp">, AttrSizedOperandSegments]> {
  let summary = "one element of each accumulator of a fold";
  let description = [{
    Element k is joined by `kinds[k]` (values of ReduceKind); where `guarded[k]`
    only at places where its guard holds. `guards` has those guards in order.

    Example: `fovea.lift max %s : <f32, i: N, j: M> where %c : <i1, j: M>, sum %p : <f32, i: N, j: M>`

    - (C1) `kinds`, `elements` and `guarded` have one length; there are as many
      guards as `guarded` says.
    - (C2) any and all take bools; sum, prod, max, min, argmax, argmin numbers,
      widened (not f16 or bf16).
  }];
  let arguments = (ins DenseI32ArrayAttr:$kinds, Variadic<Fovea_ArrayType>:$elements,
      Variadic<Fovea_BoolArray>:$guards, DenseBoolArrayAttr:$guarded);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ReduceKind getKind(unsigned k) { return static_cast<ReduceKind>(getKinds()[k]); }
    /// The guard of element k, or null.
    ::mlir::Value getGuard(unsigned k);
  }];
}

def YieldOp : Fovea_Op<"yield", [Pure, Terminator, ParentOneOf<["FoldOp", "KernelOp", "PhaseOp"]>]> {
  let summary = "what a region gives";
  let arguments = (ins Variadic<Fovea_ArrayType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif // FOVEA_IR_FOLDOPS_TD
