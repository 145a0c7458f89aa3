//===- CpuBackend.h - native code for this machine --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_CPUBACKEND_H
#define FOVEA_BACKENDS_CPU_CPUBACKEND_H

#include "backends/Backend.h"
#include "passes/kernels/Machine.h"

namespace fovea {

/// Lowers the IR through scf and LLVM and compiles it in this process
/// with ORC.
Expected<std::unique_ptr<Backend>> createCpuBackend();

/// What its kernels are formed for: the processor of this process.
Machine hostMachine();

} // namespace fovea

#endif // FOVEA_BACKENDS_CPU_CPUBACKEND_H
