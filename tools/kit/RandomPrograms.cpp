//===- RandomPrograms.cpp - random formulas -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Programs.h"

#include <random>

using namespace fovea;
using namespace fovea::kit;

namespace {
/// Makes formulas whose numbers stay near 1, so that rounding does.
class Maker {
public:
  explicit Maker(uint64_t seed) : random(seed) {}

  Program make(int number) {
    std::string body;
    // Each definition may use those before it.
    names = {"x[n, m]", "y[m]", "z[n]"};
    const int count = 1 + below(3);
    for (int i = 0; i < count; ++i) {
      const std::string name = "p" + std::to_string(i);
      body += "  " + name + "[n: N, m: M] = " + formula(3) + "\n";
      names.push_back(name + "[n, m]");
      if (chance(60)) {
        const std::string sum = "s" + std::to_string(i);
        body += "  " + sum + "[n: N] = " + reduction() + "\n";
        names.push_back(sum + "[n]");
      }
    }
    body += "  r[n: N, m: M] = " + formula(2) + "\n";
    return {"random " + std::to_string(number),
            "fn f(x: f32[N, M], y: f32[M], z: f32[N], c: bool[N, M]) {\n" +
                body + "  return r\n}\n",
            true, true};
  }

private:
  int below(int count) {
    return static_cast<int>(random() % static_cast<unsigned>(count));
  }
  bool chance(int percent) { return below(100) < percent; }

  std::string formula(int depth) {
    if (depth == 0 || chance(15))
      return chance(15) ? "0.5"
                        : names[static_cast<size_t>(
                              below(static_cast<int>(names.size())))];
    const std::string a = formula(depth - 1);
    switch (below(12)) {
    case 0:
      return "tanh(" + a + ")";
    case 1:
      return "sigmoid(" + a + ")";
    case 2:
      return "exp(-abs(" + a + "))";
    case 3:
      return "sqrt(abs(" + a + ") + 1)";
    case 4:
      return "where(c[n, m], " + a + ", 0)";
    case 5:
      return "where(m <= n, " + a + ", " + formula(depth - 1) + ")";
    case 6:
      return "min(" + a + ", " + formula(depth - 1) + ")";
    case 7:
      return "max(" + a + ", " + formula(depth - 1) + ")";
    case 8:
      return "(" + a + " - " + formula(depth - 1) + ")";
    case 9:
      return "(tanh(" + a + ") * " + formula(depth - 1) + ")";
    default:
      return "(" + a + " + " + formula(depth - 1) + ")";
    }
  }
  std::string reduction() {
    // Bounded terms, so that the sum of many stays in f32's digits.
    static const char *const joins[] = {"mean", "max", "min"};
    return std::string(joins[below(3)]) +
           (chance(40) ? "[m: M | c[n, m]]" : "[m: M]") + "(tanh(" +
           formula(2) + "))";
  }

  std::mt19937_64 random;
  std::vector<std::string> names;
};
} // namespace

std::vector<Program> kit::randomPrograms(int count, uint64_t seed) {
  std::vector<Program> programs;
  for (int i = 0; i < count; ++i)
    programs.push_back(Maker(seed + static_cast<uint64_t>(i)).make(i + 1));
  return programs;
}
