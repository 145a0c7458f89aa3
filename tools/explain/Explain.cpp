//===- Explain.cpp - kernels and what they move ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Backend.h"
#include "ir/Formula.h"
#include "ir/Kept.h"
#include "ir/Size.h"
#include "ir/TypeOf.h"
#include "tools/explain/Arrays.h"
#include "tools/explain/Definitions.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::explaining;
using ir::typeOf;

static bool isInMemory(Value value) {
  Operation *op = value.getDefiningOp();
  return isa<ir::InputOp, ir::LiteralOp, ir::FoldOp, ir::ReduceOp>(op) ||
         ir::isKept(op);
}

static bool sharesAxis(ArrayRef<ir::AxisAttr> a, ArrayRef<ir::AxisAttr> b) {
  return llvm::any_of(
      a, [&](ir::AxisAttr axis) { return llvm::is_contained(b, axis); });
}

namespace {
/// A fold and the outputs that are computed from its results, row by row; or a
/// map, which computes one output, or a formula that is kept, on its own.
struct Kernel {
  ir::FoldOp fold;
  Value kept;
  /// Numbers of outputs.
  SmallVector<unsigned> outputs;
  Sources reads;
};

class Explainer {
public:
  Explainer(ir::FuncOp written, ir::FuncOp folded,
            std::span<const int64_t> dims)
      : folded(folded), outputs(ir::outputsOf(folded)), sizes(folded, dims),
        definitions(written, sizes) {}

  Expected<Explanation> run(std::span<const int64_t> dims);

private:
  void formKernels();
  Kernel &kernelOf(ir::OutputOp output, const Sources &sources);
  bool isNeededOutside(Value result, const Kernel &own) const;
  ExplainedKernel explained(const Kernel &kernel);
  SmallVector<ir::AxisAttr> rowsOf(const Kernel &kernel) const;
  ByteCount stateOf(ir::FoldOp fold, ArrayRef<ir::AxisAttr> rows);
  void countPasses(Explanation &into);
  SmallVector<Location> placesOf(const Kernel &kernel) const;

  ir::FuncOp folded;
  SmallVector<ir::OutputOp> outputs;
  Sizes sizes;
  Definitions definitions;
  std::vector<Kernel> kernels;
};
} // namespace

/// The last fold whose results an output is made from, if it can be computed
/// where they are: nothing in it varies along what is folded. Else a map.
Kernel &Explainer::kernelOf(ir::OutputOp output, const Sources &sources) {
  for (Kernel &kernel : llvm::reverse(kernels)) {
    if (!kernel.fold || llvm::none_of(sources, [&](const auto &source) {
          return source.first.getDefiningOp() == kernel.fold.getOperation();
        }))
      continue;
    if (sharesAxis(typeOf(output.getValue()).getAxes(),
                   ir::axesOf(kernel.fold.getAxes())))
      break;
    return kernel;
  }
  return kernels.emplace_back();
}

void Explainer::formKernels() {
  for (Operation &op : folded.getBody().front())
    if (auto fold = dyn_cast<ir::FoldOp>(op))
      kernels.push_back({fold, nullptr, {}, sourcesOf(fold, isInMemory)});
    else if (ir::isKept(&op))
      kernels.push_back({{}, op.getResult(0), {}, sourcesOf(&op, isInMemory)});
  for (auto [number, output] : llvm::enumerate(outputs)) {
    const Sources sources = sourcesOf(output, isInMemory);
    Kernel &kernel = kernelOf(output, sources);
    kernel.outputs.push_back(number);
    for (auto [source, places] : sources)
      if (!kernel.fold || source.getDefiningOp() != kernel.fold.getOperation())
        kernel.reads.insert({source, places});
  }
}

bool Explainer::isNeededOutside(Value result, const Kernel &own) const {
  return llvm::any_of(kernels, [&](const Kernel &other) {
    return &other != &own && other.reads.contains(result);
  });
}

