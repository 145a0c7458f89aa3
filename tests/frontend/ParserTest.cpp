//===- ParserTest.cpp - what the grammar makes of a program ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Parser.h"
#include "tests/frontend/AstPrinter.h"

#include <catch2/catch.hpp>

using namespace fovea;

static std::string tree(std::string program) {
  Source source("t.fov", std::move(program));
  Diagnostics diagnostics;
  ast::File file = parse(source, diagnostics);
  CHECK(diagnostics.render() == "");
  return print(file);
}

/// The tree of one expression.
static std::string expr(const std::string &text) {
  const std::string head = "fn f(x: f32)\n  return ";
  std::string all = tree("fn f(x: f32) { return " + text + " }");
  REQUIRE(all.substr(0, head.size()) == head);
  return all.substr(head.size(), all.size() - head.size() - 1);
}

/// How the type of a parameter is read.
static std::string type(const std::string &text) {
  const std::string head = "fn f(x: ", tail = ")\n  return 1\n";
  std::string all = tree("fn f(x: " + text + ") { return 1 }");
  REQUIRE(all.size() > head.size() + tail.size());
  return all.substr(head.size(), all.size() - head.size() - tail.size());
}

TEST_CASE("operators bind as the grammar says", "[frontend]") {
  CHECK(expr("a + b * c") == "(+ a (* b c))");
  CHECK(expr("a - b - c") == "(- (- a b) c)");
  CHECK(expr("a / b * c // d % e") == "(% (// (* (/ a b) c) d) e)");
  CHECK(expr("(a + b) * c") == "(* (+ a b) c)");
  CHECK(expr("-x^2") == "(- (^ x 2))");
  CHECK(expr("2^-1") == "(^ 2 (- 1))");
  CHECK(expr("2^-a^b") == "(^ 2 (- (^ a b)))");
  CHECK(expr("a^b^c") == "(^ a (^ b c))");
  CHECK(expr("a^b * c") == "(* (^ a b) c)");
  CHECK(expr("a * -b") == "(* a (- b))");
  CHECK(expr("--a") == "(- (- a))");
  CHECK(expr("-a + b") == "(+ (- a) b)");
  CHECK(expr("a or b and not c == d") == "(or a (and b (not (c == d))))");
  CHECK(expr("not a and b") == "(and (not a) b)");
  CHECK(expr("not not a") == "(not (not a))");
  CHECK(expr("a + 1 < b <= c * 2") == "((+ a 1) < b <= (* c 2))");
  CHECK(expr("a > b >= c != d") == "(a > b >= c != d)");
}

TEST_CASE("what stands alone", "[frontend]") {
  CHECK(expr("1_000") == "1000");
  CHECK(expr("9223372036854775807") == "9223372036854775807");
  CHECK(expr("0.5") == "0.5f");
  CHECK(expr("1e-5") == "1e-05f");
  CHECK(expr("2E+1_0") == "2e+10f");
  CHECK(expr("0e999") == "0f");
  CHECK(expr("5e-324") == "4.94066e-324f");
  CHECK(expr("true and false") == "(and true false)");
  CHECK(expr("[[1, 2], [3, 4]]") == "[[1 2] [3 4]]");
  CHECK(expr("x[i, j + 1, s...]") == "(read x i (+ j 1) s...)");
  CHECK(expr("x[t[n], x[i](3)]") == "(read x (read t n) (x [i] 3))");
}

TEST_CASE("calls", "[frontend]") {
  CHECK(expr("f()") == "(f)");
  CHECK(expr("f(a, k = b)") == "(f a k=b)");
  CHECK(expr("f[j](e)") == "(f [j] e)");
  CHECK(expr("sum [j] (e)") == "(sum [j] e)");
  CHECK(expr("f[j: M + 1, i, s...](e1, e2)") ==
        "(f [j: (+ M 1), i, s...] e1 e2)");
  CHECK(expr("sum[j: M | j <= i and c](x[j])") ==
        "(sum [j: M | (and (j <= i) c)] (read x j))");
  CHECK(expr("where(c, a, -inf)") == "(where c a (- inf))");
  CHECK(expr("f((s, i) -> s - i, () -> 1)") ==
        "(f (lambda (s i) (- s i)) (lambda () 1))");
}

