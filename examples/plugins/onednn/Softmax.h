//===- Softmax.h - whether a cluster is a softmax ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef ONEDNN_SOFTMAX_H
#define ONEDNN_SOFTMAX_H

#include "Plan.h"

#include <optional>

namespace onednn {

struct SoftmaxMatch {
  uint32_t input; ///< op that it is taken of ...
  Axes from, to;  ///< ... with these axes read along those
  uint32_t axis;  ///< one of `to`
  bool isLog;
};

/// Asks the host whether the whole cluster is softmax or log_softmax of an
/// array along one axis, however it is spelt.
std::optional<SoftmaxMatch> matchSoftmax(const fovea_host &host,
                                         const fovea_cluster &cluster);

} // namespace onednn

#endif // ONEDNN_SOFTMAX_H