/// Axes that all accumulators of numbers have, but for scalars; of a map those
/// of what it computes.
SmallVector<ir::AxisAttr> Explainer::rowsOf(const Kernel &kernel) const {
  if (kernel.kept)
    return llvm::to_vector(typeOf(kernel.kept).getAxes());
  if (!kernel.fold) {
    ir::OutputOp output = outputs[kernel.outputs.front()];
    return ir::axesOf(output.getAxes());
  }
  ir::FoldOp fold = kernel.fold;
  std::optional<SmallVector<ir::AxisAttr>> rows;
  for (unsigned k = 0; k < fold.getNumAccumulators(); ++k) {
    const ArrayRef<ir::AxisAttr> axes = fold.getAccumulatorType(k).getAxes();
    // Whether anything was visited may be the same for many rows.
    if (axes.empty() || fold.getKind(k) == ir::ReduceKind::Any)
      continue;
    if (!rows)
      rows = llvm::to_vector(axes);
    llvm::erase_if(*rows, [&](ir::AxisAttr axis) {
      return !llvm::is_contained(axes, axis);
    });
  }
  return rows.value_or(SmallVector<ir::AxisAttr>());
}

/// Accumulators and gauges of one row.
ByteCount Explainer::stateOf(ir::FoldOp fold, ArrayRef<ir::AxisAttr> rows) {
  ir::SizeAttr total = ir::sizeConstant(fold.getContext(), 0);
  auto add = [&](ir::ArrayType type) {
    SmallVector<ir::AxisAttr> axes(type.getAxes());
    llvm::erase_if(axes, [&](ir::AxisAttr axis) {
      return llvm::is_contained(rows, axis);
    });
    total = ir::sizeAdd(total, Sizes::sizeOf(type.withAxes(axes)));
  };
  for (BlockArgument argument : fold.getGauge().getArguments())
    add(typeOf(argument));
  ir::LiftOp lift = fold.getLift();
  for (unsigned k = 0; k < fold.getNumAccumulators(); ++k)
    if (fold.getKind(k) == ir::ReduceKind::ArgMax ||
        fold.getKind(k) == ir::ReduceKind::ArgMin)
      // Beside the position stands the element.
      add(fold.getAccumulatorType(k).withElement(
          typeOf(lift.getElements()[k]).getElementType()));
  return sizes.bytes(total);
}

SmallVector<Location> Explainer::placesOf(const Kernel &kernel) const {
  SmallVector<Location> places;
  if (ir::FoldOp fold = kernel.fold) {
    places.push_back(fold.getLoc());
    fold.getElement().walk(
        [&](Operation *op) { places.push_back(op->getLoc()); });
  }
  llvm::SetVector<Value> work;
  if (kernel.kept)
    work.insert(kernel.kept);
  for (unsigned output : kernel.outputs)
    work.insert(ir::OutputOp(outputs[output]).getValue());
  for (size_t i = 0; i < work.size(); ++i) {
    if (work[i] != kernel.kept && isInMemory(work[i]))
      continue;
    places.push_back(work[i].getLoc());
    work.insert_range(work[i].getDefiningOp()->getOperands());
  }
  return places;
}

