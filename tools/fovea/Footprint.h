//===- Footprint.h - memory that only compiling needs -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_FOOTPRINT_H
#define FOVEA_TOOLS_FOVEA_FOOTPRINT_H

namespace fovea::driver {

/// Gives back what compiling has left in memory: free blocks of the heap, and
/// the pages of code and constants of LLVM and MLIR, some 80 MiB. They come
/// from files, so whoever compiles again finds them again. Where the system
/// does not tell what is mapped, nothing happens.
void leaveCompiler();

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_FOOTPRINT_H
