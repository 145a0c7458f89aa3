//===- Types.td - sizes, axes and arrays -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_TYPES_TD
#define FOVEA_IR_TYPES_TD

include "ir/Dialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/IR/EnumAttr.td"

def Fovea_SizeKind : I32EnumAttr<"SizeKind", "form of a size", [
  I32EnumAttrCase<"Constant", 0, "constant">, I32EnumAttrCase<"Dim", 1, "dim">,
  I32EnumAttrCase<"Add", 2, "add">, I32EnumAttrCase<"Mul", 3, "mul">,
  I32EnumAttrCase<"FloorDiv", 4, "floordiv">, I32EnumAttrCase<"Mod", 5, "mod">]> {
  let cppNamespace = "::fovea::ir";
}

def Fovea_SizeAttr : AttrDef<Fovea_Dialect, "Size"> {
  let mnemonic = "size";
  let summary = "extent of an axis, as a formula over dimensions";
  let description = [{
    A sum of products of dimension names, `floordiv(a, b)` and `mod(a, b)`, with
    integer coefficients. Always in normal form (made by the functions of
    ir/Size.h), so equal formulas are equal attributes.

    Example: `#fovea.size<2 * G * R + -1>`.
  }];
  let parameters = (ins
    "SizeKind":$kind,
    "int64_t":$value,
    StringRefParameter<"name of a dimension">:$name,
    OptionalArrayRefParameter<"SizeAttr">:$operands);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The value if this is a constant.
    std::optional<int64_t> getConstant() const {
      if (getKind() != SizeKind::Constant) return std::nullopt;
      return getValue();
    }
  }];
}

def Fovea_AxisAttr : AttrDef<Fovea_Dialect, "Axis"> {
  let mnemonic = "axis";
  let summary = "axis: a name and its extent";
  let description = "Example: `#fovea.axis<j: M>`.";
  let parameters = (ins "::mlir::StringAttr":$name, "SizeAttr":$size);
  let hasCustomAssemblyFormat = 1;
}

def Fovea_AxisArrayAttr : TypedArrayAttrBase<Fovea_AxisAttr, "list of axes">;

def Fovea_ArrayType : TypeDef<Fovea_Dialect, "Array"> {
  let mnemonic = "array";
  let summary = "array with named axes";
  let description = [{
    `!fovea.array<f32, i: N, j: M>`; `!fovea.array<f32>` is a scalar. The axes are
    a set: they are kept sorted by name and have no position.

    - (C1) The element type is i1, i32, i64, f16, bf16, f32 or f64.
    - (C2) Axis names are distinct.
  }];
  let parameters = (ins
    "::mlir::Type":$elementType,
    OptionalArrayRefParameter<"AxisAttr">:$axes);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The array over those axes, in any order.
    static ArrayType get(::mlir::Type element, ::llvm::ArrayRef<AxisAttr> axes);
    /// The axis of that name, or null.
    AxisAttr getAxis(::mlir::StringAttr name) const;
    bool hasAxis(::mlir::StringAttr name) const { return !!getAxis(name); }
    bool isScalar() const { return getAxes().empty(); }
    bool isFloat() const { return ::mlir::isa<::mlir::FloatType>(getElementType()); }
    bool isBool() const { return getElementType().isInteger(1); }
    /// The same axes with another element type.
    ArrayType withElement(::mlir::Type element) const;
    /// The same element type over other axes.
    ArrayType withAxes(::llvm::ArrayRef<AxisAttr> axes) const;
  }];
}

def Fovea_BoolArray : Type<
  CPred<"::mlir::isa<::fovea::ir::ArrayType>($_self) && "
        "::mlir::cast<::fovea::ir::ArrayType>($_self).isBool()">,
  "array of bool", "::fovea::ir::ArrayType">;
def Fovea_IndexArray : Type<
  CPred<"::mlir::isa<::fovea::ir::ArrayType>($_self) && "
        "::mlir::cast<::fovea::ir::ArrayType>($_self).getElementType().isInteger(64)">,
  "array of i64", "::fovea::ir::ArrayType">;
def Fovea_FloatArray : Type<
  CPred<"::mlir::isa<::fovea::ir::ArrayType>($_self) && "
        "::mlir::cast<::fovea::ir::ArrayType>($_self).isFloat()">,
  "array of floats", "::fovea::ir::ArrayType">;
def Fovea_NumberArray : Type<
  CPred<"::mlir::isa<::fovea::ir::ArrayType>($_self) && "
        "!::mlir::cast<::fovea::ir::ArrayType>($_self).isBool()">,
  "array of numbers", "::fovea::ir::ArrayType">;

def Fovea_ReduceKind : I32EnumAttr<"ReduceKind", "how a reduction joins elements", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Prod", 1, "prod">,
  I32EnumAttrCase<"Max", 2, "max">, I32EnumAttrCase<"Min", 3, "min">,
  I32EnumAttrCase<"Any", 4, "any">, I32EnumAttrCase<"All", 5, "all">,
  I32EnumAttrCase<"ArgMax", 6, "argmax">, I32EnumAttrCase<"ArgMin", 7, "argmin">]> {
  let cppNamespace = "::fovea::ir";
}
def Fovea_Predicate : I32EnumAttr<"Predicate", "comparison", [
  I32EnumAttrCase<"Lt", 0, "lt">, I32EnumAttrCase<"Le", 1, "le">,
  I32EnumAttrCase<"Gt", 2, "gt">, I32EnumAttrCase<"Ge", 3, "ge">,
  I32EnumAttrCase<"Eq", 4, "eq">, I32EnumAttrCase<"Ne", 5, "ne">]> {
  let cppNamespace = "::fovea::ir";
}
def Fovea_HardKind : I32EnumAttr<"HardKind", "hardness of the number in the else branch", [
  I32EnumAttrCase<"None", 0, "none">, I32EnumAttrCase<"Zero", 1, "zero">,
  I32EnumAttrCase<"NegInf", 2, "neginf">]> {
  let cppNamespace = "::fovea::ir";
}
def Fovea_Distribution : I32EnumAttr<"Distribution", "distribution of random numbers", [
  I32EnumAttrCase<"Uniform", 0, "uniform">, I32EnumAttrCase<"Normal", 1, "normal">]> {
  let cppNamespace = "::fovea::ir";
}
def Fovea_Relation : I32EnumAttr<"Relation", "relation between two sizes", [
  I32EnumAttrCase<"Eq", 0, "eq">, I32EnumAttrCase<"Ne", 1, "ne">,
  I32EnumAttrCase<"Lt", 2, "lt">, I32EnumAttrCase<"Le", 3, "le">,
  I32EnumAttrCase<"Gt", 4, "gt">, I32EnumAttrCase<"Ge", 5, "ge">]> {
  let cppNamespace = "::fovea::ir";
}

def Fovea_RequireAttr : AttrDef<Fovea_Dialect, "Require"> {
  let mnemonic = "require";
  let summary = "relation between sizes that every call must satisfy";
  let description = "Example: `#fovea.require<mod(H, G) eq 0 \"H % G == 0\">`; the text is the user's.";
  let parameters = (ins "SizeAttr":$lhs, "Relation":$relation, "SizeAttr":$rhs,
                        "::mlir::StringAttr":$text);
  let hasCustomAssemblyFormat = 1;
}
def Fovea_RequireArrayAttr : TypedArrayAttrBase<Fovea_RequireAttr, "list of requirements">;

#endif // FOVEA_IR_TYPES_TD
