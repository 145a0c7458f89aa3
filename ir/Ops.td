//===- Ops.td - all families -*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_OPS_TD
#define FOVEA_IR_OPS_TD

include "ir/ElementwiseOps.td"
include "ir/FoldOps.td"
include "ir/FuncOps.td"
include "ir/IndexOps.td"
include "ir/KernelOps.td"
include "ir/RandomOps.td"
include "ir/ReduceOps.td"

#endif // FOVEA_IR_OPS_TD
