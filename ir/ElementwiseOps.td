//===- ElementwiseOps.td - one element of each operand -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_ELEMENTWISEOPS_TD
#define FOVEA_IR_ELEMENTWISEOPS_TD

include "ir/Interfaces.td"
include "ir/Types.td"

class Fovea_Elementwise<string mnemonic, string rule, string law = "None", list<Trait> traits = []>
    : Fovea_Op<mnemonic, [Pure, Fovea_ElementwiseOpInterface,
        DeclareOpInterfaceMethods<InferTypeOpInterface>] # traits> {
  let results = (outs Fovea_ArrayType:$result);
  let hasVerifier = 1;
  code elementwiseDecl = [{
    static ::fovea::ir::HardRule hardRule() { return ::fovea::ir::HardRule::}] # rule # [{; }
    static ::fovea::ir::Law law() { return ::fovea::ir::Law::}] # law # [{; }
  }];
  let extraClassDeclaration = elementwiseDecl;
}

class Fovea_Unary<string mnemonic, Type operand, string rule = "Plain", string law = "None">
    : Fovea_Elementwise<mnemonic, rule, law> {
  let arguments = (ins operand:$operand);
  let assemblyFormat = "$operand attr-dict `:` type($operand)";
}
class Fovea_FloatUnary<string mnemonic, string what, string rule = "Plain", string law = "None">
    : Fovea_Unary<mnemonic, Fovea_FloatArray, rule, law> {
  let summary = what;
}
def AbsOp : Fovea_Unary<"abs", Fovea_NumberArray, "Plain", "Abs"> { let summary = "absolute value"; let hasFolder = 1; }
def NegOp : Fovea_Unary<"neg", Fovea_NumberArray, "Negate", "Negate"> { let summary = "-x"; let hasFolder = 1; }
def SignOp : Fovea_Unary<"sign", Fovea_NumberArray> {
  let summary = "-1, 0 or 1; of NaN, NaN";
}
def NotOp : Fovea_Unary<"not", Fovea_BoolArray> { let summary = "logical negation"; let hasFolder = 1; }
def ExpOp : Fovea_FloatUnary<"exp", "e^x", "Exp", "Exp">;
def Exp2Op : Fovea_FloatUnary<"exp2", "2^x", "Exp", "Exp2">;
def Expm1Op : Fovea_FloatUnary<"expm1", "e^x - 1, exact near 0">;
def LogOp : Fovea_FloatUnary<"log", "natural logarithm", "Plain", "Log">;
def Log1pOp : Fovea_FloatUnary<"log1p", "log(1 + x), exact near 0">;
def SqrtOp : Fovea_FloatUnary<"sqrt", "square root", "Root", "Sqrt">;
def RsqrtOp : Fovea_FloatUnary<"rsqrt", "1 / sqrt(x)", "Plain", "Rsqrt">;
def TanhOp : Fovea_FloatUnary<"tanh", "hyperbolic tangent">;
def SinhOp : Fovea_FloatUnary<"sinh", "hyperbolic sine">;
def CoshOp : Fovea_FloatUnary<"cosh", "hyperbolic cosine">;
def SigmoidOp : Fovea_FloatUnary<"sigmoid", "1 / (1 + e^-x)">;
def ErfOp : Fovea_FloatUnary<"erf", "error function">;
def SinOp : Fovea_FloatUnary<"sin", "sine", "Plain", "Sin">;
def CosOp : Fovea_FloatUnary<"cos", "cosine", "Plain", "Cos">;
def FloorOp : Fovea_FloatUnary<"floor", "largest whole number not above x">;

