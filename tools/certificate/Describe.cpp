//===- Describe.cpp - a fold as text --------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Describe.h"

#include "ir/Formula.h"

#include <set>

using namespace mlir;
using namespace fovea;
using namespace fovea::certificate;

/// The lines behind a location, each once.
static void collectLines(Location location, std::set<std::string> &lines) {
  location->walk([&](Location inner) {
    if (auto range = dyn_cast<FileLineColRange>(inner))
      lines.insert(range.getFilename().str() + ":" +
                   std::to_string(range.getStartLine()) + ":" +
                   std::to_string(range.getStartColumn()));
    return WalkResult::advance();
  });
}

static std::string linesOf(Operation *op) {
  std::set<std::string> lines;
  collectLines(op->getLoc(), lines);
  std::string text;
  for (const std::string &line : lines)
    text += (text.empty() ? "" : ", ") + line;
  return text;
}

static std::string part(char kind, size_t number, const char *mark = "") {
  return kind + std::to_string(number) + mark;
}

namespace {
/// Writes the regions of one fold.
class Describer {
public:
  Describer(ir::FoldOp fold, FirstNumbers first)
      : fold(fold), count(fold.getNumAccumulators()),
        gauges(fold.getNumGauges()), first(first) {
    name(fold.getElement(), 0, 'G', gauges);
    for (Region *region :
         {&fold.getGauge(), &fold.getRepair(), &fold.getFinish()}) {
      name(*region, 0, 'S', count);
      name(*region, count, 'G', gauges);
    }
    name(fold.getRepair(), count + gauges, 'G', gauges, "'");
  }

  FoldCertificate describe() {
    FoldCertificate out;
    out.location = linesOf(fold);
    ir::LiftOp lift = fold.getLift();
    for (unsigned k = 0; k < count; ++k)
      out.accumulators.push_back(
          part('S', first.state + k) + " = " +
          formula.reduction(fold.getKind(k), fold.getAxes(),
                            lift.getElements()[k], lift.getGuard(k)));
    for (auto [q, value] : llvm::enumerate(yielded(fold.getGauge())))
      out.gauges.push_back(part('G', first.gauge + q) + " = " +
                           formula.text(value));
    for (auto [k, value] : llvm::enumerate(yielded(fold.getRepair())))
      if (value != fold.getRepair().getArgument(k))
        out.repairs.push_back(part('S', first.state + k, "'") + " = " +
                              moved(k, value));
    for (auto [r, value] : llvm::enumerate(yielded(fold.getFinish())))
      out.results.push_back(part('R', first.result + r) + " = " +
                            formula.text(value));
    return out;
  }

private:
  static OperandRange yielded(Region &region) {
    return region.front().getTerminator()->getOperands();
  }
  void name(Region &region, unsigned begin, char kind, unsigned number,
            const char *mark = "") {
    for (unsigned i = 0; i < number; ++i)
      formula.name(
          region.getArgument(begin + i),
          part(kind, (kind == 'S' ? first.state : first.gauge) + i, mark));
  }
  /// A repair; that what saw nothing is left alone reads better behind it.
  std::string moved(unsigned k, Value value) {
    auto select = value.getDefiningOp<ir::SelectOp>();
    if (!select || !select.getOnTrue().getDefiningOp<ir::ConstantOp>())
      return formula.text(value);
    return formula.text(select.getOnFalse()) + ", but " +
           formula.text(select.getOnTrue()) + " where " +
           formula.text(select.getCondition());
  }

  ir::FoldOp fold;
  const unsigned count, gauges;
  const FirstNumbers first;
  ir::Formula formula;
};
} // namespace

FoldCertificate certificate::described(ir::FoldOp fold, FirstNumbers first) {
  return Describer(fold, first).describe();
}
