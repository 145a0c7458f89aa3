//===- Print.cpp - a generated program as text ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Print.h"

#include <cstdio>

using namespace fovea::generate;

using Kind = Expr::Kind;

namespace {
class Printer {
public:
  Printer(std::string main, std::optional<int> variant)
      : main(std::move(main)), variant(variant) {}

  std::string program(const Case &c);
  std::string text(const Expr &expr);

private:
  std::string function(const Function &function);
  std::string definition(const Definition &definition);
  std::string library(const std::string &text);
  std::string plain(const Expr &expr);
  std::string joined(const std::vector<ExprPtr> &kids);
  std::string binders(const std::vector<Binder> &list,
                      const std::vector<const Expr *> &uses);
  std::string shifted(const std::string &text, Rounding rounding);
  std::string dtype(const std::string &name) const;
  bool movesEqually() const { return *variant > 6 && *variant % 2 == 1; }

  std::string main;
  std::optional<int> variant;
  /// The name of the main type in the function in hand.
  std::string local;
  /// Indices in scope.
  std::vector<std::string> indices;
  bool whole = false;
  int shifts = 0;
};
} // namespace

static bool isFloatName(const std::string &name) {
  return name == "main" || name == "float" || name[0] == 'f' || name == "bf16";
}

/// A dtype of a signature.
std::string Printer::dtype(const std::string &name) const {
  if (variant && isFloatName(name))
    return local == "float" ? "float" : "f64";
  return name == "main" ? local : name;
}

std::string Printer::joined(const std::vector<ExprPtr> &kids) {
  std::string out;
  for (const ExprPtr &kid : kids)
    out += (out.empty() ? "" : ", ") + text(*kid);
  return out;
}

std::string Printer::binders(const std::vector<Binder> &list,
                             const std::vector<const Expr *> &uses) {
  std::string out;
  for (const Binder &binder : list) {
    // Where a call binds the name anew, its range is found.
    bool used = false, bound = false;
    for (const Expr *use : uses) {
      used = used || hasBareUse(*use, binder.name);
      bound = bound || callBinds(*use, binder.name);
    }
    out += (out.empty() ? "" : ", ") + binder.name;
    if (binder.declared || !used || bound)
      out += ": " + binder.dim.text();
  }
  return out;
}

/// What stands inside an operator needs brackets if it is one itself.
static bool isOperator(const Expr &expr) {
  return expr.kind == Kind::Infix || expr.kind == Kind::Prefix ||
         (expr.kind == Kind::Leaf &&
          (expr.head[0] == '-' || expr.head.find(' ') != std::string::npos));
}

std::string Printer::plain(const Expr &expr) {
  auto operand = [&](const ExprPtr &kid) {
    bool bare = variant && kid->rounding != Rounding::None;
    return isOperator(*kid) && !bare ? "(" + text(*kid) + ")" : text(*kid);
  };
  std::string out;
  switch (expr.kind) {
  case Kind::Leaf:
    return expr.head;
  case Kind::Read:
    return expr.head + "[" + joined(expr.kids) + "]";
  case Kind::Infix:
    for (const ExprPtr &kid : expr.kids)
      out += (out.empty() ? "" : " " + expr.head + " ") + operand(kid);
    return out;
  case Kind::Prefix:
    return expr.head + operand(expr.kids[0]);
  case Kind::Call:
    return (expr.head == "main" ? local : expr.head) + "(" + joined(expr.kids) +
           ")";
  case Kind::Named:
    return expr.head + " = " + text(*expr.kids[0]);
  case Kind::Lambda:
    for (const Binder &binder : expr.binders)
      out += (out.empty() ? "" : ", ") + binder.name;
    return "(" + out + ") -> " + text(*expr.kids[0]);
  case Kind::Reduce:
  case Kind::Bound:
    break;
  }
  std::vector<const Expr *> uses;
  for (const ExprPtr &kid : expr.kids)
    uses.push_back(kid.get());
  std::string brackets = binders(expr.binders, uses);
  std::string ranges = binders(expr.binders, {});
  for (const Binder &binder : expr.binders)
    indices.push_back(binder.name);
  bool guarded = expr.kind == Kind::Reduce && expr.kids.size() == 2;
  std::string guard = guarded ? " | " + text(*expr.kids[1]) : "";
  std::string arguments = guarded ? text(*expr.kids[0]) : joined(expr.kids);
  indices.resize(indices.size() - expr.binders.size());
  // The sum in a mean rounds, and overflows, too.
  bool mean = variant && expr.kind == Kind::Reduce && expr.head == "mean";
  std::string reduced = (mean ? "sum" : expr.head) + "[" + brackets + guard +
                        "](" + arguments + ")";
  return mean ? "(rounded_(" + reduced + ") / sum[" + ranges + guard + "](1))"
              : reduced;
}

std::string Printer::text(const Expr &expr) {
  if (!variant || expr.type != Type::Float)
    return plain(expr);
  return shifted(plain(expr), expr.rounding);
}

/// `text` rounded to the program's type, and moved if the variant says so.
std::string Printer::shifted(const std::string &text, Rounding rounding) {
  if (rounding == Rounding::None)
    return text;
  double unit = main == "f32" ? 0x1p-22 : 0x1p-51;
  if (*variant == 0)
    unit = 0;
  // Any numbers will do that differ between variants and between places.
  double phase = 1.7 * *variant + 2.3 * ++shifts;
  char number[64];
  std::snprintf(number, sizeof(number), "%.17g * sin(%.2f", unit, phase);
  std::string amount = number;
  double frequency = 1.1 + 0.37 * *variant;
  for (const std::string &index : indices) {
    if (movesEqually())
      break;
    std::snprintf(number, sizeof(number), " + %.2f * ", frequency);
    amount += number + index;
    frequency = frequency * 1.61 + 0.3;
  }
  std::string function = rounding == Rounding::Sum ? "shifted_" : "scaled_";
  if (whole)
    function += "all_";
  return function + "(" + text + ", " + (unit == 0 ? "0.0" : amount + ")") +
         ")";
}

