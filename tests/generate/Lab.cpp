//===- Lab.cpp - runs generated programs ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Lab.h"

#include "backends/cpu/CpuBackend.h"
#include "backends/reference/ReferenceBackend.h"
#include "frontend/Program.h"
#include "ir/TypeOf.h"
#include "passes/Pipelines.h"
#include "passes/derive/Reasons.h"
#include "tests/generate/Relaxed.h"

#include "mlir/Pass/PassManager.h"

#include <cmath>
#include <limits>

using namespace fovea;
using namespace fovea::generate;

struct Lab::Impl {
  std::unique_ptr<Backend> reference, tested;
  /// The backend under test gets what the passes make, not the formula.
  bool fuses = false;
  std::shared_ptr<mlir::MLIRContext> context;
};

Lab::Lab(std::unique_ptr<Impl> impl) : impl(std::move(impl)) { refresh(); }
Lab::~Lab() = default;

Expected<std::unique_ptr<Lab>> Lab::make(Tested tested, uint64_t seed) {
  Expected<std::unique_ptr<Backend>> reference = createReferenceBackend();
  if (!reference)
    return reference.status();
  using Joining = FoldSchedule::Joining;
  Expected<std::unique_ptr<Backend>> other =
      tested == Tested::Cpu
          ? createCpuBackend()
          : createReferenceBackend(
                {.folds = {cutAtRandom(seed), tested == Tested::FoldsByStep
                                                  ? Joining::Step
                                                  : Joining::Combine}});
  if (!other)
    return other.status();
  auto impl = std::make_unique<Impl>();
  impl->reference = *std::move(reference);
  impl->tested = *std::move(other);
  impl->fuses = tested != Tested::Cpu;
  return std::unique_ptr<Lab>(new Lab(std::move(impl)));
}

void Lab::refresh() {
  impl->context = std::make_shared<mlir::MLIRContext>(
      mlir::MLIRContext::Threading::DISABLED);
  impl->context->loadDialect<ir::FoveaDialect>();
}

Expected<mlir::OwningOpRef<mlir::ModuleOp>>
Lab::instantiate(const std::string &text, const Function &entry,
                 const std::vector<Tensor> &inputs) {
  Diagnostics diagnostics;
  auto program = Program::fromText("generated.fov", text, diagnostics);
  Instance instance{entry.name, {}, {}};
  for (size_t i = 0; i < entry.params.size(); ++i)
    instance.inputs.push_back(
        {entry.params[i].name, std::string(name(inputs[i].dtype())),
         static_cast<unsigned>(entry.params[i].shape.size())});
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (program && !diagnostics.hasErrors())
    module = program->instantiate(instance, *impl->context, diagnostics);
  if (!module)
    return Status::error(StatusCode::InvalidProgram, diagnostics.render());
  return module;
}

Status Lab::fuse(mlir::ModuleOp module) {
  mlir::PassManager manager(impl->context.get());
  buildOptimizePipeline(manager);
  buildFusePipeline(manager);
  if (mlir::succeeded(manager.run(module)))
    return Status::ok();
  return Status::error(StatusCode::Internal, "a pass failed");
}

Expected<Compiled> Lab::compile(mlir::ModuleOp module, Backend &backend) {
  auto exe = backend.compile(*module.getOps<ir::FuncOp>().begin());
  if (!exe)
    return exe.status();
  std::shared_ptr<Executable> shared = *std::move(exe);
  return Compiled(
      [shared, context = impl->context](const std::vector<Tensor> &in) mutable {
        return shared->run(in);
      });
}

Expected<Compiled> Lab::compile(const std::string &text, const Function &entry,
                                const std::vector<Tensor> &inputs,
                                bool oracle) {
  auto module = instantiate(text, entry, inputs);
  if (!module)
    return module.status();
  if (!oracle && impl->fuses)
    if (Status status = fuse(module->get()); status.failed())
      return status;
  return compile(module->get(), oracle ? *impl->reference : *impl->tested);
}

std::vector<Compiled>
Lab::compileReductions(const std::string &text, const Function &entry,
                       const std::vector<Tensor> &inputs) {
  std::vector<Compiled> all;
  for (size_t i = 0;; ++i) {
    auto module = instantiate(text, entry, inputs);
    if (!module)
      return all;
    auto func = *module->get().getOps<ir::FuncOp>().begin();
    auto reductions = llvm::to_vector(func.getBody().getOps<ir::ReduceOp>());
    if (i == reductions.size())
      return all;
    for (ir::OutputOp output : ir::outputsOf(func))
      output.erase();
    mlir::OpBuilder b = mlir::OpBuilder::atBlockEnd(&func.getBody().front());
    ir::ReduceOp reduce = reductions[i];
    ir::OutputOp::create(
        b, reduce.getLoc(), "reduction", reduce.getResult(),
        ir::axisArray(b.getContext(), reduce.getType().getAxes()));
    if (auto exe = compile(module->get(), *impl->reference))
      all.push_back(*std::move(exe));
  }
}

