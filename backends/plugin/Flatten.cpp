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

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::plugin;
using ir::typeOf;

class Cut::Cutter {
public:
  explicit Cutter(OwningOpRef<ModuleOp> given)
      : module(std::move(given)), func(*module->getOps<ir::FuncOp>().begin()),
        facts(func) {
    for (auto [number, input] : llvm::enumerate(ir::inputsOf(func)))
      known[input.getResult()] = {
          {Binding::Kind::Input, number},
          input.getName(),
          llvm::to_vector(input.getAxes().getAsRange<ir::AxisAttr>())};
  }

  Expected<ClusterProgram> cut() {
    group();
    // Outputs that no kernel makes: an input, or a constant, as it is.
    for (ir::OutputOp output : ir::outputsOf(func))
      if (!isa_and_nonnull<ir::KernelOp>(output.getValue().getDefiningOp()))
        parts.push_back({kernels.size(), kernels.size(), output});
    ClusterProgram program;
    for (size_t i = 0; i < parts.size(); ++i) {
      Expected<PlacedCluster> placed = join(i, i + 1);
      if (!placed)
        return placed.status();
      program.clusters.push_back(*std::move(placed));
    }
    program.between = std::move(between);
    return program;
  }

  Expected<PlacedCluster> join(size_t first, size_t end) {
    const size_t begin = parts[first].begin;
    Joined joined{ArrayRef(kernels).slice(begin, parts[end - 1].end - begin),
                  {},
                  Flattener(func, facts),
                  {}};
    for (size_t i = first; i < end; ++i)
      if (parts[i].copy)
        joined.copies.push_back(parts[i].copy);
    if (Status status = fill(joined); status.failed())
      return status;
    joined.placed.cluster = joined.flat.take();
    if (Status status = check(joined.placed.cluster); status.failed())
      return Status::error(StatusCode::Internal, status.message());
    return std::move(joined.placed);
  }

private:
  /// An array that clusters can read.
  struct Array {
    Binding binding;
    StringRef name;
    SmallVector<ir::AxisAttr> axes;
  };

  /// What makes one cluster: kernels, or an output that none of them makes.
  struct Part {
    size_t begin, end;
    ir::OutputOp copy;
  };

