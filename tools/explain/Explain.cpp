//===- Explain.cpp - kernels and what they move ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Backend.h"
#include "ir/Formula.h"
#include "ir/Size.h"
#include "ir/TypeOf.h"
#include "tools/explain/Arrays.h"
#include "tools/explain/Definitions.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::explaining;
using ir::typeOf;

/// The attribute with the number of an operation.
static constexpr llvm::StringLiteral numberName = "fovea.number";

namespace {
/// What runs item by item: folds, and outputs that are computed from their
/// results or on their own.
struct Kernel {
  SmallVector<ir::FoldOp> folds;
  /// Numbers of outputs.
  SmallVector<unsigned> outputs;
  /// What it keeps, and what it reads of other kernels and the caller.
  llvm::SetVector<Value> made;
  Sources reads;
};

class Explainer {
public:
  Explainer(ir::FuncOp written, ir::FuncOp folded, ir::FuncOp formed,
            std::span<const int64_t> dims)
      : folded(folded), formed(formed), outputs(ir::outputsOf(folded)),
        sizes(folded, dims), definitions(written, sizes) {}

  Expected<Explanation> run(std::span<const int64_t> dims);

private:
  void formKernels();
  bool isInMemory(Value value) const {
    return isa<ir::InputOp, ir::LiteralOp>(value.getDefiningOp()) ||
           stored.contains(value);
  }
  bool isNeededOutside(Value result, const Kernel &own) const;
  ExplainedKernel explained(const Kernel &kernel);
  void explainStores(size_t number, std::vector<ExplainedKernel> &into);
  std::string reasonToStore(Value value, size_t own, size_t reader,
                            const ExplainedKernel &at);
  SmallVector<ir::AxisAttr> rowsOf(const Kernel &kernel) const;
  ByteCount stateOf(const Kernel &kernel, ArrayRef<ir::AxisAttr> rows);
  unsigned passesOver(ir::AxisAttr axis, const Kernel &kernel) const;
  void countPasses(Explanation &into);
  SmallVector<Location> placesOf(const Kernel &kernel) const;

  ir::FuncOp folded, formed;
  SmallVector<ir::OutputOp> outputs;
  Sizes sizes;
  Definitions definitions;
  std::vector<Kernel> kernels;
  llvm::DenseSet<Value> stored;
};
} // namespace

void fovea::numberOperations(ir::FuncOp func) {
  OpBuilder builder(func.getContext());
  int64_t number = 0;
  func.getBody().walk([&](Operation *op) {
    op->setAttr(numberName, builder.getI64IntegerAttr(number++));
  });
}

/// What the phases of the kernels were made from.
void Explainer::formKernels() {
  SmallVector<Operation *> operations;
  folded.getBody().walk([&](Operation *op) { operations.push_back(op); });
  llvm::DenseMap<Operation *, unsigned> numbers;
  for (auto kernel : formed.getBody().getOps<ir::KernelOp>()) {
    numbers[kernel] = kernels.size();
    Kernel &made = kernels.emplace_back();
    for (auto phase : kernel.getBody().getOps<ir::PhaseOp>()) {
      // The phase behind it computes the same.
      if (phase.getFewAttr())
        continue;
      Operation *root = phase.getYield().getValues()[0].getDefiningOp();
      auto number = root->getAttrOfType<IntegerAttr>(numberName);
      if (!number || root->getParentOp() != phase)
        continue;
      root = operations[number.getInt()];
      if (auto fold = dyn_cast<ir::FoldOp>(root))
        made.folds.push_back(fold);
      made.made.insert_range(root->getResults());
    }
  }
  for (auto [number, output] : llvm::enumerate(ir::outputsOf(formed))) {
    Operation *maker = output.getValue().getDefiningOp();
    while (isa<ir::RenameOp>(maker))
      maker = maker->getOperand(0).getDefiningOp();
    Kernel &kernel = kernels[numbers.at(maker)];
    kernel.outputs.push_back(number);
    // A map that only fills in this output keeps nothing for others.
    if (Value shown = outputs[number].getValue();
        !shown.getDefiningOp<ir::FoldOp>())
      kernel.made.remove(shown);
  }
  for (const Kernel &kernel : kernels)
    stored.insert(kernel.made.begin(), kernel.made.end());
  auto isKept = [&](Value value) { return isInMemory(value); };
  for (Kernel &kernel : kernels) {
    auto add = [&](Operation *op) {
      for (auto [source, places] : sourcesOf(op, isKept))
        if (!kernel.made.contains(source)) {
          // Several reads: all of it.
          auto [known, isNew] = kernel.reads.insert({source, places});
          if (!isNew && known->second != places)
            known->second = cast<ir::ArrayType>(source.getType());
        }
    };
    for (Value value : kernel.made)
      add(value.getDefiningOp());
    for (unsigned output : kernel.outputs)
      add(outputs[output]);
  }
}

