//===- Isa.h - what a processor can do --------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_ISA_H
#define FOVEA_BACKENDS_CPU_ISA_H

#include "runtime/Status.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

namespace fovea::cpu {

/// The instructions that decide which code is emitted. What only decides how
/// well it runs is LLVM's business.
struct Isa {
  /// x * y + z with one rounding.
  bool fma = false;
  /// Conversions between f16 and f32.
  bool halfConversion = false;
  /// AVX-512: x * 2^n for every n.
  bool scalef = false;

  /// The registers for vectors: how long, how many.
  int vectorBytes = 16;
  int vectorRegisters = 16;

  /// Features as LLVM names them.
  static Isa of(const llvm::StringMap<bool> &features);
  /// The processor that this process runs on, or what of it the variable
  /// FOVEA_ISA allows: `avx2` or `sse2`.
  static Isa host();
  /// LLVM's name for the processor that FOVEA_ISA asks for; empty: the host.
  static llvm::StringRef chosen();
  /// An error if FOVEA_ISA is another word or asks for what the processor
  /// lacks.
  static Status check();
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_ISA_H
