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

/// What FOVEA_ISA says; empty: nothing.
static llvm::StringRef wanted() {
  const char *name = std::getenv("FOVEA_ISA");
  return name ? name : "";
}

llvm::StringRef Isa::chosen() {
  return llvm::StringSwitch<llvm::StringRef>(wanted())
      .Case("avx2", "x86-64-v3")
      .Case("sse2", "x86-64")
      .Default("");
}

fovea::Status Isa::check() {
  const std::string name = wanted().str();
  if (name.empty())
    return Status::ok();
  if (chosen().empty())
    return Status::error(StatusCode::Backend, "FOVEA_ISA is `" + name + "`",
                         "it can be avx2 or sse2");
  // SSE2 is in every processor of its family, AVX2 came with FMA and F16C.
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  const char *needed = chosen() == "x86-64" ? "sse2" : "avx2";
  if (!features.lookup(needed))
    return Status::error(StatusCode::Backend,
                         "FOVEA_ISA is `" + name +
                             "`, which this processor does not have",
                         "leave it out: what there is is used");
  return Status::ok();
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
