//===- KernelOps.td - how folds and maps run -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_KERNELOPS_TD
#define FOVEA_IR_KERNELOPS_TD

include "ir/Interfaces.td"
include "ir/Types.td"

def Fovea_RoleKind : I32EnumAttr<"RoleKind", "what a phase does with an axis", [
  I32EnumAttrCase<"Grid", 0, "grid">, I32EnumAttrCase<"Payload", 1, "payload">,
  I32EnumAttrCase<"Lane", 2, "lane">, I32EnumAttrCase<"Stream", 3, "stream">,
  I32EnumAttrCase<"Contract", 4, "contract">]> {
  let cppNamespace = "::fovea::ir";
}

def Fovea_RoleAttr : AttrDef<Fovea_Dialect, "Role"> {
  let mnemonic = "role";
  let summary = "what a phase does with one axis";
  let description = [{
    | kind       | the axis is ...                                                     |
    |------------|---------------------------------------------------------------------|
    | `grid`     | cut into items; an item has one place of it                         |
    | `payload`  | walked along inside of an item, by each accumulator that has it     |
    | `lane`     | held in vectors, every lane a row of its own                        |
    | `stream`   | visited in blocks, between which the state lies in scratch memory   |
    | `contract` | walked along by a reduction inside of an element                    |

    `by 64` is the number of places that a block (or, of a lane or payload axis,
    an item) has; without it all places belong to each item. `lanes 16` is the
    number of places in a vector: of a streamed axis the lanes have states of
    their own, which are combined at the end; at a contracted or a payload axis
    it says that a block is worked off in vectors, though each row has one state.
    (A streamed axis has the second role for that where nothing else does.)
    `split` says that the streamed axes may be cut into pieces, items of their
    own, whose states are combined: where there are few rows.

    Example: `#fovea.role<j: M stream by 64>`, `#fovea.role<i: N lane by 128 lanes 16>`.
  }];
  let parameters = (ins "AxisAttr":$axis, "RoleKind":$kind,
    DefaultValuedParameter<"int64_t", "0", "0: all places">:$block,
    DefaultValuedParameter<"int64_t", "1">:$lanes,
    DefaultValuedParameter<"bool", "false">:$split);
  let hasCustomAssemblyFormat = 1;
}
def Fovea_RoleArrayAttr : TypedArrayAttrBase<Fovea_RoleAttr, "list of roles">;

def Fovea_KeepPlace : I32EnumAttr<"KeepPlace", "where a value of a phase lies", [
  I32EnumAttrCase<"Rows", 0, "rows">, I32EnumAttrCase<"Block", 1, "block">,
  I32EnumAttrCase<"Output", 2, "output">]> {
  let cppNamespace = "::fovea::ir";
}

def KeepOp : Fovea_Op<"keep", [Pure, Fovea_ElementwiseOpInterface, SameOperandsAndResultType,
    ParentOneOf<["FoldOp", "PhaseOp"]>]> {
  let summary = "its operand, kept in memory";
  let description = [{
    Says where a value of a phase lies. `rows`: in scratch memory, once for all
    rows of an item; `block 1`: in scratch memory, for one block of the streamed
    axis, made when the second group of accumulators visits it (see `fovea.fold`).
    Any other value lives in registers and is computed where it is used; results
    of phases lie in memory.

    `output 1`, in a fold: its elements at the last gauges are what a map behind
    it, in the same kernel, computes from the fold's results (there it says
    `output`). Where an item is one block and the gauges turn out to be those
    results, bit by bit, they are kept where the map's result is going to be, and
    the map takes them from there. Anywhere else the map computes them.

    Example: `%1 = fovea.keep rows %0 : <f32, i: N, c: D>`
  }];
  let arguments = (ins Fovea_ArrayType:$operand, Fovea_KeepPlace:$place, OptionalAttr<I32Attr>:$group);
  let results = (outs Fovea_ArrayType:$result);
  let assemblyFormat = "$place ($group^)? $operand attr-dict `:` type($operand)";
  let extraClassDeclaration = [{
    static ::fovea::ir::HardRule hardRule() { return ::fovea::ir::HardRule::Keep; }
    static ::fovea::ir::Law law() { return ::fovea::ir::Law::None; }
  }];
}