TEST_CASE("match", "[frontend]") {
  std::string both = "(match r none: l, mean: (/ l 2))";
  CHECK(expr("match r { none: l, mean: l / 2 }") == both);
  CHECK(expr("match r {\n none: l\n mean: l /\n 2\n }") == both);
  CHECK(expr("match r { none: l,\n\n mean:\n l / 2,\n }") == both);
  CHECK(expr("f(match r { none: (l\n), mean: l\n}\n)") ==
        "(f (match r none: l, mean: l))");
}

TEST_CASE("types", "[frontend]") {
  CHECK(type("f32") == "f32");
  CHECK(type("float[N, 2 * D, S...]") == "float[N, (* 2 D), S...]");
  CHECK(type("fn(f32, i64[N]) -> fn() -> bool") ==
        "fn(f32, i64[N]) -> fn() -> bool");
  CHECK(type("none | mean | sum") == "none | mean | sum");
  CHECK(type("none | mean = mean") == "none | mean = mean");
  CHECK(type("float[C] = 1") == "float[C] = 1");
}

TEST_CASE("a function", "[frontend]") {
  CHECK(tree("fn g(x: f32[N], r: a | b)\n"
             "    -> (loss: f32, match r { a: f32\n b: f64 })\n{\n"
             "  require N % 2 == 0; s[i, j: N + 1, t...] = x[i]; ;\n"
             "  a, b = f(x)   # two results\n"
             "  return a,\n    b\n"
             "}\n") == "fn g(x: f32[N], r: a | b) -> (loss: f32, match r {a: "
                       "f32, b: f64})\n"
                       "  require ((% N 2) == 0)\n"
                       "  s[i, j: (+ N 1), t...] = (read x i)\n"
                       "  a, b = (f x)\n"
                       "  return a, b\n");
}

TEST_CASE("imports, tests and examples", "[frontend]") {
  CHECK(tree("import std.nn\nimport std\n"
             "test \"by \\\"hand\\\"\" {\n"
             "  x = [1,\n 2]\n"
             "  -x[0] ~= -1\n"
             "  [1] == [2]; true\n"
             "}\n"
             "example { f: N = 3, q = random(0, 5),\n x = \"x.npy\"\n"
             "          g: N = 4 }\n") ==
        "import std.nn\nimport std\n"
        "test \"by \"hand\"\"\n"
        "  x = [1 2]\n"
        "  ((- (read x 0)) ~= (- 1))\n"
        "  ([1] == [2])\n"
        "  true\n"
        "example f: N=3, q=(random 0 5), x=\"x.npy\"\n"
        "example g: N=4\n");
}

TEST_CASE("where a statement ends", "[frontend]") {
  std::string sum = "fn f(x: f32)\n  y = (+ a b)\n  return y\n";
  CHECK(tree("fn f(x: f32) {\n y = a +\n\n b\n return y\n}") == sum);
  CHECK(tree("fn f(x: f32) {\n y =\n a + b\n return y\n}") == sum);
  CHECK(tree("fn f(x: f32) {\n y = (a\n + b)\n return y\n}") == sum);
  CHECK(tree("fn f(x: f32) {\r\n\ty = a + b\r\n\treturn y\r\n}\r\n") == sum);
  CHECK(tree("fn f(x: f32) { y = a + b; return y }") == sum);
  CHECK(tree("test \"t\" {\n  x\n  [1] == y\n  f\n  (a)\n}\n") ==
        "test \"t\"\n  x\n  ([1] == y)\n  f\n  a\n");
}

TEST_CASE("ranges cover the text of their node", "[frontend]") {
  Source source("t.fov", "fn f(x: f32[2 * N]) -> f32 {\n"
                         "  y[i] = (x[i] + 1) * g(x)\n  return y\n}\n");
  Diagnostics diagnostics;
  ast::File file = parse(source, diagnostics);
  REQUIRE(file.functions.size() == 1);
  const ast::Function &function = file.functions[0];
  CHECK(function.range.begin == 0);
  CHECK(function.range.end == source.text.size() - 1);
  CHECK(function.params[0].type->range.text() == "f32[2 * N]");
  const auto &definition = std::get<ast::Definition>(function.body[0]);
  CHECK(definition.range.text() == "y[i] = (x[i] + 1) * g(x)");
  const auto *product = definition.value->as<ast::Binary>();
  REQUIRE(product);
  CHECK(product->opRange.text() == "*");
  CHECK(product->lhs->range.text() == "(x[i] + 1)");
  CHECK(product->rhs->range.text() == "g(x)");
}
