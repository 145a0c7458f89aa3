//===- ReduceOps.td - many elements to one -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_REDUCEOPS_TD
#define FOVEA_IR_REDUCEOPS_TD

include "ir/Types.td"

def ReduceOp : Fovea_Op<"reduce", [Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "reduction over named axes";
  let description = [{
    Joins the elements along `axes`; where a guard is given only the places are
    visited at which it holds. Nothing visited gives the neutral element: sum 0,
    prod 1, max -inf (the least integer), min inf (the greatest integer), any
    false, all true, argmax and argmin -1.

    NaN wins max and min. argmax and argmin give the position of the first
    largest (smallest) element, the first NaN if there is one; over several axes
    the position counts row-major in the order of `axes`. The result is an
    ordinary number, never hard. Accumulation is at least f32 for floats.

    A hard number is visited like any other: a hard 0 adds 0 to a sum and makes a
    product 0, a hard -inf loses every max and wins every min and argmin. So a
    sum over hard zeros and a max over hard -inf are the reductions over what is
    left; mean, argmax and the others leave places out by a guard only.

    An axis that the operand lacks is legal: its element is visited extent times.

    Example: `%m = fovea.reduce max %x over [#fovea.axis<j: M>] where %seen : ...`

    - (C1) `axes` is not empty and its names are distinct.
    - (C2) any and all take bools; sum, prod, max, min, argmax, argmin numbers.
    - (C3) f16 and bf16 are widened before they are accumulated.
    - (C4) An axis name means one extent.
  }];
  let arguments = (ins Fovea_ReduceKind:$kind, Fovea_ArrayType:$operand,
      Optional<Fovea_BoolArray>:$guard, Fovea_AxisArrayAttr:$axes);
  let results = (outs Fovea_ArrayType:$result);
  let assemblyFormat = [{
    $kind $operand `over` $axes (`where` $guard^)? attr-dict
      `:` type($operand) (`,` type($guard)^)?
  }];
  let hasVerifier = 1;
}

#endif // FOVEA_IR_REDUCEOPS_TD
