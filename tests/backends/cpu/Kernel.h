//===- Kernel.h - emitted code, compiled and run ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_BACKENDS_CPU_KERNEL_H
#define FOVEA_TESTS_BACKENDS_CPU_KERNEL_H

#include "backends/cpu/CodeBuilder.h"
#include "backends/cpu/Jit.h"

#include <functional>

namespace fovea::test {

/// A processor to emit code for, which this one includes.
struct Processor {
  std::string name;
  cpu::Isa isa;

  /// This one, and the older ones that it can be: the same code for them all is
  /// no test of what those are given.
  static std::vector<Processor> all();
};

/// A function of emitted code.
class Kernel {
public:
  /// What is emitted: the arguments are three pointers and an i64.
  using Body =
      std::function<void(cpu::CodeBuilder &, mlir::ValueRange arguments)>;

  Kernel(const Processor &processor, const Body &body);

  void operator()(const void *a, const void *b, void *out, int64_t n) const {
    function(a, b, out, n);
  }

private:
  std::unique_ptr<cpu::LoadedCode> code;
  void (*function)(const void *, const void *, void *, int64_t);
};

/// A loop over the multiples of `lanes` below the i64 `count`.
void emitLoop(cpu::CodeBuilder &b, mlir::Value count, int64_t lanes,
              llvm::function_ref<void(mlir::Value)> body);

/// A kernel that applies `function` to `lanes` numbers of one or two arrays at
/// a time, and never to a part of them.
Kernel
mapKernel(const Processor &processor, bool isDouble, int64_t lanes,
          const std::function<mlir::Value(cpu::CodeBuilder &, mlir::Value,
                                          mlir::Value)> &function);

} // namespace fovea::test

#endif // FOVEA_TESTS_BACKENDS_CPU_KERNEL_H
