//===- VectorTest.cpp - vectors are several numbers -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"
#include "Kernel.h"

#include "backends/cpu/Reduction.h"
#include "backends/cpu/Scalar.h"

#include <random>

using namespace fovea;
using namespace fovea::test;
using cpu::CodeBuilder;

static constexpr int64_t count = 64;

/// `count` small numbers of an element type, in memory, with special ones among
/// the floats.
static Tensor numbersOf(const std::string &element, unsigned seed) {
  const DType dtype = *dtypeFromName(element == "i1" ? "bool" : element);
  Tensor result = *Tensor::allocate(dtype, {count});
  std::mt19937 random(seed);
  for (int64_t i = 0; i < count; ++i) {
    const auto number = static_cast<int64_t>(random() % 9) - 4;
    if (!isFloat(dtype))
      result.store(i, dtype == DType::Bool ? number & 1 : number);
    else
      result.store(i, random() % 8 == 0 ? nanValue
                      : random() % 8 == 0
                          ? std::copysign(inf, static_cast<double>(number))
                          : static_cast<double>(number) / 2);
  }
  return result;
}

/// The type of this context that `type` is.
static mlir::Type imported(CodeBuilder &b, mlir::Type type) {
  if (type.isBF16())
    return b.getBF16Type();
  return type.isF16() ? b.getF16Type() : b.scalarType(type);
}

/// The elements of `op` where x and y are its operands.
static std::vector<char> results(mlir::Operation *op, const Tensor &x,
                                 const Tensor &y, int64_t lanes) {
  mlir::Type element =
      mlir::cast<ir::ArrayType>(op->getResult(0).getType()).getElementType();
  mlir::Type operand =
      mlir::cast<ir::ArrayType>(op->getOperand(0).getType()).getElementType();
  Kernel kernel(Processor::all()[0], [&](CodeBuilder &b,
                                         mlir::ValueRange arguments) {
    emitLoop(b, arguments[3], lanes, [&](mlir::Value at) {
      mlir::Value operands[] = {
          cpu::emitLoad(b, imported(b, operand), arguments[0], at, {lanes, {}}),
          cpu::emitLoad(b, imported(b, operand), arguments[1], at,
                        {lanes, {}})};
      mlir::Value result = cpu::emitScalar(
          b, op, mlir::ValueRange(operands).take_front(op->getNumOperands()));
      REQUIRE(result);
      cpu::emitStore(b, imported(b, element), result, arguments[2], at);
    });
  });
  std::vector<char> out(count * 8, 99);
  kernel(x.data(), y.data(), out.data(), count);
  return out;
}

static void checkOperations(const std::string &element,
                            const std::vector<std::string> &unary,
                            const std::vector<std::string> &binary) {
  const std::string type = arrayType(element, "i: N");
  std::string body;
  for (std::string name : {"x", "y"})
    body += "%" + name + " = fovea.input \"" + name +
            "\" [#fovea.axis<i: N>] : " + type + "\n";
  for (const std::string &op : unary)
    body += "%u" + op + " = fovea." + op + " %x : " + type + "\n";
  int number = 0;
  for (const std::string &op : binary)
    body += "%b" + std::to_string(number++) + " = fovea." + op +
            " %x, %y : " + type + ", " + type + "\n";
  body += "fovea.output \"r\" %x [#fovea.axis<i: N>] : " + type;
  Program program("\"N\"", body);
  const Tensor x = numbersOf(element, 1), y = numbersOf(element, 2);
  size_t checked = 0;
  program.func.walk([&](ir::ElementwiseOpInterface op) {
    std::string text;
    llvm::raw_string_ostream(text) << *op;
    INFO(text);
    const std::vector<char> one = results(op, x, y, 1);
    CHECK((results(op, x, y, 4) == one));
    CHECK((results(op, x, y, 16) == one));
    ++checked;
  });
  CHECK(checked == unary.size() + binary.size());
}

TEST_CASE("cpu: operations on vectors are those on their numbers") {
  const std::vector<std::string> compares = {"compare lt", "compare le",
                                             "compare gt", "compare ge",
                                             "compare eq", "compare ne"};
  auto with = [&](std::vector<std::string> ops) {
    ops.insert(ops.end(), compares.begin(), compares.end());
    return ops;
  };
  for (std::string element : {"f32", "f64"})
    checkOperations(element,
                    {"abs", "neg", "sign", "exp", "exp2", "expm1", "log",
                     "log1p", "sqrt", "rsqrt", "tanh", "sinh", "cosh",
                     "sigmoid", "erf", "sin", "cos", "floor"},
                    with({"add", "sub", "mul", "div", "pow", "min", "max",
                          "floordiv", "mod"}));
  for (std::string element : {"i32", "i64"})
    checkOperations(
        element, {"abs", "neg", "sign"},
        with({"add", "sub", "mul", "pow", "min", "max", "floordiv", "mod"}));
  checkOperations("i1", {"not"}, with({"and", "or"}));
}

/// The reductions of the lanes' numbers x[lane], x[lane + 16], ...
static std::vector<char> reductions(ir::ReduceKind kind,
                                    const std::string &element, const Tensor &x,
                                    int64_t lanes) {
  constexpr int64_t rows = 16;
  Kernel kernel(
      Processor::all()[0], [&](CodeBuilder &b, mlir::ValueRange arguments) {
        mlir::Type type = element == "f32"   ? mlir::Type(b.getF32Type())
                          : element == "f64" ? mlir::Type(b.getF64Type())
                          : element == "i1"  ? mlir::Type(b.getI1Type())
                                             : mlir::Type(b.getI32Type());
        emitLoop(b, b.i64(rows), lanes, [&](mlir::Value first) {
          mlir::Type registers = b.vectorOf(type, lanes);
          cpu::ReductionState state = cpu::emitNeutral(b, kind, registers);
          for (int64_t row = 0; row < count / rows; ++row) {
            mlir::Value at =
                mlir::arith::AddIOp::create(b, first, b.i64(row * rows));
            mlir::Value number =
                cpu::emitLoad(b, type, arguments[0], at, {lanes, {}});
            state = cpu::emitJoin(b, kind, state, number,
                                  b.broadcast(b.i64(row), lanes));
          }
          mlir::Value result = cpu::emitFinish(b, kind, state, registers);
          cpu::emitStore(b, mlir::getElementTypeOrSelf(result), result,
                         arguments[2], first);
        });
      });
  std::vector<char> out(rows * 8, 99);
  kernel(x.data(), x.data(), out.data(), count);
  return out;
}

TEST_CASE("cpu: reductions of vectors are those of their numbers") {
  using ir::ReduceKind;
  const ReduceKind kinds[] = {ReduceKind::Sum,    ReduceKind::Prod,
                              ReduceKind::Max,    ReduceKind::Min,
                              ReduceKind::ArgMax, ReduceKind::ArgMin};
  for (std::string element : {"i32", "f32", "f64"})
    for (ReduceKind kind : kinds) {
      INFO(element << " " << ir::stringifyReduceKind(kind).str());
      const Tensor x = numbersOf(element, 3);
      const std::vector<char> one = reductions(kind, element, x, 1);
      CHECK((reductions(kind, element, x, 4) == one));
      CHECK((reductions(kind, element, x, 16) == one));
    }
  const Tensor flags = numbersOf("i1", 4);
  for (ReduceKind kind : {ReduceKind::Any, ReduceKind::All}) {
    const std::vector<char> one = reductions(kind, "i1", flags, 1);
    CHECK((reductions(kind, "i1", flags, 16) == one));
  }
}
