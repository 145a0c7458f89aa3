//===- Dialect.td - the fovea dialect -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_DIALECT_TD
#define FOVEA_IR_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Fovea_Dialect : Dialect {
  let name = "fovea";
  let cppNamespace = "::fovea::ir";
  let summary = "attention and loss formulas over arrays with named axes";
  let description = [{
    Pure SSA over arrays whose axes have names. Operands of an elementwise
    operation are aligned by axis name, a reduction names the axes that it
    removes; so there is no broadcast, transpose or reshape operation, and two
    reductions over one axis are visibly over one axis.

    Within one function an axis name stands for one extent. Extents are formulas
    over the function's dimensions (`N`, `G * R`, `M + 1`), solved from the
    inputs when a function is called: one compiled program serves all lengths.

    **Hard zero.** Every element of a value has, beside its number, two bits that
    say that the number is a *hard* 0 or a *hard* -inf. They are made by
    `fovea.select` with a `hard` attribute, and each elementwise operation says
    how it hands them on (see `ElementwiseOpInterface`). A hard 0 stays 0 under
    multiplication whatever it meets, NaN included. A reduction's result is an
    ordinary number.

    **Demand.** An element that no output element needs is not evaluated: an out
    of range read or a division by zero there is no error. `fovea.select`, `and`,
    `or` and the guard of `fovea.reduce` are the lazy places, and what a hard
    number absorbs is not needed; everything else needs all its operands.

    Constraints are numbered C1, C2, ... in the description of each operation;
    verifiers and tests cite them as `<operation>_c1`.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
    void registerTypes();
  }];
}

class Fovea_Op<string mnemonic, list<Trait> traits = []>
    : Op<Fovea_Dialect, mnemonic, traits>;

#endif // FOVEA_IR_DIALECT_TD
