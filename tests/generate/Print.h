//===- Print.h - a generated program as text --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Besides the program itself there are variants of it, all in f64 for the
// reference backend. They tell how much of a difference rounding can explain:
//
//   * every operation that rounds is rounded to the program's own type, so
//     that f32 overflows where f32 overflows;
//   * in variants 1, 2, ... every such operation is moved by up to one unit of
//     its last place, differently at every place of the array; in 7, 9, ...
//     equally at all places, or else a maximum over many would always be moved
//     upwards.
//
// What is exact (reads, comparisons, max, indices, rounding to f16 and bf16) is
// not touched: a wrong tie or a wrong mask is not excused.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_PRINT_H
#define FOVEA_TESTS_GENERATE_PRINT_H

#include "tests/generate/Ast.h"

#include <optional>

namespace fovea::generate {

/// The program as text. `variant` as above; nothing for the program itself.
std::string print(const Case &program, std::optional<int> variant = {});

/// One expression, as the program itself has it.
std::string print(const Expr &expr);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_PRINT_H
