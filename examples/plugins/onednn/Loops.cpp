//===- Loops.cpp - what oneDNN lacks, and what it does otherwise ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The language says what NaN, infinities and numbers near the least do; the
// primitives of oneDNN 2.6 differ (README.md lists how). Elements at which they
// may are computed once more here.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include <cmath>
#include <limits>

using namespace onednn;

namespace {

constexpr float quietNaN = std::numeric_limits<float>::quiet_NaN();

/// A loop over the arrays of `values`; `fn` is called as by forEach.
template <size_t N, class Fn> class LoopKernel : public Kernel {
public:
  LoopKernel(Loop loop, std::array<uint32_t, N> values, bool isParallel, Fn fn)
      : loop(std::move(loop)), values(values), isParallel(isParallel), fn(fn) {}
  void run(Context &context) const override {
    std::array<float *, N> bases;
    for (size_t i = 0; i < N; ++i)
      bases[i] = context.data[values[i]];
    forEach(isParallel ? &context.workers : nullptr, loop, bases, fn);
  }

private:
  Loop loop;
  std::array<uint32_t, N> values;
  bool isParallel;
  Fn fn;
};

template <size_t N, class Fn>
void add(Kernels &kernels, Loop loop, std::array<uint32_t, N> values, Fn fn,
         bool isParallel = true) {
  kernels.push_back(std::make_unique<LoopKernel<N, Fn>>(std::move(loop), values,
                                                        isParallel, fn));
}

/// Where a primitive for one operand is right, and what is right elsewhere.
struct Domain {
  float low, high;
  float (*exact)(float x, float exponent);
};

Domain domainOf(const Step &step) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  if (step.kind == Step::Kind::Relu) // NaN becomes 0 in oneDNN
    return {-inf, inf,
            step.keepsNaN ? [](float x, float) { return x; }
                          : [](float, float) { return 0.0f; }};
  switch (step.opcode) {
  case FOVEA_OP_EXP: // NaN becomes inf, and small results 0
    return {-86.5f, 88.0f, [](float x, float) { return std::exp(x); }};
  case FOVEA_OP_SIGMOID: // small results become 0
    return {-86.5f, inf,
            [](float x, float) { return std::exp(x) / (1 + std::exp(x)); }};
  case FOVEA_OP_POW: // (-inf)^0.5 becomes NaN
    return {0, inf, [](float x, float b) { return std::pow(x, b); }};
  default:
    return {-inf, inf, [](float x, float) { return x; }};
  }
}

/// A NaN or inf spoils its whole row of softmax, where oneDNN may leave 0
/// beside it. And the primitive is softmax for log_softmax too: the logarithms
/// of oneDNN are off by up to 4e-6, while log z is that of the greatest
/// element.
void addRowRepair(const Step &step, const Shapes &shapes, Kernels &kernels) {
  const Operand &out = step.output, &in = step.inputs[0];
  Axes rows = out.axes;
  rows.erase(std::find(rows.begin(), rows.end(), step.over[0]));
  add<2>(kernels, shapes.loop(rows, {out, in}), {out.value, in.value},
         [count = shapes.extent(step.over[0]),
          stride = shapes.strides(out, step.over)[0],
          isLog = step.kind == Step::Kind::LogSoftmax](
             int64_t n, std::array<float *, 2> p, std::array<int64_t, 2> s) {
           for (int64_t i = 0; i < n; ++i) {
             float *row = p[0] + i * s[0];
             const float *x = p[1] + i * s[1];
             bool isSpoilt = false;
             for (int64_t j = 0; j < count; ++j)
               isSpoilt |= row[j * stride] != row[j * stride];
             int64_t most = 0;
             for (int64_t j = 0; isLog && j < count; ++j)
               most = x[j * stride] > x[most * stride] ? j : most;
             const float logarithm = isLog ? std::log(row[most * stride]) : 0;
             for (int64_t j = 0; isLog && j < count; ++j)
               row[j * stride] = x[j * stride] - x[most * stride] + logarithm;
             for (int64_t j = 0; isSpoilt && j < count; ++j)
               row[j * stride] = quietNaN;
           }
         });
}

} // namespace

