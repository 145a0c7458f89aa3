//===- Printer.h - a graph as a function in C -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Node 12 is the variable v12; h12 says whether it is hard (1: zero, 2: -inf),
// f12 why it cannot be had, o12 whether an index is in range, if that is not
// known.
//
//===----------------------------------------------------------------------===//

#ifndef EMIT_C_PRINTER_H
#define EMIT_C_PRINTER_H

#include "Graph.h"

namespace emitc {

class Printer {
public:
  /// `rows` are the loops whose places are the items.
  Printer(const Graph &graph, const std::vector<Loop> &rows, std::string &out)
      : g(graph), f(graph.f), rows(rows), out(out) {}

  /// The whole function. `arrays` and `scratch` have the C types of what lies
  /// in memory.
  void function(const std::string &name, const Numbers &scratchBytes,
                const std::vector<std::string> &arrays,
                const std::vector<std::string> &scratch);

private:
  /// What an element is, as C expressions; empty: never.
  struct Text {
    std::string value, zero, negInf, fail;
  };
  /// Variables that are joined into.
  struct Target {
    std::string value, best, fail;
  };

  void line(const std::string &text);
  void open(const std::string &text);
  void close();
  void scope(const Scope &scope);
  void node(Id id, const Scope &around);

  // PrintElement.cpp
  std::string value(Id id) const { return "v" + std::to_string(id); }
  std::string isZero(Id id) const;
  std::string isNegInf(Id id) const;
  std::string failure(Id id) const;
  std::string anyFailure(const Node &node) const;
  std::string linear(const Numbers &axes, const Ids &coords) const;
  std::string own(Id id, const std::string &value) const;
  void op(Id id);
  void choice(Id id);
  void logic(Id id);
  Text textOf(const Node &node) const;
  Text castOf(const Node &node) const;
  std::string integerOf(const fovea_op &op, const std::string &a,
                        const std::string &b) const;
  std::string realOf(const fovea_op &op, const std::string &a,
                     const std::string &b) const;
  void declare(Id id, const Text &text);
  void check(Id id);
  void read(Id id);
  void state(Id id);

  // PrintPhase.cpp
  void prologue(const std::vector<std::string> &arrays,
                const std::vector<std::string> &scratch);
  /// Asks the host now and then whether to stop: a step of a loop is a few
  /// nanoseconds, so that is each millisecond at most.
  void poll();
  bool hasLoops(const Scope &scope) const;
  /// Whether the steps of the innermost loop are counted when it is over: one
  /// that fills arrays stays free of branches, so that it can be vectorised.
  bool isCounted(const Node &node, const Scope &around) const;
  void openLoops(const Node &node, const Scope &around);
  void closeLoops(const Node &node, const Scope &around);
  void reduce(Id id, const Scope &around);
  void nest(const Node &node, const Scope &around);
  void init(const Node &node);
  void join(const Joined &joined, const Target &target, Id element,
            const Ids &place);
  void spoil(const Target &target, Id id);
  void store(const Node &node);
  Target target(uint32_t part, const Ids &coords) const;

  const Graph &g;
  const Formula &f;
  const std::vector<Loop> &rows;
  std::string &out;
  unsigned depth = 0;
};

/// The C type of an element in memory, and how it is read and written.
const char *memoryTypeOf(fovea_dtype dtype);
std::string loaded(fovea_dtype dtype, const std::string &element);
std::string rounded(fovea_dtype dtype, const std::string &value);

/// A number of a dtype that floats have, or integers, in C.
std::string realText(double number);
std::string integerText(CType type, int64_t number);
/// The array `literal<op>`.
std::string literalText(const Formula &formula, uint32_t op);

/// The neutral element of a join.
std::string neutralOf(const Joined &joined);

/// What CFail::op says.
inline int64_t failureNumber(uint32_t op, uint32_t index) {
  return 1 + int64_t(op) * 256 + index;
}

} // namespace emitc

#endif // EMIT_C_PRINTER_H