bool Explainer::isNeededOutside(Value result, const Kernel &own) const {
  return llvm::any_of(kernels, [&](const Kernel &other) {
    return &other != &own && other.reads.contains(result);
  });
}

/// Axes that all accumulators of numbers have, but for scalars; of a map those
/// of its output.
SmallVector<ir::AxisAttr> Explainer::rowsOf(const Kernel &kernel) const {
  if (kernel.folds.empty()) {
    if (kernel.outputs.empty())
      return SmallVector<ir::AxisAttr>(typeOf(kernel.made.front()).getAxes());
    ir::OutputOp output = outputs[kernel.outputs.front()];
    return ir::axesOf(output.getAxes());
  }
  ir::FoldOp fold = kernel.folds.front();
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
ByteCount Explainer::stateOf(const Kernel &kernel,
                             ArrayRef<ir::AxisAttr> rows) {
  ir::SizeAttr total = ir::sizeConstant(folded->getContext(), 0);
  auto add = [&](ir::ArrayType type) {
    SmallVector<ir::AxisAttr> axes(type.getAxes());
    llvm::erase_if(axes, [&](ir::AxisAttr axis) {
      return llvm::is_contained(rows, axis);
    });
    total = ir::sizeAdd(total, Sizes::sizeOf(type.withAxes(axes)));
  };
  for (ir::FoldOp fold : kernel.folds) {
    for (BlockArgument argument : fold.getGauge().getArguments())
      add(typeOf(argument));
    ir::LiftOp lift = fold.getLift();
    for (unsigned k = 0; k < fold.getNumAccumulators(); ++k)
      if (ir::isArg(fold.getKind(k)))
        // Beside the position stands the element.
        add(fold.getAccumulatorType(k).withElement(
            typeOf(lift.getElements()[k]).getElementType()));
  }
  return sizes.bytes(total);
}

SmallVector<Location> Explainer::placesOf(const Kernel &kernel) const {
  SmallVector<Location> places;
  for (ir::FoldOp fold : kernel.folds) {
    places.push_back(fold.getLoc());
    fold.getElement().walk(
        [&](Operation *op) { places.push_back(op->getLoc()); });
  }
  llvm::SetVector<Value> work;
  for (Value value : kernel.made)
    if (!value.getDefiningOp<ir::FoldOp>())
      work.insert(value);
  for (unsigned output : kernel.outputs)
    work.insert(ir::OutputOp(outputs[output]).getValue());
  for (size_t i = 0; i < work.size(); ++i) {
    if (isInMemory(work[i]) && !kernel.made.contains(work[i]))
      continue;
    if (work[i].getDefiningOp<ir::FoldOp>())
      continue;
    places.push_back(work[i].getLoc());
    work.insert_range(work[i].getDefiningOp()->getOperands());
  }
  return places;
}

ExplainedKernel Explainer::explained(const Kernel &kernel) {
  ExplainedKernel out;
  out.folds = kernel.folds.size();
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
  llvm::SetVector<ir::AxisAttr> streamed;
  for (ir::FoldOp fold : kernel.folds) {
    streamed.insert_range(ir::axesOf(fold.getAxes()));
    for (Value result : fold.getResults()) {
      ExplainedArray array = sizes.array(result);
      out.computes.push_back(array.name);
      if (isNeededOutside(result, kernel))
        out.writes.push_back(std::move(array));
    }
    explainStep(
        fold, [&](Value result) { return isNeededOutside(result, kernel); },
        out);
  }
  for (Value value : kernel.made) {
    if (value.getDefiningOp<ir::FoldOp>())
      continue;
    ExplainedArray array = sizes.array(value);
    const std::string formula = ir::Formula().definition(value);
    out.computes.push_back(
        array.name == formula ? formula : array.name + " = " + formula);
    if (isNeededOutside(value, kernel))
      out.writes.push_back(std::move(array));
  }
  for (ir::AxisAttr axis : streamed)
    out.streamed.push_back(sizes.axis(axis, passesOver(axis, kernel)));
  out.state = stateOf(kernel, rows);
  for (unsigned number : kernel.outputs) {
    ir::OutputOp output = outputs[number];
    const Value value = output.getValue();
    const bool isInput = isa<ir::InputOp, ir::LiteralOp>(value.getDefiningOp());
    const bool isOwn = !isInMemory(value) || isInput;
    const ExplainedArray array =
        isOwn && (isInput || ir::nameOf(value.getDefiningOp()).empty())
            ? sizes.array(output)
            : sizes.array(value);
    if (isOwn)
      out.computes.push_back(array.name + " = " +
                             (isInput ? sizes.array(value).name
                                      : ir::Formula().definition(value)));
    if (llvm::none_of(out.writes, [&](const ExplainedArray &written) {
          return written.name == array.name;
        }))
      out.writes.push_back(array);
  }
  return out;
}

static std::string listed(ArrayRef<ir::AxisAttr> axes) {
  std::string out;
  for (ir::AxisAttr axis : axes)
    out += (out.empty() ? "" : ", ") + axis.getName().str();
  return out;
}

static SmallVector<ir::AxisAttr> streamedBy(ArrayRef<ir::FoldOp> folds) {
  llvm::SetVector<ir::AxisAttr> streamed;
  for (ir::FoldOp fold : folds)
    streamed.insert_range(ir::axesOf(fold.getAxes()));
  return streamed.takeVector();
}

static SmallVector<ir::AxisAttr> without(ArrayRef<ir::AxisAttr> axes,
                                         ArrayRef<ir::AxisAttr> others) {
  SmallVector<ir::AxisAttr> rest;
  llvm::copy_if(axes, std::back_inserter(rest), [&](ir::AxisAttr axis) {
    return !llvm::is_contained(others, axis);
  });
  return rest;
}

/// Why `reader`, explained `at`, does not have at hand what kernel `own` made.
std::string Explainer::reasonToStore(Value value, size_t own, size_t reader,
                                     const ExplainedKernel &at) {
  const std::string name = "kernel " + std::to_string(reader + 1);
  const ArrayRef<ir::AxisAttr> axes = typeOf(value).getAxes();
  const SmallVector<ir::AxisAttr> walked = streamedBy(kernels[reader].folds);
  SmallVector<ir::AxisAttr> rows = rowsOf(kernels[reader]);
  if (walked.empty())
    // Of several maps that which may need it.
    for (Value map : kernels[reader].made)
      if (without(axes, typeOf(map).getAxes()).empty())
        rows = llvm::to_vector(typeOf(map).getAxes());
  if (auto fold = value.getDefiningOp<ir::FoldOp>()) {
    SmallVector<ir::AxisAttr> again = ir::axesOf(fold.getAxes());
    again = without(again, without(again, walked));
    if (!again.empty() &&
        llvm::any_of(at.refusals, [](const ExplainedRefusal &refusal) {
          return refusal.kind != "stored";
        }))
      return name + " goes along " + listed(again) +
             " again and needs it finished: see what `waits` there";
  }
  if (axes.empty())
    return name + " needs it finished, at all of its places";
  // Rows of one fold may be walked along by the next one.
  llvm::SetVector<ir::AxisAttr> places(walked.begin(), walked.end());
  places.insert_range(rows);
  const bool isWithin = without(axes, places.getArrayRef()).empty();
  const Sources &sources = kernels[reader].reads;
  if (!isWithin && sources.find(value)->second != typeOf(value))
    return name + " reads it at other places than those where it is made";
  // Along what else it has it is taken by something recomputed.
  const SmallVector<ir::AxisAttr> others =
      without(isWithin ? ArrayRef(rows) : places.getArrayRef(), axes);
  if (!others.empty()) {
    int64_t times = 1;
    for (ir::AxisAttr axis : others)
      times *= sizes.extent(axis.getSize());
    return name + " needs each element for every " + listed(others) +
           ": computed there, it would be computed " + std::to_string(times) +
           " times";
  }
  if (reader > own + 1)
    return name + " could go along with it only right behind: kernel " +
           std::to_string(own + 2) + " comes in between";
  return name + " goes along " + listed(axes) +
         " in other pieces, or reads at other places than its own";
}

/// Every array between kernels has a reason.
void Explainer::explainStores(size_t number,
                              std::vector<ExplainedKernel> &into) {
  const Kernel &kernel = kernels[number];
  ExplainedKernel &out = into[number];
  int64_t made = 0;
  for (const ExplainedArray &array : out.reads)
    made += array.bytes.count;
  for (Value value : kernel.made) {
    if (!isNeededOutside(value, kernel) || hasReasonToStore(value))
      continue;
    size_t reader = 0;
    while (reader == number || !kernels[reader].reads.contains(value))
      ++reader;
    const int64_t bytes = sizes.bytes(typeOf(value)).count;
    const std::string size = bytesText(bytes) + " beside the " +
                             bytesText(made) + " that kernel " +
                             std::to_string(number + 1) + " reads";
    ExplainedStore store = {
        {sizes.array(value).name},
        reasonToStore(value, number, reader, into[reader]),
        bytes <= made ? "nothing is to be gained: it is " + size
                      : "this is the cheaper way, unless memory is short: it "
                        "is " +
                            size};
    auto same = llvm::find_if(out.stored, [&](const ExplainedStore &other) {
      return other.reason == store.reason && other.hint == store.hint;
    });
    if (same != out.stored.end())
      same->arrays.push_back(store.arrays.front());
    else
      out.stored.push_back(std::move(store));
  }
}

/// The folds over an axis, and the outputs that are computed along it.
unsigned Explainer::passesOver(ir::AxisAttr axis, const Kernel &kernel) const {
  const unsigned folds = llvm::count_if(kernel.folds, [&](ir::FoldOp fold) {
    return llvm::is_contained(ir::axesOf(fold.getAxes()), axis);
  });
  return folds + llvm::count_if(kernel.outputs, [&](unsigned output) {
           return !isInMemory(ir::OutputOp(outputs[output]).getValue()) &&
                  llvm::is_contained(
                      ir::axesOf(ir::OutputOp(outputs[output]).getAxes()),
                      axis);
         });
}

void Explainer::countPasses(Explanation &into) {
  llvm::SetVector<ir::AxisAttr> streamed;
  for (const Kernel &kernel : kernels)
    for (ir::FoldOp fold : kernel.folds)
      streamed.insert_range(ir::axesOf(fold.getAxes()));
  for (ir::AxisAttr axis : streamed) {
    unsigned passes = 0;
    for (const Kernel &kernel : kernels)
      passes += passesOver(axis, kernel);
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
    for (ir::FoldOp fold : kernel.folds) {
      auto fused = dyn_cast<FusedLoc>(fold.getLoc());
      definitions.assign(fused ? fused.getLocations()
                               : ArrayRef<Location>(fold.getLoc()),
                         number);
    }
    for (Value value : kernel.made)
      if (isNeededOutside(value, kernel))
        out.after.between += sizes.bytes(typeOf(value)).count;
    for (unsigned output : kernel.outputs)
      definitions.assignOutput(output, number);
  }
  for (size_t number = 0; number < kernels.size(); ++number)
    explainStores(number, out.kernels);
  countPasses(out);
  out.before = definitions.traffic();
  out.definitions = definitions.take();
  if (sizes.fault.failed())
    return sizes.fault;
  return out;
}

Expected<Explanation> fovea::explain(ir::FuncOp written, ir::FuncOp folded,
                                     ir::FuncOp formed,
                                     std::span<const int64_t> dims) {
  return Explainer(written, folded, formed, dims).run(dims);
}
