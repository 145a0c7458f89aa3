//===- Flatten.cpp - a function as clusters -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Flatten.h"

#include "backends/SizeExpr.h"
#include "backends/plugin/Flattener.h"
#include "ir/Formula.h"
#include "ir/TypeOf.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::plugin;
using ir::typeOf;

namespace {
/// Cuts a function.
class Cutter {
public:
  explicit Cutter(ir::FuncOp func) : func(func), facts(func) {
    for (auto [number, input] : llvm::enumerate(ir::inputsOf(func)))
      known[input.getResult()] = {
          {Binding::Kind::Input, number},
          input.getName(),
          llvm::to_vector(input.getAxes().getAsRange<ir::AxisAttr>())};
  }

  Expected<ClusterProgram> cut() {
    for (ArrayRef<ir::KernelOp> kernels : grouped())
      if (Status status = addKernels(kernels); status.failed())
        return status;
    // Outputs that no kernel makes: an input, or a constant, as it is.
    for (auto [number, output] : llvm::enumerate(ir::outputsOf(func)))
      if (!isa_and_nonnull<ir::KernelOp>(output.getValue().getDefiningOp()))
        if (Status status = addCopy(output, number); status.failed())
          return status;
    return std::move(program);
  }

private:
  /// An array that clusters can read.
  struct Array {
    Binding binding;
    StringRef name;
    SmallVector<ir::AxisAttr> axes;
  };

  /// Runs of kernels that make one cluster each. Between clusters there are
  /// numbers only: what may be a hard number, or may fail without being needed,
  /// stays inside of one, with all kernels from the one that makes it to those
  /// that read it. What is only made from the results of a cluster, element by
  /// element, belongs to it: for a processor it may be a kernel of its own.
  SmallVector<ArrayRef<ir::KernelOp>> grouped() {
    llvm::append_range(kernels, func.getBody().getOps<ir::KernelOp>());
    SmallVector<ArrayRef<ir::KernelOp>> groups;
    size_t begin = 0, end = 0;
    for (size_t i = 0; i < kernels.size(); ++i) {
      for (Value result : kernels[i].getResults())
        if (facts.mayFail(result) || facts.hardness(result).any())
          end = std::max(end, lastReader(result));
      if (i < end || (i + 1 < kernels.size() && isEpilogue(i + 1, begin)))
        continue;
      groups.push_back(ArrayRef(kernels).slice(begin, i + 1 - begin));
      begin = end = i + 1;
    }
    return groups;
  }
  /// Whether a kernel reduces nothing and reads a result of those from `begin`
  /// on.
  bool isEpilogue(size_t number, size_t begin) {
    bool reduces = false;
    kernels[number]->walk(
        [&](ir::PhaseOp phase) { reduces |= phase.getReduction() != nullptr; });
    return !reduces &&
           llvm::any_of(ArrayRef(kernels).slice(begin, number - begin),
                        [&](ir::KernelOp kernel) {
                          return llvm::any_of(
                              kernel->getUsers(), [&](Operation *user) {
                                return kernels[number]->isAncestor(user);
                              });
                        });
  }
  static bool isInside(Operation *op, ArrayRef<ir::KernelOp> group) {
    return llvm::any_of(
        group, [&](ir::KernelOp kernel) { return kernel->isAncestor(op); });
  }
  /// The last kernel that reads a value; 0 if none does.
  size_t lastReader(Value value) const {
    size_t last = 0;
    for (Operation *user : value.getUsers())
      for (auto [i, kernel] : llvm::enumerate(kernels))
        if (kernel->isAncestor(user))
          last = std::max(last, i);
    return last;
  }

  /// What kernels use but do not make, in order.
  static llvm::SetVector<Value>
  usedFromOutside(ArrayRef<ir::KernelOp> kernels) {
    llvm::SetVector<Value> used;
    auto isInside = [&](Value value) {
      return llvm::any_of(kernels, [&](ir::KernelOp kernel) {
        return kernel == value.getDefiningOp() ||
               kernel->isAncestor(value.getParentBlock()->getParentOp());
      });
    };
    for (ir::KernelOp kernel : kernels)
      kernel->walk([&](Operation *inside) {
        for (Value operand : inside->getOperands())
          if (!isInside(operand))
            used.insert(operand);
      });
    return used;
  }

  /// A rename of `value`, if kernels do nothing with it but rename it.
  static ir::RenameOp onlyRename(Value value, ArrayRef<ir::KernelOp> group) {
    ir::RenameOp first;
    for (Operation *user : value.getUsers()) {
      if (!isInside(user, group))
        continue;
      auto rename = dyn_cast<ir::RenameOp>(user);
      if (!rename)
        return nullptr;
      first = first ? first : rename;
    }
    return first;
  }

