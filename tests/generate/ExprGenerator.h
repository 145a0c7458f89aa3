//===- ExprGenerator.h - random expressions ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_EXPRGENERATOR_H
#define FOVEA_TESTS_GENERATE_EXPRGENERATOR_H

#include "tests/generate/Random.h"
#include "tests/generate/Words.h"

#include <optional>

namespace fovea::generate {

/// An array that a program can read.
struct Array {
  std::string name;
  Type type;
  std::vector<Dim> shape;
  bool weak = false;
  /// Must be cast before it meets the main type.
  bool foreign = false;
  /// As Parameter::target and slack.
  std::string target = {};
  int64_t slack = 0;
};

/// A function of the library that the brackets of an expression can call.
struct Callable {
  std::string name;
  /// Number of arrays of one shared axis that it takes.
  int arrays;
  /// Whether the result has that axis again (else it is a scalar).
  bool keepsAxis;
};

/// Makes expressions, well-typed in what is in scope. The scope is public:
/// statements fill it in.
class ExprGenerator {
public:
  explicit ExprGenerator(Dice &dice) : dice(dice) {}

  std::vector<Array> arrays;
  std::vector<Binder> indices;
  /// Dimensions that an index of a reduction may run over.
  std::vector<Dim> dims;
  std::vector<Callable> callables;
  /// The name of a scalar i64 input to draw random numbers from; may be empty.
  std::string seed;
  bool tame = false;

  /// An expression of that type, about `depth` operators deep.
  ExprPtr any(Type type, int depth);
  ExprPtr real(int depth);
  ExprPtr integer(int depth);
  ExprPtr narrow(int depth);
  ExprPtr condition(int depth);

  /// A reading of an array of that type at the indices in scope.
  ExprPtr leafOf(Type type);
  /// The array at the indices in scope; null where some axis has none.
  ExprPtr readAt(const Array &array);
  /// Some index that is in range if the extent is not 0.
  ExprPtr indexInto(const Dim &dim, int depth);
  /// An index in scope with that range, if there is one.
  std::optional<std::string> indexOf(const Dim &dim);

  /// A name that no index in scope has (but for `shadow`, sometimes).
  std::string freshIndex(bool shadow = true);
  /// Brings an index into scope for as long as it lives.
  class Bind {
  public:
    Bind(ExprGenerator &gen, std::vector<Binder> binders);
    ~Bind() { gen.indices = std::move(outer); }

  private:
    ExprGenerator &gen;
    std::vector<Binder> outer;
  };

  ExprPtr literal(Type type);
  Dice &dice;

private:
  ExprPtr realOperator(int depth);
  ExprPtr realFunction(int depth);
  ExprPtr masked(int depth);
  ExprPtr guardedRead(int depth);
  ExprPtr reduction(Type type, int depth);
  ExprPtr callBound(int depth);
  ExprPtr draw();
  ExprPtr comparison(int depth);

  int nesting = 0;
};

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_EXPRGENERATOR_H
