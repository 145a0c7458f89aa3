//===- ProgramImpl.h - files of a program and their functions ---*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_PROGRAMIMPL_H
#define FOVEA_FRONTEND_PROGRAMIMPL_H

#include "frontend/Program.h"

#include "llvm/ADT/StringMap.h"

#include <deque>
#include <map>

namespace fovea {

struct Program::Impl {
  std::deque<std::unique_ptr<Source>> sources;
  /// The main file first, then what it imports, each once.
  std::deque<ast::File> files;
  /// Functions that a file sees: its own and those of the modules it imports.
  using Table = llvm::StringMap<std::vector<const ast::Function *>>;
  std::map<const Source *, Table> visible;

  const ast::File &main() const { return files.front(); }
};

/// The text of a module of the standard library ("std.nn"), or null.
const char *standardModule(llvm::StringRef module);
/// Names of all modules of the standard library.
std::vector<std::string> standardModules();

} // namespace fovea

#endif // FOVEA_FRONTEND_PROGRAMIMPL_H
