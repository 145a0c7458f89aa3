//===- FuncOps.td - functions, what goes in and what comes out -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_FUNCOPS_TD
#define FOVEA_IR_FUNCOPS_TD

include "ir/Types.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

def FuncOp : Fovea_Op<"func", [Symbol, IsolatedFromAbove, SingleBlock, NoTerminator, NoRegionArguments]> {
  let summary = "entry function: a formula from inputs to outputs";
  let description = [{
    `dims` are the names that sizes are written in, solved at each call from the
    extents of all inputs together; `requirements` are relations that every call must
    satisfy. The body is one block: `fovea.input`s, pure operations,
    `fovea.output`s. Calls in the program text are inlined.

    - (C1) `dims` are distinct, and every size in the body is written in them.
    - (C2) Inputs have distinct names, outputs likewise.
    - (C3) An axis name means one extent in the whole function.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$dims,
      DefaultValuedAttr<Fovea_RequireArrayAttr, "{}">:$requirements);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `dims` $dims (`requires` $requirements^)? attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def InputOp : Fovea_Op<"input", [HasParent<"FuncOp">]> {
  let summary = "array that the caller gives; `axes` in positional order";
  let description = "- (C1) The result has exactly those axes, which are distinct.";
  let arguments = (ins StrAttr:$name, Fovea_AxisArrayAttr:$axes);
  let results = (outs Fovea_ArrayType:$result);
  let assemblyFormat = "$name $axes attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def OutputOp : Fovea_Op<"output", [HasParent<"FuncOp">]> {
  let summary = "array that the caller gets; `axes` in positional order";
  let description = [{
    The value may lack an axis: it is repeated along it.

    - (C1) `axes` are distinct and hold every axis of the value.
  }];
  let arguments = (ins StrAttr:$name, Fovea_ArrayType:$value, Fovea_AxisArrayAttr:$axes);
  let assemblyFormat = "$name $value $axes attr-dict `:` type($value)";
  let hasVerifier = 1;
}

def ConstantOp : Fovea_Op<"constant", [Pure, ConstantLike]> {
  let summary = "scalar constant";
  let description = "- (C1) The value's type is the result's element type.";
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Fovea_ArrayType:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def LiteralOp : Fovea_Op<"literal", [Pure]> {
  let summary = "array written in the program";
  let description = [{
    - (C1) `axes` are distinct, of constant extent, and are the result's axes;
      in this order their extents are the shape of `values`.
    - (C2) The element types of `values` and of the result agree.
  }];
  let arguments = (ins ElementsAttr:$values, Fovea_AxisArrayAttr:$axes);
  let results = (outs Fovea_ArrayType:$result);
  let assemblyFormat = "$values $axes attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif // FOVEA_IR_FUNCOPS_TD