std::unique_ptr<Kernel> onednn::makeFill(uint32_t value, int64_t count,
                                         float number) {
  Kernels one;
  add<1>(one, Loop({count}, {{1}}), {value},
         [number](int64_t n, std::array<float *, 1> p, std::array<int64_t, 1>) {
           std::fill_n(p[0], n, number);
         });
  return std::move(one[0]);
}

void onednn::addLoop(const Step &step, const Shapes &shapes, Kernels &kernels) {
  const std::vector<Operand> &in = step.inputs;
  const Operand &out = step.output;
  auto addCopy = [&](const Operand &from) {
    add<2>(kernels, shapes.loop(out.axes, {out, from}), {out.value, from.value},
           [](int64_t n, std::array<float *, 2> p, std::array<int64_t, 2> s) {
             for (int64_t i = 0; i < n; ++i)
               p[0][i * s[0]] = p[1][i * s[1]];
           });
  };
  switch (step.kind) {
  case Step::Kind::Copy:
    return addCopy(in[0]);
  case Step::Kind::Log:
    return add<2>(
        kernels, shapes.loop(out.axes, {out, in[0]}), {out.value, in[0].value},
        [](int64_t n, std::array<float *, 2> p, std::array<int64_t, 2> s) {
          for (int64_t i = 0; i < n; ++i)
            p[0][i * s[0]] = std::log(p[1][i * s[1]]);
        });
  default:
    return add<4>(
        kernels, shapes.loop(out.axes, {out, in[0], in[1], in[2]}),
        {out.value, in[0].value, in[1].value, in[2].value},
        [](int64_t n, std::array<float *, 4> p, std::array<int64_t, 4> s) {
          for (int64_t i = 0; i < n; ++i)
            p[0][i * s[0]] =
                p[1][i * s[1]] != 0 ? p[2][i * s[2]] : p[3][i * s[3]];
        });
  }
}

void onednn::addRepair(const Step &step, const Shapes &shapes,
                       Kernels &kernels) {
  const std::vector<Operand> &in = step.inputs;
  const Operand &out = step.output;
  switch (step.kind) {
  case Step::Kind::Unary:
  case Step::Kind::Relu:
    return add<2>(
        kernels, shapes.loop(out.axes, {out, in[0]}), {out.value, in[0].value},
        [domain = domainOf(step), exponent = step.exponent](
            int64_t n, std::array<float *, 2> p, std::array<int64_t, 2> s) {
          for (int64_t i = 0; i < n; ++i) {
            const float x = p[1][i * s[1]];
            if (!(x >= domain.low && x <= domain.high))
              p[0][i * s[0]] = domain.exact(x, exponent);
          }
        });
  case Step::Kind::Binary: { // oneDNN's maximum of NaN and b is b
    const bool isCompare = step.opcode == FOVEA_OP_COMPARE;
    if (!isCompare && step.opcode != FOVEA_OP_MAX &&
        step.opcode != FOVEA_OP_MIN)
      return;
    const float ofNaN = !isCompare                   ? quietNaN
                        : step.predicate == FOVEA_NE ? 1.0f
                                                     : 0.0f;
    return add<3>(
        kernels, shapes.loop(out.axes, {out, in[0], in[1]}),
        {out.value, in[0].value, in[1].value},
        [ofNaN](int64_t n, std::array<float *, 3> p, std::array<int64_t, 3> s) {
          for (int64_t i = 0; i < n; ++i) {
            const float a = p[1][i * s[1]], b = p[2][i * s[2]];
            if (a != a || b != b)
              p[0][i * s[0]] = ofNaN;
          }
        });
  }
  case Step::Kind::Reduce: // likewise; in order, since places share an element
    if (step.join == FOVEA_MAX || step.join == FOVEA_MIN)
      add<2>(
          kernels, shapes.loop(in[0].axes, {out, in[0]}),
          {out.value, in[0].value},
          [](int64_t n, std::array<float *, 2> p, std::array<int64_t, 2> s) {
            for (int64_t i = 0; i < n; ++i)
              if (p[1][i * s[1]] != p[1][i * s[1]])
                p[0][i * s[0]] = quietNaN;
          },
          /*isParallel=*/false);
    return;
  case Step::Kind::Softmax:
  case Step::Kind::LogSoftmax:
    return addRowRepair(step, shapes, kernels);
  default:
    return;
  }
}