namespace {
struct Dependency {
  /// A reduction, or what is made of one.
  mlir::Value value;
  /// Whether something is divided by it.
  bool divides;
};
} // namespace

/// The float ones that an element of `reduce` is made of at its own place.
static std::vector<Dependency> dependenciesOf(ir::ReduceOp reduce) {
  llvm::SetVector<std::pair<mlir::Value, unsigned>> work;
  work.insert({reduce.getOperand(), 0});
  std::vector<Dependency> found;
  for (size_t i = 0; i < work.size(); ++i) {
    const auto [value, divides] = work[i];
    mlir::Operation *op = value.getDefiningOp();
    const bool isWithin =
        llvm::all_of(ir::typeOf(value).getAxes(), [&](auto axis) {
          return reduce.getType().hasAxis(axis.getName());
        });
    if (isWithin && isOfReduction(value) && ir::typeOf(value).isFloat())
      found.push_back({value, divides != 0});
    if (mlir::isa<ir::ElementwiseOpInterface, ir::RenameOp>(op))
      for (mlir::OpOperand &operand : op->getOpOperands())
        work.insert({operand.get(), divides || (mlir::isa<ir::DivOp>(op) &&
                                                operand.getOperandNumber())});
  }
  return found;
}

/// Whether some choice with a hard branch is made of another such choice: the
/// algebra sees the outer one as a condition only.
static bool hasNestedMasks(mlir::Value value) {
  llvm::SetVector<std::pair<mlir::Value, unsigned>> work;
  work.insert({value, 0});
  for (size_t i = 0; i < work.size(); ++i) {
    auto [next, isInside] = work[i];
    mlir::Operation *op = next.getDefiningOp();
    if (!mlir::isa<ir::ElementwiseOpInterface, ir::RenameOp, ir::AtOp>(op))
      continue;
    auto select = mlir::dyn_cast<ir::SelectOp>(op);
    const bool isHard = select && select.getHard() != ir::HardKind::None;
    if (isHard && isInside)
      return true;
    // A condition's own masks are not among them, and a mask that is a branch
    // becomes one of the choice.
    for (mlir::Value operand : op->getOperands().drop_front(select ? 1 : 0)) {
      auto branch = operand.getDefiningOp<ir::SelectOp>();
      const bool isHoisted = select && !isHard && branch;
      work.insert({operand, isInside || (select && !isHoisted)});
    }
  }
  return false;
}

/// Infinities of both signs, in a pattern over the places of `like`.
static mlir::Value infinitiesFor(mlir::OpBuilder &b, mlir::Value like,
                                 unsigned pattern) {
  const ir::ArrayType type = ir::typeOf(like);
  mlir::Location loc = like.getLoc();
  mlir::Value phase = numberLike(b, like, 1.7 * pattern);
  double frequency = 1.1 + 0.37 * pattern;
  for (ir::AxisAttr axis : type.getAxes()) {
    mlir::Value index = ir::IndexOp::create(
        b, loc,
        ir::ArrayType::get(b.getI64Type(), llvm::ArrayRef<ir::AxisAttr>(axis)),
        axis);
    index = ir::CastOp::create(
        b, loc, ir::typeOf(index).withElement(type.getElementType()), index);
    phase = ir::AddOp::create(
        b, loc, phase,
        ir::MulOp::create(b, loc, index, numberLike(b, like, frequency)));
    frequency = frequency * 1.61 + 0.3;
  }
  const double infinity = std::numeric_limits<double>::infinity();
  return ir::SelectOp::create(
      b, loc,
      ir::CompareOp::create(b, loc, ir::Predicate::Lt,
                            ir::SinOp::create(b, loc, phase),
                            numberLike(b, like, 0)),
      numberLike(b, like, -infinity), numberLike(b, like, infinity),
      ir::HardKind::None);
}

