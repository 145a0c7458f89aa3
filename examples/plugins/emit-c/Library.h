//===- Library.h - C text, compiled and loaded ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef EMIT_C_LIBRARY_H
#define EMIT_C_LIBRARY_H

#include <memory>
#include <string>
#include <vector>

namespace emitc {

/// How C is compiled: the command and its further arguments.
struct CCompiler {
  std::string command = "cc";
  std::vector<std::string> flags = {"-O3"};
};

/// A loaded shared library.
class Library {
public:
  /// Compiles C text in a private folder, which is gone afterwards. Throws
  /// fovea::sdk::plugin_error.
  Library(const CCompiler &compiler, const std::string &source);

  /// Address of an object; throws if there is none.
  void *find(const char *name) const;

private:
  struct Close {
    void operator()(void *handle) const;
  };
  std::unique_ptr<void, Close> handle;
};

} // namespace emitc

#endif // EMIT_C_LIBRARY_H
