//===- Statements.h - random definitions ------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_STATEMENTS_H
#define FOVEA_TESTS_GENERATE_STATEMENTS_H

#include "tests/generate/ExprGenerator.h"

#include <set>

namespace fovea::generate {

/// Writes the body of one function: adds definitions to it, and their arrays
/// to the scope of its expressions.
class Statements {
public:
  Statements(ExprGenerator &gen, Function &function, std::string prefix)
      : gen(gen), dice(gen.dice), function(function),
        prefix(std::move(prefix)) {}

  /// Adds one definition or a few that belong together.
  void add();
  /// Only what needs no function of the library.
  void addPlain();

  /// Adds a chain of reductions over one axis, of which later ones depend on
  /// earlier ones.
  void chain();

  /// Texts of Library.h that are called.
  std::set<std::string> library;

private:
  std::string freshName();
  void define(std::string name, std::vector<Binder> binders, ExprPtr value);
  void finish(Definition definition);
  std::vector<Binder> randomBinders(int most);
  /// A copy: definitions move the others about.
  std::optional<Array> someArray(Type type, size_t leastRank,
                                 bool strongOnly = true);
  std::vector<ExprPtr> row(const Array &array, std::vector<Binder> &binders);

  void elementwise();
  void wholeArrays();
  void lifted();
  void extended();
  void differences();
  void folded();
  void twoResults();
  void option();
  void lambda();
  void overloaded();
  void contraction();

  ExprGenerator &gen;
  Dice &dice;
  Function &function;
  std::string prefix;
  int names = 0;
};

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_STATEMENTS_H
