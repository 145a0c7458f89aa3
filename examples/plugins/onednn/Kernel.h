//===- Kernel.h - steps for given sizes -------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef ONEDNN_KERNEL_H
#define ONEDNN_KERNEL_H

#include "Loop.h"
#include "Plan.h"

#include <dnnl.hpp>

#include <memory>

namespace onednn {

/// What the kernels of one run share.
struct Context {
  Workers workers;
  const dnnl::engine &engine;
  dnnl::stream &stream;
  /// For each value where it begins.
  std::vector<float *> data;
  /// For the primitive that is running.
  void *scratch;
};

/// A part of a step. Immutable: runs share it.
class Kernel {
public:
  virtual ~Kernel() = default;
  virtual void run(Context &context) const = 0;
  /// How much of Context::scratch it wants.
  virtual uint64_t scratchBytes() const { return 0; }
};

using Kernels = std::vector<std::unique_ptr<Kernel>>;

/// A plan's axes and scalars as numbers.
class Shapes {
public:
  Shapes(const Plan &plan, const fovea_span &dims);
  int64_t extent(uint32_t axis) const { return extents[axis]; }
  Numbers of(const Axes &axes) const;
  /// Elements along axes; throws if they are too many to count.
  int64_t count(const Axes &axes) const;
  /// The operand's strides along other axes; 0 along those that it lacks.
  Numbers strides(const Operand &operand, const Axes &along) const;
  /// Loops over `along` for operands.
  Loop loop(const Axes &along, const std::vector<Operand> &operands) const;
  float number(uint32_t scalar) const;

private:
  Numbers extents;
  std::vector<double> numbers;
};

/// Adds the kernels of a step. The primitives are in Primitives.cpp, the loops
/// in Loops.cpp.
void addKernels(const Step &step, const Shapes &shapes,
                const dnnl::engine &engine, Kernels &kernels);
void addLoop(const Step &step, const Shapes &shapes, Kernels &kernels);

/// Writes a number everywhere.
std::unique_ptr<Kernel> makeFill(uint32_t value, int64_t count, float number);
/// Puts right what oneDNN's primitive for the step has left wrong, if anything.
void addRepair(const Step &step, const Shapes &shapes, Kernels &kernels);

} // namespace onednn

#endif // ONEDNN_KERNEL_H