  /// Makes `value` known inside of a cluster: an array that goes in, or else
  /// the literal that it is.
  Status bring(Value value, ArrayRef<ir::KernelOp> group, Flattener &flat,
               PlacedCluster &placed) {
    if (auto array = known.find(value); array != known.end()) {
      placed.inputs.push_back(array->second.binding);
      flat.addInput(value, array->second.name, array->second.axes,
                    onlyRename(value, group));
      return Status::ok();
    }
    Operation *op = value.getDefiningOp();
    for (Value operand : op->getOperands())
      if (!flat.knows(operand))
        if (Status status = bring(operand, group, flat, placed);
            status.failed())
          return status;
    return flat.add(op);
  }

  Status addKernels(ArrayRef<ir::KernelOp> group) {
    Flattener flat(func, facts);
    PlacedCluster placed;
    for (Value value : usedFromOutside(group))
      if (!flat.knows(value))
        if (Status status = bring(value, group, flat, placed); status.failed())
          return status;
    for (ir::KernelOp kernel : group)
      if (Status status = flat.add(kernel); status.failed())
        return status;
    for (ir::KernelOp kernel : group)
      for (Value result : kernel.getResults())
        addResult(result, group, flat, placed);
    placed.cluster = flat.take();
    program.clusters.push_back(std::move(placed));
    return Status::ok();
  }

  /// A result goes to each output that it is, and to an array between clusters
  /// if others read it.
  void addResult(Value result, ArrayRef<ir::KernelOp> group, Flattener &flat,
                 PlacedCluster &placed) {
    bool isRead = false;
    std::optional<Array> readable;
    for (auto [number, output] : llvm::enumerate(ir::outputsOf(func))) {
      if (output.getValue() != result)
        continue;
      const auto axes =
          llvm::to_vector(output.getAxes().getAsRange<ir::AxisAttr>());
      flat.addOutput(result, output.getName(), axes);
      placed.outputs.push_back({Binding::Kind::Output, number});
      if (axes.size() == typeOf(result).getAxes().size())
        readable = {placed.outputs.back(), output.getName(), axes};
    }
    for (Operation *user : result.getUsers())
      isRead |= !isa<ir::OutputOp>(user) && !isInside(user, group);
    if (!isRead)
      return;
    if (!readable) {
      StringRef name = nameOf(result);
      SmallVector<ir::AxisAttr> axes(typeOf(result).getAxes());
      flat.addOutput(result, name, axes);
      placed.outputs.push_back(
          {Binding::Kind::Between, program.between.size()});
      readable = {placed.outputs.back(), name, axes};
      Parameter between;
      between.name = name.str();
      between.dtype = dtypeOf(typeOf(result).getElementType());
      for (ir::AxisAttr axis : axes)
        between.shape.push_back(sizeExprOf(axis.getSize(), func));
      program.between.push_back(std::move(between));
    }
    known[result] = *readable;
  }

  Status addCopy(ir::OutputOp output, size_t number) {
    Flattener flat(func, facts);
    PlacedCluster placed;
    if (Status status = bring(output.getValue(), {}, flat, placed);
        status.failed())
      return status;
    flat.addOutput(
        output.getValue(), output.getName(),
        llvm::to_vector(output.getAxes().getAsRange<ir::AxisAttr>()));
    placed.outputs.push_back({Binding::Kind::Output, number});
    placed.cluster = flat.take();
    program.clusters.push_back(std::move(placed));
    return Status::ok();
  }

  /// The name that the user gave to what a kernel's result is.
  static StringRef nameOf(Value result) {
    Value value = result;
    while (value.getDefiningOp<ir::KernelOp>() ||
           value.getDefiningOp<ir::PhaseOp>())
      value = value.getDefiningOp()
                  ->getRegion(0)
                  .front()
                  .getTerminator()
                  ->getOperand(cast<OpResult>(value).getResultNumber());
    Operation *op = value.getDefiningOp();
    return op ? ir::nameOf(op) : StringRef();
  }

  ir::FuncOp func;
  const fovea::kernels::Facts facts;
  SmallVector<ir::KernelOp> kernels;
  llvm::DenseMap<Value, Array> known;
  ClusterProgram program;
};
} // namespace

Expected<ClusterProgram> plugin::flatten(ir::FuncOp func) {
  return Cutter(func).cut();
}
