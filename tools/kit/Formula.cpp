//===- Formula.cpp - what a plugin is asked to compute --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Formula.h"

#include "backends/plugin/Opcodes.h"
#include "backends/plugin/PluginBackend.h"
#include "backends/plugin/Unflatten.h"
#include "backends/reference/ReferenceBackend.h"
#include "frontend/Program.h"

#include <set>

using namespace fovea;
using namespace fovea::kit;

/// A fault of the kit: its own programs and arrays are right.
[[noreturn]] static void broken(const std::string &text) {
  throw std::runtime_error(text);
}

Formula::Formula(plugin::Cluster given)
    : cluster(std::move(given)), context(std::make_unique<mlir::MLIRContext>(
                                     mlir::MLIRContext::Threading::DISABLED)) {
  context->loadDialect<ir::FoveaDialect>();
  auto module = plugin::unflatten(cluster, *context);
  if (!module)
    broken(module.status().text());
  auto backend = createReferenceBackend();
  auto made = (*backend)->compile(*(*module)->getOps<ir::FuncOp>().begin());
  if (!made)
    broken(made.status().text());
  reference = *std::move(made);
}

Status Formula::evaluate(std::span<const Tensor> inputs,
                         std::span<Tensor> outputs,
                         std::span<const int64_t> dims) const {
  return reference->runSolved(inputs, outputs, dims);
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

std::optional<std::vector<int64_t>>
Formula::extents(std::span<const int64_t> dims) const {
  std::vector<int64_t> sizes(cluster.sizes.size());
  if (fovea_evaluate_sizes(
          {cluster.sizes.data(), cluster.sizes.size(), sizeof(fovea_size)},
          {dims.data(), dims.size(), sizeof(int64_t)}, sizes.data()))
    return std::nullopt;
  std::vector<int64_t> extents;
  for (const fovea_axis &axis : cluster.axes) {
    extents.push_back(sizes[axis.size]);
    if (extents.back() < 0)
      return std::nullopt;
  }
  return extents;
}

std::optional<std::vector<int64_t>>
Formula::shapeOf(const fovea_port &port, std::span<const int64_t> dims) const {
  const auto all = extents(dims);
  if (!all)
    return std::nullopt;
  std::vector<int64_t> shape;
  for (uint32_t axis : cluster.list(port.axes))
    shape.push_back((*all)[axis]);
  return shape;
}

//===----------------------------------------------------------------------===//
// Contents
//===----------------------------------------------------------------------===//

static const char *const joins[] = {"sum", "prod", "max",    "min",
                                    "any", "all",  "argmax", "argmin"};

std::vector<Feature> Formula::features() const {
  auto typeName = [](fovea_dtype dtype) {
    return std::string(name(*dtypeFromC(dtype)));
  };
  std::set<Feature> all;
  auto form = [&](const char *name) { all.insert({"form", name, ""}); };
  for (const fovea_op &op : cluster.ops) {
    all.insert({"op", std::string(plugin::nameOfOpcode(op.opcode)),
                typeName(op.dtype)});
    if (op.opcode == FOVEA_OP_REDUCE) {
      const auto operands = cluster.list(op.operands);
      all.insert({"join", joins[op.selector],
                  typeName(cluster.ops[operands[0]].dtype)});
      form(operands.size() > 1 ? "reduction with a guard" : "reduction");
      if (op.over.count > 1)
        form("reduction over several axes");
    }
    if (op.flags & FOVEA_OP_MAY_BE_ZERO)
      form("hard zeros");
    if (op.flags & FOVEA_OP_MAY_BE_NEGINF)
      form("hard -inf");
    if (op.flags & FOVEA_OP_MAY_FAIL)
      form("ops that may fail");
    if (op.opcode == FOVEA_OP_RANDOM)
      form(op.selector == FOVEA_NORMAL ? "normal random numbers"
                                       : "uniform random numbers");
  }
  for (const fovea_fold &fold : cluster.folds) {
    form(fold.gauges.count == 0   ? "fold without gauges"
         : fold.gauges.count == 1 ? "fold with a gauge"
                                  : "fold with several gauges");
    if (fold.axes.count > 1)
      form("fold over several axes");
    if (fold.accumulators.count > 1)
      form("fold with several accumulators");
  }
  for (const fovea_accumulator &accumulator : cluster.accumulators) {
    all.insert({"join", joins[accumulator.join], typeName(accumulator.dtype)});
    if (accumulator.guard != FOVEA_NONE)
      form("fold with a guard");
    if (accumulator.ranges.count)
      form("fold with ranges");
  }
  if (cluster.folds.size() > 1)
    form("several folds");
  if (cluster.outputs.size() > 1)
    form("several outputs");
  for (const fovea_port &port : cluster.inputs)
    form(("input of " + typeName(port.dtype)).c_str());
  for (const fovea_port &port : cluster.outputs)
    form(("output of " + typeName(port.dtype)).c_str());
  return {all.begin(), all.end()};
}

//===----------------------------------------------------------------------===//
// From text
//===----------------------------------------------------------------------===//

std::vector<plugin::Cluster> kit::clustersOf(const Program &source) {
  Diagnostics diagnostics;
  const auto program =
      fovea::Program::fromText(source.name + ".fov", source.text, diagnostics);
  if (!program || diagnostics.hasErrors())
    broken(diagnostics.render());
  const std::vector<FunctionInfo> functions = program->functions();
  const FunctionInfo &function = functions.back();
  Instance instance;
  instance.function = function.name;
  for (const ParamInfo &param : function.params)
    if (param.kind == ParamInfo::Kind::Array)
      instance.inputs.push_back(
          {param.name, param.dtype, static_cast<unsigned>(param.dims.size())});
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<ir::FoveaDialect>();
  auto module = program->instantiate(instance, context, diagnostics);
  if (!module || diagnostics.hasErrors())
    broken(diagnostics.render());
  auto clusters = plugin::clustersOf(*module->getOps<ir::FuncOp>().begin());
  if (!clusters)
    broken(clusters.status().text());
  std::vector<plugin::Cluster> list;
  for (plugin::PlacedCluster &placed : clusters->clusters)
    list.push_back(std::move(placed.cluster));
  return list;
}

std::vector<std::shared_ptr<const Formula>>
kit::formulasOf(std::vector<plugin::Cluster> clusters) {
  std::vector<std::shared_ptr<const Formula>> formulas;
  for (plugin::Cluster &cluster : clusters)
    formulas.push_back(std::make_shared<const Formula>(std::move(cluster)));
  return formulas;
}