def KernelOp : Fovea_Op<"kernel", [Pure, SingleBlock]> {
  let summary = "phases that run item by item";
  let description = [{
    The phases cut the same axes into the same items. All phases of an item run
    one after the other, while what they share is near, then those of the next
    item; items are independent, so threads may take them in any order. The
    meaning is that of the operations inside.

    - (C1) The body has phases, and a `fovea.yield` of their results.
    - (C2) All phases, but for those for few rows, cut the same axes, in the
      same order, into blocks of the same size; those of the last axis may differ
      by a whole factor. An item is what belongs to one block of the coarsest.
      Behind them there may be one that streams just these axes, split, in blocks
      of whole items (its pieces are then runs of items), and behind that maps
      that cut nothing.
    - (C3) A phase sees of the phases before it what belongs to its own item
      only: nothing that is made from their results is renamed or read through an
      index.
    - (C4) At most one fold keeps something in an output, and one map takes it:
      both are cut into single places and have no other axis but the one that is
      streamed. The map's formula is the fold's, results of the one in the place of
      the other's gauges, and is read at its own place only. It has the type of the
      map's result, and the gauges the types of the results.
  }];
  let results = (outs Variadic<Fovea_ArrayType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    YieldOp getYield();
  }];
}

def PhaseOp : Fovea_Op<"phase", [Pure, SingleBlock, HasParent<"KernelOp">]> {
  let summary = "one loop nest: a fold, a reduction, or a formula";
  let description = [{
    Computes what it yields, and stores it. All that is not computed by its body is
    an input, a literal, or the result of another phase. A phase of reductions
    yields the results of its last operation, a `fovea.fold` or `fovea.reduce`;
    any other phase is a *map*, which yields one value.

    `roles` lists the axes from the outermost loop to the innermost. Of a fold,
    `visits` has for each group of accumulators (see `fovea.fold`) the places that
    a visit of a block takes at a time, and `unroll` those that share a loop along
    the payload. `layouts` has the axes of each result as they lie in memory,
    outermost first.

    Example: `fovea.phase roles(n: N grid, j: M stream by 2048 lanes 16) visits [4] unroll 4 { ... } layouts [n] -> <f32, n: N>`

    `few n` says that it takes the place of the next phase, which computes the
    same, in calls that have few rows along n.

    - (C1) Each axis has one role; it may be contracted as well. Only one axis
      has lanes, a power of two of them; blocks are whole vectors.
    - (C2) The streamed axes are those of the fold or reduction; a map has none.
    - (C3) Every axis of a result has a role, and none is streamed; its layout is
      a permutation of its axes.
    - (C4) The body yields a value for each result, of its element type; it may
      lack axes along which it does not vary.
    - (C5) `visits` has an entry for each group of accumulators; a `fovea.keep
      block` names one, and so does a `fovea.keep output` of a fold.
    - (C6) What stands in for another phase has the same results and layouts.
  }];
  let arguments = (ins Fovea_RoleArrayAttr:$roles, ArrayAttr:$layouts,
    DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$visits,
    DefaultValuedAttr<I64Attr, "1">:$unroll, OptionalAttr<Fovea_AxisAttr>:$few);
  let results = (outs Variadic<Fovea_ArrayType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    YieldOp getYield();
    /// The fold or reduction; null for a map.
    ::mlir::Operation *getReduction();
    /// The axes of result `k` as they lie in memory, outermost first.
    ::llvm::SmallVector<AxisAttr> getLayout(unsigned k);
    /// The roles of the axes that are cut into items.
    ::llvm::SmallVector<RoleAttr> getItemRoles();
  }];
}

#endif // FOVEA_IR_KERNELOPS_TD
