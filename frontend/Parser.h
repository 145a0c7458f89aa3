//===- Parser.h - program text to syntax tree -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_PARSER_H
#define FOVEA_FRONTEND_PARSER_H

#include "frontend/Ast.h"
#include "frontend/Diagnostics.h"

namespace fovea {

/// Parses one file by the grammar of docs/language.md. Errors go to
/// `diagnostics`; what was read without error is returned, so after an error
/// the file may lack declarations and statements (a function its return).
///
/// Texts over 4 MiB, nesting over 256 deep and trees over 1000 operators high
/// are errors: whoever walks the tree may recurse.
ast::File parse(const Source &source, Diagnostics &diagnostics);

} // namespace fovea

#endif // FOVEA_FRONTEND_PARSER_H