class Fovea_Binary<string mnemonic, Type operand, string rule = "Plain", string law = "None",
                   list<Trait> traits = []>
    : Fovea_Elementwise<mnemonic, rule, law, traits> {
  let arguments = (ins operand:$lhs, operand:$rhs);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs)";
  let description = [{
    - (C1) Both operands have the same element type.
    - (C2) An axis name means one extent.
  }];
}
def AddOp : Fovea_Binary<"add", Fovea_NumberArray, "Sum", "Add", [Commutative]> {
  let summary = "a + b; integers wrap"; let hasFolder = 1;
}
def SubOp : Fovea_Binary<"sub", Fovea_NumberArray, "Minus", "Subtract"> {
  let summary = "a - b; integers wrap"; let hasFolder = 1;
}
def MulOp : Fovea_Binary<"mul", Fovea_NumberArray, "Product", "Multiply", [Commutative]> {
  let summary = "a * b; integers wrap"; let hasFolder = 1;
}
def DivOp : Fovea_Binary<"div", Fovea_FloatArray, "Divide", "Divide"> {
  let summary = "real division a / b"; let hasFolder = 1;
}
def FloorDivOp : Fovea_Binary<"floordiv", Fovea_NumberArray> {
  let summary = "floor(a / b), as in Python; an integer zero divisor is an error";
  let hasFolder = 1;
}
def ModOp : Fovea_Binary<"mod", Fovea_NumberArray> {
  let summary = "a - b * floor(a / b), the sign of b; an integer zero divisor is an error";
  let hasFolder = 1;
}
def PowOp : Fovea_Binary<"pow", Fovea_NumberArray, "Power", "Power"> {
  let summary = "a^b; integers wrap, and a negative integer exponent gives the "
                "truncated quotient (0 unless a is 1 or -1; of 0, an error)";
}
def MinOp : Fovea_Binary<"min", Fovea_NumberArray, "Plain", "Min", [Commutative]> {
  let summary = "smaller of two; NaN wins";
}
def MaxOp : Fovea_Binary<"max", Fovea_NumberArray, "Plain", "Max", [Commutative]> {
  let summary = "larger of two; NaN wins";
}
def AndOp : Fovea_Binary<"and", Fovea_BoolArray> {
  let summary = "a and b; b is needed only where a holds"; let hasFolder = 1;
}
def OrOp : Fovea_Binary<"or", Fovea_BoolArray> {
  let summary = "a or b; b is needed only where a fails"; let hasFolder = 1;
}

def CompareOp : Fovea_Elementwise<"compare", "Plain"> {
  let summary = "comparison; with NaN only `ne` holds";
  let description = [{
    - (C1) Both operands have the same element type.
    - (C2) An axis name means one extent.
  }];
  let hasFolder = 1;
  let arguments = (ins Fovea_Predicate:$predicate, Fovea_ArrayType:$lhs, Fovea_ArrayType:$rhs);
  let assemblyFormat = "$predicate $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs)";
}

def SelectOp : Fovea_Elementwise<"select", "Choose", "Select"> {
  let summary = "a where the condition holds, else b; only the chosen one is needed";
  let description = [{
    With `hard = zero` (`hard = neginf`) the number taken where the condition
    fails is a hard 0 (a hard -inf).

    - (C1) Both branches have the same element type.
    - (C2) An axis name means one extent.
    - (C3) The else branch of a hard select is the constant 0 (-inf), perhaps
      behind casts.
  }];
  let arguments = (ins Fovea_BoolArray:$condition, Fovea_ArrayType:$onTrue,
      Fovea_ArrayType:$onFalse,
      DefaultValuedAttr<Fovea_HardKind, "::fovea::ir::HardKind::None">:$hard);
  let assemblyFormat = [{
    $condition `,` $onTrue `,` $onFalse (`hard` $hard^)? attr-dict
      `:` type($condition) `,` type($onTrue) `,` type($onFalse)
  }];
  let hasFolder = 1;
}

def CastOp : Fovea_Op<"cast", [Pure, Fovea_ElementwiseOpInterface]> {
  let summary = "conversion to another element type";
  let description = [{
    To a narrower float: rounded to nearest, ties to even, overflow to infinity.
    Float to integer: truncated towards zero, saturated, NaN gives 0. i64 to i32
    saturates. To bool: whether the number is not 0 (so NaN is true). From bool:
    0 or 1. A cast to f16 or bf16 is a rounding; the number is widened again when
    it is used, by another cast.

    - (C1) Operand and result have the same axes.
  }];
  let arguments = (ins Fovea_ArrayType:$operand);
  let results = (outs Fovea_ArrayType:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDeclaration = [{
    static ::fovea::ir::HardRule hardRule() { return ::fovea::ir::HardRule::Keep; }
    static ::fovea::ir::Law law() { return ::fovea::ir::Law::None; }
  }];
}

#endif // FOVEA_IR_ELEMENTWISEOPS_TD
