//===- Jit.h - machine code in this process ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_JIT_H
#define FOVEA_BACKENDS_CPU_JIT_H

#include "runtime/Status.h"

#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class Error;
class TargetMachine;
} // namespace llvm

namespace fovea::cpu {

/// Code that is loaded; its memory goes when this does. Code pages are never
/// writable and executable at once.
class LoadedCode {
public:
  ~LoadedCode();
  LoadedCode(const LoadedCode &) = delete;
  LoadedCode &operator=(const LoadedCode &) = delete;

  /// The functions that were asked for, in order.
  const std::vector<void *> &functions() const { return addresses; }

private:
  friend class Jit;
  struct Library;
  explicit LoadedCode(std::unique_ptr<Library> library);

  std::unique_ptr<Library> library;
  std::vector<void *> addresses;
};

/// The linker of the process. All functions may be called by several threads at
/// once.
class Jit {
public:
  /// Made on first use and never destroyed. Error (Backend): this machine has
  /// no code generator, or refuses executable memory.
  static Expected<Jit *> shared();

  /// A code generator for this machine. One thread at a time.
  Expected<std::unique_ptr<llvm::TargetMachine>> targetMachine() const;

  /// Links an object file, which may call supportFunctions() and nothing else,
  /// and looks `names` up in it.
  Expected<std::unique_ptr<LoadedCode>>
  load(std::unique_ptr<llvm::MemoryBuffer> object,
       const std::vector<std::string> &names);

private:
  struct State;
  explicit Jit(std::unique_ptr<State> state);
  static Expected<Jit *> make();

  std::unique_ptr<State> state;
};

/// `error` as a status of code Backend.
Status toStatus(llvm::Error error);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_JIT_H
