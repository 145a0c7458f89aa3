//===- Interfaces.td - what passes ask of operations -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_INTERFACES_TD
#define FOVEA_IR_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Fovea_ElementwiseOpInterface : OpInterface<"ElementwiseOpInterface"> {
  let cppNamespace = "::fovea::ir";
  let description = [{
    An operation whose result element depends on one element of each operand:
    operands are aligned by axis name, the result has the union of their axes.

    `hardRule` says how hardness passes through:

    | rule    | result is a hard 0 where           | result is a hard -inf where  |
    |---------|------------------------------------|------------------------------|
    | Plain   | never                              | never                        |
    | Keep    | the operand is                     | the operand is, as a float   |
    | Negate  | the operand is                     | never                        |
    | Product | any operand is                     | never                        |
    | Divide  | operand 0 is                       | never                        |
    | Power   | operand 0 is, and operand 1 > 0    | never                        |
    | Root    | the operand is                     | never                        |
    | Sum     | never                              | any operand is               |
    | Minus   | never                              | operand 0 is                 |
    | Exp     | the operand is a hard -inf         | never                        |
    | Choose  | the chosen branch is, or the condition fails and `hard` says so | likewise |
  }];
  let methods = [
    StaticInterfaceMethod<"How hardness passes through.",
                          "::fovea::ir::HardRule", "hardRule">
  ];
}

#endif // FOVEA_IR_INTERFACES_TD