  /// Finds runs of kernels that make one cluster each. Between clusters there
  /// are numbers only: what may be a hard number, or may fail without being
  /// needed, stays inside of one, with all kernels from the one that makes it
  /// to those that read it. What is only made from the results of a cluster,
  /// element by element, belongs to it: for a processor it may be a kernel of
  /// its own.
  void group() {
    llvm::append_range(kernels, func.getBody().getOps<ir::KernelOp>());
    size_t begin = 0, end = 0;
    for (size_t i = 0; i < kernels.size(); ++i) {
      for (Value result : kernels[i].getResults())
        if (facts.mayFail(result) || facts.hardness(result).any())
          end = std::max(end, lastReader(result));
      if (i < end || (i + 1 < kernels.size() && isEpilogue(i + 1, begin)))
        continue;
      parts.push_back({begin, i + 1, nullptr});
      begin = end = i + 1;
    }
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

  /// What kernels use but do not make, in order, and who is the first to.
  static llvm::MapVector<Value, Operation *>
  usedFromOutside(ArrayRef<ir::KernelOp> kernels) {
    llvm::MapVector<Value, Operation *> used;
    auto isInside = [&](Value value) {
      return llvm::any_of(kernels, [&](ir::KernelOp kernel) {
        return kernel == value.getDefiningOp() ||
               kernel->isAncestor(value.getParentBlock()->getParentOp());
      });
    };
    // All clusters may share one rename, which stands where the first of them
    // reads: what counts is who reads that.
    llvm::DenseMap<Value, Value> renamed;
    for (ir::KernelOp kernel : kernels)
      kernel->walk([&](Operation *inside) {
        for (Value operand : inside->getOperands()) {
          if (auto from = renamed.find(operand); from != renamed.end())
            if (Operation *&reader = used[from->second];
                isa<ir::RenameOp>(reader))
              reader = inside;
          if (isInside(operand))
            continue;
          used.insert({operand, inside});
          if (auto rename = dyn_cast<ir::RenameOp>(inside))
            renamed[rename.getResult()] = operand;
        }
      });
    return used;
  }

  /// What goes into one cluster.
  struct Joined {
    ArrayRef<ir::KernelOp> kernels;
    SmallVector<ir::OutputOp> copies;
    Flattener flat;
    PlacedCluster placed;
  };

  /// A rename of `value`, if a cluster does nothing with it but rename it.
  static ir::RenameOp onlyRename(Value value, const Joined &joined) {
    ir::RenameOp first;
    for (Operation *user : value.getUsers()) {
      if (llvm::is_contained(joined.copies, user))
        return nullptr;
      if (!isInside(user, joined.kernels))
        continue;
      auto rename = dyn_cast<ir::RenameOp>(user);
      if (!rename)
        return nullptr;
      first = first ? first : rename;
    }
    return first;
  }

  /// Makes `value`, which `reader` reads, known inside of a cluster: an array
  /// that goes in, or else the literal that it is.
  Status bring(Value value, Operation *reader, Joined &joined) {
    if (joined.flat.knows(value))
      return Status::ok();
    if (auto array = known.find(value); array != known.end()) {
      joined.placed.inputs.push_back(array->second.binding);
      joined.flat.addInput(value, array->second.name, array->second.axes,
                           onlyRename(value, joined), reader->getLoc());
      return Status::ok();
    }
    Operation *op = value.getDefiningOp();
    for (Value operand : op->getOperands())
      if (Status status = bring(operand, op, joined); status.failed())
        return status;
    return joined.flat.add(op);
  }

  Status fill(Joined &joined) {
    for (auto [value, reader] : usedFromOutside(joined.kernels))
      if (Status status = bring(value, reader, joined); status.failed())
        return status;
    for (ir::KernelOp kernel : joined.kernels)
      if (Status status = joined.flat.add(kernel); status.failed())
        return status;
    for (ir::OutputOp output : joined.copies)
      if (Status status = bring(output.getValue(), output, joined);
          status.failed())
        return status;
    for (ir::KernelOp kernel : joined.kernels)
      for (Value result : kernel.getResults())
        addResult(result, joined);
    for (ir::OutputOp output : joined.copies)
      addOutput(output, joined);
    return Status::ok();
  }

  /// Gives the array that it is bound to.
  Array addOutput(ir::OutputOp output, Joined &joined) {
    const auto outputs = ir::outputsOf(func);
    const size_t number = llvm::find(outputs, output) - outputs.begin();
    const Array array = {
        {Binding::Kind::Output, number},
        output.getName(),
        llvm::to_vector(output.getAxes().getAsRange<ir::AxisAttr>())};
    addOutput(output.getValue(), array, joined);
    return array;
  }
  static void addOutput(Value value, const Array &array, Joined &joined) {
    joined.flat.addOutput(value, array.name, array.axes);
    joined.placed.outputs.push_back(array.binding);
  }

  /// A result goes to each output that it is, and to an array between clusters
  /// if others read it.
  void addResult(Value result, Joined &joined) {
    bool isRead = false;
    std::optional<Array> readable;
    for (Operation *user : result.getUsers())
      isRead |= !isa<ir::OutputOp>(user) && !isInside(user, joined.kernels);
    for (ir::OutputOp output : ir::outputsOf(func)) {
      if (output.getValue() != result)
        continue;
      const Array array = addOutput(output, joined);
      if (array.axes.size() == typeOf(result).getAxes().size())
        readable = array;
    }
    if (!isRead)
      return;
    // Who joins finds what was bound when each was by itself.
    const bool isBound = known.contains(result);
    if (!readable)
      readable = isBound ? known[result] : newBetween(result);
    if (readable->binding.kind == Binding::Kind::Between)
      addOutput(result, *readable, joined);
    if (!isBound)
      known[result] = *readable;
  }

  /// An array for what clusters hand to each other.
  Array newBetween(Value value) {
    const ir::ArrayType type = typeOf(value);
    const Array array = {{Binding::Kind::Between, between.size()},
                         nameOf(value),
                         SmallVector<ir::AxisAttr>(type.getAxes())};
    Parameter parameter;
    parameter.name = array.name.str();
    parameter.dtype = dtypeOf(type.getElementType());
    for (ir::AxisAttr axis : array.axes)
      parameter.shape.push_back(sizeExprOf(axis.getSize(), func));
    between.push_back(std::move(parameter));
    return array;
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

  OwningOpRef<ModuleOp> module;
  ir::FuncOp func;
  const fovea::kernels::Facts facts;
  SmallVector<ir::KernelOp> kernels;
  SmallVector<Part> parts;
  llvm::DenseMap<Value, Array> known;
  std::vector<Parameter> between;
};

Cut::Cut(std::unique_ptr<Cutter> cutter) : cutter(std::move(cutter)) {}
Cut::Cut(Cut &&) noexcept = default;
Cut::~Cut() = default;

Expected<Cut> Cut::of(OwningOpRef<ModuleOp> module) {
  Cut cut(std::make_unique<Cutter>(std::move(module)));
  Expected<ClusterProgram> program = cut.cutter->cut();
  if (!program)
    return program.status();
  cut.program = *std::move(program);
  return cut;
}

Expected<PlacedCluster> Cut::join(size_t first, size_t end) const {
  return cutter->join(first, end);
}
