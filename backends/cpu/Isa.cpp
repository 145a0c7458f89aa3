//===- Isa.cpp - what a processor can do ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Isa.h"

#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace fovea::cpu;

Isa Isa::of(const llvm::StringMap<bool> &features) {
  // Every 64-bit ARM has both.
  const bool isArm = features.lookup("neon");
  return {.fma = isArm || features.lookup("fma"),
          .halfConversion = isArm || features.lookup("f16c"),
          .scalef = features.lookup("avx512f")};
}

Isa Isa::host() {
  static const Isa isa = of(llvm::sys::getHostCPUFeatures());
  return isa;
}