std::string Printer::definition(const Definition &d) {
  std::string out;
  for (const std::string &name : d.names)
    out += (out.empty() ? "" : ", ") + name;
  if (!d.binders.empty())
    out += "[" + binders(d.binders, {d.value.get()}) + "]";
  for (const Binder &binder : d.binders)
    indices.push_back(binder.name);
  whole = d.whole;
  out += " = " + text(*d.value);
  whole = false;
  indices.clear();
  return out;
}

static std::string brackets(const std::vector<Dim> &shape) {
  std::string out;
  for (const Dim &dim : shape)
    out += (out.empty() ? "" : ", ") + dim.text();
  return out.empty() ? "" : "[" + out + "]";
}

std::string Printer::function(const Function &f) {
  std::string params, types, values;
  for (const Parameter &param : f.params) {
    params += (params.empty() ? "" : ", ") + param.name + ": " +
              dtype(param.dtype) + brackets(param.shape);
    if (!param.standard.empty())
      params += " = " + param.standard;
  }
  for (size_t i = 0; i < f.results.size(); ++i) {
    const Result &result = f.results[i];
    std::string separator = i ? ", " : "";
    types += separator + "r" + std::to_string(i) + ": " + dtype(result.dtype) +
             brackets(result.shape);
    std::string value = result.value;
    // What the program rounds at the end, the variant does by casts.
    std::string storage = result.dtype == "main" ? main : result.dtype;
    if (variant && local != "float" && isFloatName(result.dtype) &&
        storage != "f64")
      value = "f64(" + storage + "(" + value + "))";
    values += separator + value;
  }
  std::string out = "fn " + f.name + "(" + params + ") -> (" + types + ") {\n";
  for (const Definition &d : f.definitions)
    out += "  " + definition(d) + "\n";
  return out + "  return " + values + "\n}\n";
}

/// `{+ e +}` and `{* e *}` mark what is rounded; `+j}` and `*j}` what is
/// rounded differently for every index `jj`. A mean is a function of the
/// variants.
std::string Printer::library(const std::string &text) {
  std::string out;
  auto is = [&](size_t at, char c) {
    return at < text.size() && text[at] == c;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (variant && text.compare(i, 5, "mean[") == 0) {
      out += "mean_";
      i += 3;
      continue;
    }
    bool marks = is(i, '{') && (is(i + 1, '+') || is(i + 1, '*'));
    bool closes = is(i, '+') || is(i, '*');
    bool varies = closes && is(i + 1, 'j') && is(i + 2, '}');
    closes = varies || (closes && is(i + 1, '}'));
    if (!marks && !closes) {
      out += text[i];
      continue;
    }
    if (marks) {
      out += !variant ? "(" : is(i + 1, '+') ? "shifted_(" : "scaled_(";
    } else if (variant) {
      double unit = *variant == 0 ? 0 : main == "f32" ? 0x1p-22 : 0x1p-51;
      char number[64];
      std::snprintf(number, sizeof(number), ", %.17g * sin(%.2f%s", unit,
                    1.3 * *variant + 0.7 * ++shifts,
                    varies && !movesEqually() ? " + 2.4 * jj))" : "))");
      out += number;
    } else {
      out += ")";
    }
    i += varies ? 2 : 1;
  }
  return out;
}

std::string Printer::program(const Case &c) {
  std::string out;
  if (variant) {
    std::string round = main == "f32" ? "f64(f32(" : "((";
    // By how much hangs on the number, too: several numbers of one place, or of
    // a whole array, move apart. And it hangs on s, so that no number stays
    // where it is in all variants. Opposite numbers move apart, even where
    // 977 e has no digits for s.
    std::string phase = main == "f32" ? "33554432" : "18014398509481984";
    std::string move =
        movesEqually() ? "s" : "s * sin(977 * e + " + phase + " * s)";
    std::string sum = "where(abs(e) < inf, abs(e) * " + move + ", 0)";
    std::string factor = "where(abs(e) < inf, " + move + ", 0)";
    std::string shifted = *variant == 0 ? "e" : "e + " + sum;
    std::string scaled = *variant == 0 ? "e" : "e * (1 + " + factor + ")";
    out += "fn shifted_(e: f64, s: f64) -> f64 { return " + round + shifted +
           ")) }\n";
    out += "fn scaled_(e: f64, s: f64) -> f64 { return " + round + scaled +
           ")) }\n";
    out += "fn rounded_(e: f64) -> f64 { return " + round + "e)) }\n";
    out += "fn mean_(x: f64[S...]) -> f64 {\n"
           "  return rounded_(sum[s...](x[s...])) / "
           "sum[s...](where(x[s...] > 0, 1, 1))\n}\n";
    for (std::string function : {"shifted_", "scaled_"})
      out += "fn " + function +
             "all_(e: f64[S...], t: f64) -> f64[S...] {\n"
             "  y[s...] = " +
             function + "(e[s...], t)\n  return y\n}\n";
  }
  for (const std::string &text : c.library)
    out += library(text) + "\n";
  local = "float";
  for (const Function &helper : c.helpers)
    out += function(helper) + "\n";
  local = variant ? "f64" : main;
  return out + function(c.entry);
}

std::string fovea::generate::print(const Case &program,
                                   std::optional<int> variant) {
  return Printer(program.main, variant).program(program);
}

std::string fovea::generate::print(const Expr &expr) {
  return Printer("f64", {}).text(expr);
}
