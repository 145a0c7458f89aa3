//===- IndexOps.td - coordinates, reads through them, sizes -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_INDEXOPS_TD
#define FOVEA_IR_INDEXOPS_TD

include "ir/Types.td"

def SizeOp : Fovea_Op<"size", [Pure]> {
  let summary = "a size as a number (scalar i64)";
  let arguments = (ins Fovea_SizeAttr:$size);
  let results = (outs Fovea_IndexArray:$result);
  let assemblyFormat = "$size attr-dict `:` type($result)";
  let hasFolder = 1;
}

def IndexOp : Fovea_Op<"index", [Pure]> {
  let summary = "coordinate along an axis: element j is j";
  let description = "- (C1) The result has that axis and no other.";
  let arguments = (ins Fovea_AxisAttr:$axis);
  let results = (outs Fovea_IndexArray:$result);
  let assemblyFormat = "$axis attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def RenameOp : Fovea_Op<"rename", [Pure]> {
  let summary = "the same array with other axis names";
  let description = [{
    Hardness is kept. Example: `fovea.rename %k ["j"] to ["i"] : ... -> ...`.

    - (C1) `from` and `to` have one length; the names in each are distinct.
    - (C2) The operand has every axis of `from`; no axis of `to` is left in it.
    - (C3) The result is the operand's type with the names exchanged.
  }];
  let arguments = (ins Fovea_ArrayType:$operand, StrArrayAttr:$from, StrArrayAttr:$to);
  let results = (outs Fovea_ArrayType:$result);
  let assemblyFormat = "$operand $from `to` $to attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def AtOp : Fovea_Op<"at", [Pure]> {
  let summary = "read through computed indices";
  let description = [{
    Replaces each axis of `axes` by an index: element of the result = element of
    the source at `indices`. Axes of the source that are not replaced, and the
    axes of the indices, make the axes of the result; those with equal names are
    aligned (so a diagonal can be read). Hardness of the source is kept.

    An index that is needed and lies outside 0 .. extent - 1 is an error that
    names `tensor`, the index and the position.

    - (C1) As many indices as axes; the axis names are distinct.
    - (C2) The source may lack an axis of `axes` (it does not vary along it; the
      index is checked all the same). If it has it, the extents are equal.
    - (C3) An axis name means one extent.
    - (C4) The result's axes are as said above, its element type the source's.
  }];
  let arguments = (ins Fovea_ArrayType:$source, Variadic<Fovea_IndexArray>:$indices,
      Fovea_AxisArrayAttr:$axes, StrAttr:$tensor);
  let results = (outs Fovea_ArrayType:$result);
  let assemblyFormat = [{
    $tensor $source $axes `[` $indices `]` attr-dict
      `:` type($source) `[` type($indices) `]` `->` type($result)
  }];
  let hasVerifier = 1;
}

#endif // FOVEA_IR_INDEXOPS_TD
