//===- Isa.cpp - what a processor can do ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Isa.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <cstdlib>

using namespace fovea::cpu;

Isa Isa::of(const llvm::StringMap<bool> &features) {
  // Every 64-bit ARM has both.
  const bool isArm = features.lookup("neon");
  return {.fma = isArm || features.lookup("fma"),
          .halfConversion = isArm || features.lookup("f16c"),
          .scalef = features.lookup("avx512f"),
          .vectorBytes = features.lookup("avx512f") ? 64
                         : features.lookup("avx2")  ? 32
                                                    : 16,
          .vectorRegisters = isArm || features.lookup("avx512f") ? 32 : 16};
}

llvm::StringRef Isa::chosen() {
  const char *name = std::getenv("FOVEA_ISA");
  return llvm::StringSwitch<llvm::StringRef>(name ? name : "")
      .Case("avx2", "x86-64-v3")
      .Case("sse2", "x86-64")
      .Default("");
}

Isa Isa::host() {
  static const Isa isa = [] {
    if (chosen() == "x86-64")
      return Isa();
    llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
    if (!chosen().empty())
      features.erase("avx512f");
    return of(features);
  }();
  return isa;
}
