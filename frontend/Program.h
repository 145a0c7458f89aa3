//===- Program.h - a program and its instances ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A program is one file and what it imports. Its functions are generic: over
// `float`, options, optional parameters, ranks of packs and functions passed
// in. An *instance* fixes all these and becomes one `fovea.func`; the sizes
// stay symbols.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_PROGRAM_H
#define FOVEA_FRONTEND_PROGRAM_H

#include "frontend/Ast.h"
#include "frontend/Diagnostics.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fovea {

/// A parameter as the caller sees it.
struct ParamInfo {
  enum class Kind { Array, Option, Function };
  std::string name;
  Kind kind = Kind::Array;
  /// Arrays: "f32", ..., or "float".
  std::string dtype;
  /// Arrays: the dimensions as written, `S...` included.
  std::vector<std::string> dims;
  /// Options: the choices.
  std::vector<std::string> choices;
  /// The default as written; empty if there is none.
  std::string defaultText;
};

struct FunctionInfo {
  std::string name;
  /// `attention(q: f32[N, D], ...) -> f32[N, E]`, as written.
  std::string signature;
  std::vector<ParamInfo> params;
};

/// An input that the caller gives. Parameters that are not given take their
/// defaults.
struct InputSpec {
  std::string name;
  std::string dtype; // "bool", "i32", ... "f64"
  unsigned rank;
};

/// What makes a generic function one function.
struct Instance {
  std::string function;
  std::vector<InputSpec> inputs;
  /// Option name -> choice.
  std::map<std::string, std::string> options;
};

/// One setting of an example block, ready for the host.
struct ExampleSetting {
  enum class Kind {
    Number, // a dimension or scalar: `N = 1024`
    File,   // `x = "digits/x.npy"`, relative to the program's file
    Random, // `t = random(lo, hi)`: uniform over [lo, hi), integers for integer
            // parameters; `x = normal()`
    Array,  // `x = [[1, 2], [3, 4]]`
    Choice  // an option
  };
  std::string name;
  Kind kind;
  double number = 0;         // Number
  std::string text;          // File, Choice
  double lo = 0, hi = 1;     // Random
  bool normal = false;       // Random
  std::vector<double> array; // Array, row-major
  /// Number, Array: what `number` or `array` holds, exactly. Empty unless all
  /// of it is whole.
  std::vector<int64_t> integers;
  std::vector<int64_t> shape;
};
struct ExampleInfo {
  std::string function;
  std::vector<ExampleSetting> settings;
};

class Program {
public:
  /// Parses the file and what it imports. Null after an error that leaves
  /// nothing to work with (no such file, not text); other errors are in
  /// `diagnostics` beside a program of what could be parsed.
  static std::unique_ptr<Program> load(const std::string &path,
                                       Diagnostics &diagnostics);
  /// The same of text; `path` is used in messages and to find files beside it.
  static std::unique_ptr<Program> fromText(std::string path, std::string text,
                                           Diagnostics &diagnostics);
  ~Program();

  /// The functions of the main file, in order.
  std::vector<FunctionInfo> functions() const;
  /// The examples of the main file, in order. Settings may use the dimensions
  /// that stand before them in the same example.
  std::vector<ExampleInfo> examples(Diagnostics &diagnostics) const;
  /// Names of the tests of the main file, in order.
  std::vector<std::string> tests() const;

  /// One instance as a verified module with one `fovea.func`, or null after
  /// errors. Results without a name are called `result`, or `result0`,
  /// `result1`, ...
  mlir::OwningOpRef<mlir::ModuleOp> instantiate(const Instance &instance,
                                                mlir::MLIRContext &context,
                                                Diagnostics &diagnostics) const;

  /// Test number `index` as a function without inputs. Condition k gives the
  /// outputs `left<k>` and `right<k>` for `a ~= b` (to be compared as the error
  /// model of the dtype says), else `holds<k>` (bool, any shape; all must
  /// hold).
  mlir::OwningOpRef<mlir::ModuleOp>
  instantiateTest(size_t index, mlir::MLIRContext &context,
                  Diagnostics &diagnostics) const;
  /// Condition `k` of test `index`, as written, for messages.
  SourceRange testCondition(size_t index, size_t k) const;

  /// Checks every function of the main file as far as it can be without inputs:
  /// `float` as f32, packs of one axis, every choice of every option. Functions
  /// that take functions are checked where they are called.
  void check(mlir::MLIRContext &context, Diagnostics &diagnostics) const;

  /// The text between two positions of the file `path`; nowhere if the program
  /// has no such file.
  SourceRange find(std::string_view path, Source::Position begin,
                   Source::Position end) const;

  const std::string &path() const;

  /// Everything below is for the frontend itself.
  struct Impl;
  const Impl &impl() const { return *data; }

private:
  explicit Program(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> data;
};

} // namespace fovea

#endif // FOVEA_FRONTEND_PROGRAM_H