Expected<Compiled> Lab::compileUndefined(const std::string &text,
                                         const Function &entry,
                                         const std::vector<Tensor> &inputs,
                                         const Undefined &instead) {
  const auto [undefined, all, only, pattern] = instead;
  const bool isNaN = std::isnan(undefined);
  auto module = instantiate(text, entry, inputs);
  if (!module)
    return module.status();
  auto func = *module->get().getOps<ir::FuncOp>().begin();
  mlir::OpBuilder b(func.getContext());
  auto reductions = llvm::to_vector(func.getBody().getOps<ir::ReduceOp>());
  if (only && *only >= reductions.size())
    return Status::error(StatusCode::InvalidArgument, "no such reduction");
  llvm::DenseMap<mlir::Value, mlir::Value> replaced;
  std::vector<std::vector<Dependency>> dependencies;
  for (ir::ReduceOp reduce : reductions)
    dependencies.push_back(dependenciesOf(reduce));
  for (auto [reduce, others] : llvm::zip_equal(reductions, dependencies)) {
    mlir::Type element = reduce.getType().getElementType();
    if (!mlir::isa<mlir::FloatType>(element) ||
        (others.empty() && !(isNaN && all)) ||
        (only && reduce != reductions[*only]))
      continue;
    b.setInsertionPointAfter(reduce);
    mlir::Location loc = reduce.getLoc();
    auto number = [&](double value) -> mlir::Value {
      return ir::ConstantOp::create(
          b, loc, ir::ArrayType::get(element, llvm::ArrayRef<ir::AxisAttr>()),
          b.getFloatAttr(element, value));
    };
    mlir::Value result = reduce.getResult();
    llvm::SmallPtrSet<mlir::Operation *, 8> made;
    auto make = [&](mlir::Value value) {
      made.insert(value.getDefiningOp());
      return value;
    };
    mlir::Value now = result;
    if (all || !isNaN) {
      mlir::Value size = make(ir::AbsOp::create(b, loc, result));
      mlir::Value stays = make(ir::CompareOp::create(
          b, loc, all ? ir::Predicate::Lt : ir::Predicate::Le, size,
          number(std::numeric_limits<double>::infinity())));
      mlir::Value other = number(undefined);
      if (pattern > 0)
        other = make(infinitiesFor(b, result, pattern));
      now = make(ir::SelectOp::create(b, loc, stays, result, other,
                                      ir::HardKind::None));
    }
    // A sum that visits nothing is 0, whatever it depends on: then the products
    // of its elements and NaN are hard 0s.
    mlir::Value isEmpty;
    if (reduce.getKind() == ir::ReduceKind::Sum &&
        !hasNestedMasks(reduce.getOperand())) {
      mlir::Value product = make(
          ir::MulOp::create(b, loc, reduce.getOperand(),
                            number(std::numeric_limits<double>::quiet_NaN())));
      mlir::Value sum = make(
          ir::ReduceOp::create(b, loc, reduce.getType(), reduce.getKind(),
                               product, reduce.getGuard(), reduce.getAxes()));
      isEmpty = make(
          ir::CompareOp::create(b, loc, ir::Predicate::Eq, sum, number(0)));
    }
    for (auto [other, divides] : others) {
      if (!isNaN)
        continue;
      mlir::Value gauge = replaced.lookup_or(other, other);
      if (const ir::ArrayType type = ir::typeOf(gauge);
          type.getElementType() != element)
        gauge =
            make(ir::CastOp::create(b, loc, type.withElement(element), gauge));
      // x - x is NaN where x is not finite, else 0.
      mlir::Value more = make(ir::SubOp::create(b, loc, gauge, gauge));
      if (divides) {
        mlir::Value inverse = make(ir::DivOp::create(b, loc, number(1), gauge));
        more = make(ir::AddOp::create(
            b, loc, more, make(ir::SubOp::create(b, loc, inverse, inverse))));
      }
      if (isEmpty)
        more = make(ir::SelectOp::create(b, loc, isEmpty, number(0), more,
                                         ir::HardKind::None));
      now = make(ir::AddOp::create(b, loc, now, more));
    }
    replaced[result] = now;
    result.replaceUsesWithIf(now, [&](mlir::OpOperand &use) {
      return !made.contains(use.getOwner());
    });
  }
  return compile(module->get(), *impl->reference);
}

Expected<Compiled>
Lab::compileChanged(const std::string &text, const Function &entry,
                    const std::vector<Tensor> &inputs,
                    llvm::function_ref<void(ir::FuncOp)> change) {
  auto module = instantiate(text, entry, inputs);
  if (!module)
    return module.status();
  change(*module->get().getOps<ir::FuncOp>().begin());
  return compile(module->get(), *impl->reference);
}

Expected<Compiled> Lab::compileRelaxed(const std::string &text,
                                       const Function &entry,
                                       const std::vector<Tensor> &inputs,
                                       Relaxed relaxed, bool isSingle) {
  return compileChanged(text, entry, inputs, [&](ir::FuncOp func) {
    relax(func, relaxed, isSingle);
  });
}

Expected<Compiled> Lab::compileTracker(const std::string &text,
                                       const Function &entry,
                                       const std::vector<Tensor> &inputs) {
  return compileChanged(text, entry, inputs, trackUndefined);
}

Expected<Lab::Folds> Lab::countFolds(const std::string &text,
                                     const Function &entry,
                                     const std::vector<Tensor> &inputs) {
  auto module = instantiate(text, entry, inputs);
  if (!module)
    return module.status();
  if (Status status = fuse(module->get()); status.failed())
    return status;
  Folds folds;
  module->get().walk([&](ir::FoldOp fold) {
    mlir::Operation *lift = fold.getElement().front().getTerminator();
    const bool hasGauge =
        fold.getGauge().front().getTerminator()->getNumOperands() > 0;
    const auto parts = mlir::cast<ir::LiftOp>(lift).getKinds().size();
    folds.fused += parts > 1 || hasGauge;
    auto waits = fold->getAttrOfType<mlir::ArrayAttr>(derive::waitsName);
    if (!waits)
      return;
    for (auto wait : waits.getAsRange<mlir::DictionaryAttr>())
      folds.refused += wait.getAs<mlir::StringAttr>("kind") != "stored";
  });
  return folds;
}
