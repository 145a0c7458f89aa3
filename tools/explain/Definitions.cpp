//===- Definitions.cpp - the formula as a graph ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/explain/Definitions.h"

#include "ir/Formula.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::explaining;

Definitions::Definitions(ir::FuncOp written, Sizes &sizes) : written(written) {
  llvm::DenseMap<Value, ir::OutputOp> results;
  for (ir::OutputOp output : ir::outputsOf(written))
    results.try_emplace(output.getValue(), output);
  auto isStored = [&](Value value) { return numbers.contains(value); };
  for (Operation &op : written.getBody().front()) {
    if (op.getNumResults() != 1 || isa<ir::ConstantOp, ir::SizeOp>(op))
      continue;
    const Value value = op.getResult(0);
    const bool isInput = isa<ir::InputOp, ir::LiteralOp>(op);
    const StringRef name = ir::nameOf(&op);
    const bool isResult = results.contains(value);
    if (!isInput && !isResult && name.empty() && !isa<ir::ReduceOp>(op))
      continue;
    ExplainedDefinition made;
    made.array = isResult && name.empty() && !isInput
                     ? sizes.array(results[value])
                     : sizes.array(value);
    made.formula = isInput ? "" : ir::Formula().definition(value);
    made.isInput = isInput;
    made.isResult = isResult;
    for (auto [source, places] : sourcesOf(&op, isStored)) {
      made.sources.push_back(numbers[source]);
      made.bytesRead += sizes.read(source, places).bytes.count;
    }
    numbers[value] = list.size();
    list.push_back(std::move(made));
  }
}

void Definitions::assign(ArrayRef<Location> places, unsigned number) {
  for (auto reduce : written.getBody().getOps<ir::ReduceOp>())
    if (llvm::is_contained(places, ir::placeIn(reduce.getLoc()))) {
      roots.push_back({reduce.getResult(), number});
      kept.insert(reduce.getResult());
    }
}

void Definitions::assignOutput(unsigned output, unsigned number) {
  roots.push_back({ir::outputsOf(written)[output].getValue(), number});
}

void Definitions::claim(Value root, unsigned number) {
  llvm::SetVector<Value> work;
  work.insert(root);
  for (size_t i = 0; i < work.size(); ++i) {
    const Value next = work[i];
    if (i != 0 && kept.contains(next))
      continue;
    if (auto found = numbers.find(next); found != numbers.end())
      if (std::vector<unsigned> &kernels = list[found->second].kernels;
          !list[found->second].isInput && !llvm::is_contained(kernels, number))
        kernels.push_back(number);
    work.insert_range(next.getDefiningOp()->getOperands());
  }
}

std::vector<ExplainedDefinition> Definitions::take() {
  for (auto [root, number] : roots)
    // An output may be a kept reduction of another kernel as it is.
    if (!kept.contains(root) || list[numbers[root]].kernels.empty())
      claim(root, number);
  return std::move(list);
}

MemoryTraffic Definitions::traffic() const {
  MemoryTraffic traffic;
  for (const ExplainedDefinition &definition : list) {
    if (definition.isInput)
      continue;
    traffic.written += definition.array.bytes.count;
    if (!definition.isResult)
      traffic.between += definition.array.bytes.count;
    traffic.read += definition.bytesRead;
  }
  return traffic;
}
