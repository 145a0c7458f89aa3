//===- Machine.h - what schedules depend on ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_MACHINE_H
#define FOVEA_PASSES_KERNELS_MACHINE_H

namespace fovea {

/// What the cost model knows of a processor. The defaults hold for every x86-64
/// and 64-bit ARM.
struct Machine {
  /// Bytes of a vector register, and how many registers there are.
  int vectorBytes = 16;
  int vectorRegisters = 16;
};

} // namespace fovea

#endif // FOVEA_PASSES_KERNELS_MACHINE_H
