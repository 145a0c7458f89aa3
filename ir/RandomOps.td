//===- RandomOps.td - counter-based random numbers -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_RANDOMOPS_TD
#define FOVEA_IR_RANDOMOPS_TD

include "ir/Types.td"

def FoldKeyOp : Fovea_Op<"fold_key", [Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "key with one more index folded in";
  let description = [{
    A key is an i64 that holds two 32-bit words (low word first). The new key is
    the first two words of Philox4x32-10 with counter {a low, a high, 0, 1}
    (runtime/Random.h).
  }];
  let arguments = (ins Fovea_IndexArray:$key, Fovea_IndexArray:$index);
  let results = (outs Fovea_IndexArray:$result);
  let assemblyFormat = "$key `,` $index attr-dict `:` type($key) `,` type($index)";
}

def RandomOp : Fovea_Op<"random", [Pure]> {
  let summary = "random number of a key and a counter";
  let description = [{
    Philox4x32-10 (Salmon et al. 2011): word `counter mod 4` of block
    `counter div 4`, as runtime/Random.h says. uniform is (w >> 8) * 2^-24 exactly,
    in [0, 1); normal has mean 0 and deviation 1.

    - (C1) The result has the union of the operands' axes and floats.
  }];
  let arguments = (ins Fovea_Distribution:$distribution, Fovea_IndexArray:$key,
                       Fovea_IndexArray:$counter);
  let results = (outs Fovea_FloatArray:$result);
  let assemblyFormat = [{
    $distribution $key `,` $counter attr-dict `:` type($key) `,` type($counter) `->` type($result)
  }];
  let hasVerifier = 1;
}

#endif // FOVEA_IR_RANDOMOPS_TD
