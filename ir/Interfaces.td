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

    `law` says what algebra knows of the operation. From these laws alone it is
    derived which reductions can share a pass (passes/derive/Laws.cpp):

    | law              | what holds                                                  |
    |------------------|-------------------------------------------------------------|
    | None             | nothing                                                     |
    | Add, Subtract, Negate, Multiply, Divide | the field of real numbers            |
    | Exp, Exp2        | turns sums into products; > 0; increasing                   |
    | Log              | turns products of positive numbers into sums; increasing    |
    | Sqrt, Rsqrt, Power | powers: multiplicative, binomial for small whole exponents |
    | Abs              | abs(r x) = abs(r) abs(x)                                    |
    | Max, Min         | commute with adding a number and with positive factors      |
    | Sin, Cos         | the addition theorems                                       |
    | Select           | commutes with every law of its branches                     |
  }];
  let methods = [
    StaticInterfaceMethod<"How hardness passes through.",
                          "::fovea::ir::HardRule", "hardRule">,
    StaticInterfaceMethod<"What algebra knows of it.", "::fovea::ir::Law", "law">
  ];
}

#endif // FOVEA_IR_INTERFACES_TD