ExplainedKernel Explainer::explained(const Kernel &kernel) {
  ExplainedKernel out;
  out.isMap = !kernel.fold;
  out.lines = linesAt(placesOf(kernel));
  const SmallVector<ir::AxisAttr> rows = rowsOf(kernel);
  for (ir::AxisAttr axis : rows)
    out.rows.push_back(axis.getName().str());
  // In the order of the program.
  SmallVector<std::pair<Value, ir::ArrayType>> reads(kernel.reads.begin(),
                                                     kernel.reads.end());
  llvm::sort(reads, [](const auto &a, const auto &b) {
    return a.first.getDefiningOp() != b.first.getDefiningOp()
               ? a.first.getDefiningOp()->isBeforeInBlock(
                     b.first.getDefiningOp())
               : cast<OpResult>(a.first).getResultNumber() <
                     cast<OpResult>(b.first).getResultNumber();
  });
  for (auto [array, places] : reads)
    out.reads.push_back(sizes.read(array, places));
  if (ir::FoldOp fold = kernel.fold) {
    for (ir::AxisAttr axis : ir::axesOf(fold.getAxes()))
      out.streamed.push_back(sizes.axis(axis, 1));
    for (Value result : fold.getResults()) {
      ExplainedArray array = sizes.array(result);
      out.computes.push_back(array.name);
      if (isNeededOutside(result, kernel))
        out.writes.push_back(std::move(array));
    }
    out.state = stateOf(fold, rows);
    explainStep(fold, out);
  }
  if (kernel.kept) {
    ExplainedArray array = sizes.array(kernel.kept);
    out.computes.push_back(array.name + " = " +
                           ir::Formula().definition(kernel.kept));
    out.writes.push_back(std::move(array));
  }
  for (unsigned number : kernel.outputs) {
    ir::OutputOp output = outputs[number];
    const Value value = output.getValue();
    ExplainedArray array = sizes.array(value);
    if (!isInMemory(value)) {
      const StringRef name = ir::nameOf(value.getDefiningOp());
      array.name =
          name.empty() ? output.getName().str() : ir::Formula().text(value);
      out.computes.push_back(
          (name.empty() ? output.getName().str() : array.name) + " = " +
          ir::Formula().definition(value));
    }
    if (llvm::none_of(out.writes, [&](const ExplainedArray &written) {
          return written.name == array.name;
        }))
      out.writes.push_back(std::move(array));
  }
  return out;
}

/// Axes that are folded, with the folds over them and the maps along them.
void Explainer::countPasses(Explanation &into) {
  llvm::SetVector<ir::AxisAttr> folds;
  for (const Kernel &kernel : kernels)
    if (ir::FoldOp fold = kernel.fold)
      for (ir::AxisAttr axis : ir::axesOf(fold.getAxes()))
        folds.insert(axis);
  for (ir::AxisAttr axis : folds) {
    const unsigned passes = llvm::count_if(kernels, [&](const Kernel &kernel) {
      ir::FoldOp fold = kernel.fold;
      const SmallVector<ir::AxisAttr> along =
          fold ? llvm::to_vector(ir::axesOf(fold.getAxes())) : rowsOf(kernel);
      return llvm::is_contained(along, axis);
    });
    into.axes.push_back(sizes.axis(axis, passes));
  }
}

Expected<Explanation> Explainer::run(std::span<const int64_t> dims) {
  formKernels();
  Explanation out;
  const Signature signature = signatureOf(folded);
  out.signature = text(signature);
  for (size_t i = 0; i < dims.size(); ++i)
    out.sizes.push_back({signature.dims[i], dims[i]});
  for (auto [number, kernel] : llvm::enumerate(kernels)) {
    ExplainedKernel &made = out.kernels.emplace_back(explained(kernel));
    for (const ExplainedArray &array : made.reads)
      out.after.read += array.bytes.count;
    for (const ExplainedArray &array : made.writes)
      out.after.written += array.bytes.count;
    if (ir::FoldOp fold = kernel.fold) {
      auto fused = dyn_cast<FusedLoc>(fold.getLoc());
      definitions.assign(fused ? fused.getLocations()
                               : ArrayRef<Location>(fold.getLoc()),
                         number);
      for (Value result : fold.getResults())
        if (isNeededOutside(result, kernel))
          out.after.between += sizes.bytes(typeOf(result)).count;
    }
    if (kernel.kept)
      out.after.between += sizes.bytes(typeOf(kernel.kept)).count;
    for (unsigned output : kernel.outputs)
      definitions.assignOutput(output, number);
  }
  countPasses(out);
  out.before = definitions.traffic();
  out.definitions = definitions.take();
  if (sizes.fault.failed())
    return sizes.fault;
  return out;
}

Expected<Explanation> fovea::explain(ir::FuncOp written, ir::FuncOp folded,
                                     std::span<const int64_t> dims) {
  return Explainer(written, folded, dims).run(dims);
}
