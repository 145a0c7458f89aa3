//===- AstPrinter.cpp - syntax trees as S-expressions ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/AstPrinter.h"

#include <sstream>

using namespace fovea;
using namespace fovea::ast;

template <typename Range, typename Print>
static std::string joined(const Range &range, const char *separator,
                          Print print) {
  std::string out;
  for (const auto &element : range)
    out += (out.empty() ? "" : separator) + print(element);
  return out;
}

static std::string nameOf(const Ident &ident) { return ident.name; }
static std::string printed(const ExprPtr &expr) { return print(*expr); }
static std::string printedType(const TypePtr &type) { return print(*type); }

static const char *spelling(BinaryOp op) {
  const char *names[] = {"+", "-", "*", "/", "//", "%", "^", "and", "or"};
  return names[static_cast<int>(op)];
}

static const char *spelling(Comparison op) {
  const char *names[] = {"<", "<=", ">", ">=", "==", "!=", "~="};
  return names[static_cast<int>(op)];
}

static std::string printBinder(const Binder &binder) {
  return binder.name.name + (binder.isPack ? "..." : "") +
         (binder.extent ? ": " + print(*binder.extent) : "");
}

static std::string printArgument(const Argument &argument) {
  return (argument.name ? argument.name->name + "=" : "") +
         print(*argument.value);
}

namespace {

struct ExprPrinter {
  std::string operator()(const Number &number) const {
    std::ostringstream out;
    if (number.isInteger)
      out << number.integer;
    else
      out << number.real << "f";
    return out.str();
  }
  std::string operator()(const Boolean &boolean) const {
    return boolean.value ? "true" : "false";
  }
  std::string operator()(const Name &name) const { return name.name; }
  std::string operator()(const Pack &pack) const { return pack.name + "..."; }
  std::string operator()(const String &string) const {
    return "\"" + string.value + "\"";
  }
  std::string operator()(const Unary &unary) const {
    const char *op = unary.op == UnaryOp::Neg ? "(- " : "(not ";
    return op + print(*unary.operand) + ")";
  }
  std::string operator()(const Binary &binary) const {
    return std::string("(") + spelling(binary.op) + " " + print(*binary.lhs) +
           " " + print(*binary.rhs) + ")";
  }
  std::string operator()(const Compare &compare) const {
    std::string out = "(" + print(*compare.operands[0]);
    for (size_t i = 0; i < compare.ops.size(); ++i)
      out += std::string(" ") + spelling(compare.ops[i]) + " " +
             print(*compare.operands[i + 1]);
    return out + ")";
  }
  std::string operator()(const Read &read) const {
    return "(read " + read.array.name + " " +
           joined(read.indices, " ", printed) + ")";
  }
  std::string operator()(const Call &call) const {
    std::string out = "(" + call.callee.name;
    if (call.hasBinders)
      out += " [" + joined(call.binders, ", ", printBinder) +
             (call.guard ? " | " + print(*call.guard) : "") + "]";
    for (const Argument &argument : call.arguments)
      out += " " + printArgument(argument);
    return out + ")";
  }
  std::string operator()(const ArrayLiteral &array) const {
    return "[" + joined(array.elements, " ", printed) + "]";
  }
  std::string operator()(const Lambda &lambda) const {
    return "(lambda (" + joined(lambda.params, " ", nameOf) + ") " +
           print(*lambda.body) + ")";
  }
  std::string operator()(const Match &match) const {
    auto printCase = [](const MatchCase &matchCase) {
      return matchCase.choice.name + ": " + print(*matchCase.value);
    };
    return "(match " + match.option.name + " " +
           joined(match.cases, ", ", printCase) + ")";
  }
};

struct TypePrinter {
  std::string operator()(const ArrayType &type) const {
    if (type.dims.empty())
      return type.dtype;
    return type.dtype + "[" + joined(type.dims, ", ", printed) + "]";
  }
  std::string operator()(const FunctionType &type) const {
    return "fn(" + joined(type.params, ", ", printedType) + ") -> " +
           print(*type.result);
  }
  std::string operator()(const OptionType &type) const {
    return joined(type.choices, " | ", nameOf);
  }
  std::string operator()(const MatchType &type) const {
    auto printCase = [](const std::pair<Ident, TypePtr> &typeCase) {
      return typeCase.first.name + ": " + print(*typeCase.second);
    };
    return "match " + type.option.name + " {" +
           joined(type.cases, ", ", printCase) + "}";
  }
};

struct StatementPrinter {
  std::string operator()(const Definition &definition) const {
    auto printTarget = [](const Target &target) {
      return target.name.name +
             (target.indexed
                  ? "[" + joined(target.indices, ", ", printBinder) + "]"
                  : "");
    };
    return "  " + joined(definition.targets, ", ", printTarget) + " = " +
           print(*definition.value) + "\n";
  }
  std::string operator()(const Require &require) const {
    return "  require " + print(*require.condition) + "\n";
  }
  std::string operator()(const Return &statement) const {
    return "  return " + joined(statement.values, ", ", printed) + "\n";
  }
  std::string operator()(const ExprPtr &condition) const {
    return "  " + print(*condition) + "\n";
  }
};

} // namespace

std::string fovea::print(const Expr &expr) {
  return std::visit(ExprPrinter(), expr.node);
}

std::string fovea::print(const Type &type) {
  return std::visit(TypePrinter(), type.node);
}

static std::string printFunction(const Function &function) {
  auto printParam = [](const Param &param) {
    return param.name.name + ": " + print(*param.type) +
           (param.defaultValue ? " = " + print(*param.defaultValue) : "");
  };
  auto printResult = [](const Result &result) {
    return (result.name ? result.name->name + ": " : "") + print(*result.type);
  };
  std::string out = "fn " + function.name.name + "(" +
                    joined(function.params, ", ", printParam) + ")";
  if (function.resultsDeclared)
    out += " -> (" + joined(function.results, ", ", printResult) + ")";
  out += "\n";
  for (const Statement &statement : function.body)
    out += std::visit(StatementPrinter(), statement);
  return out;
}

std::string fovea::print(const File &file) {
  std::string out;
  for (const Import &import : file.imports)
    out += "import " + import.module + "\n";
  for (const Function &function : file.functions)
    out += printFunction(function);
  for (const Test &test : file.tests) {
    out += "test \"" + test.name + "\"\n";
    for (const auto &line : test.body)
      out += std::visit(StatementPrinter(), line);
  }
  for (const Example &example : file.examples)
    out += "example " + example.function.name + ": " +
           joined(example.settings, ", ", printArgument) + "\n";
  return out;
}
