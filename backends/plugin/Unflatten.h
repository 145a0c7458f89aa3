//===- Unflatten.h - a cluster as a function --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_UNFLATTEN_H
#define FOVEA_BACKENDS_PLUGIN_UNFLATTEN_H

#include "backends/plugin/Cluster.h"
#include "ir/Dialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace fovea::plugin {

/// The function `cluster` that computes what a checked cluster says: so
/// backends of ours take what plugins are handed. Its dimensions are those of
/// the cluster, in order, whether or not the inputs' shapes say them; inputs
/// and outputs are called `in0`, `out0` and so on; operations are at
/// `locationOf` their op. Error (Internal): what comes out does not verify,
/// though `check` let it pass.
Expected<mlir::OwningOpRef<mlir::ModuleOp>>
unflatten(const Cluster &cluster, mlir::MLIRContext &context);

/// What stands for an op's place in the program in that function: line op + 1
/// of a file that does not exist. Errors of a run name it.
mlir::Location locationOf(uint32_t op, mlir::MLIRContext &context);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_UNFLATTEN_H
