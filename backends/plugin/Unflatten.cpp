//===- Unflatten.cpp - a cluster as a function ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Unflatten.h"

#include "backends/plugin/Opcodes.h"
#include "backends/plugin/States.h"
#include "ir/Size.h"
#include "ir/TypeOf.h"
#include "runtime/DType.h"
#include "runtime/Tensor.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

#include <set>

using namespace mlir;
using namespace fovea;
using namespace fovea::plugin;

Location plugin::locationOf(uint32_t op, MLIRContext &context) {
  return FileLineColRange::get(StringAttr::get(&context, "op"), op + 1, 1);
}

namespace {
class Unflattener {
public:
  Unflattener(const Cluster &cluster, MLIRContext &context)
      : c(cluster), context(context), b(&context),
        nowhere(UnknownLoc::get(&context)) {}

  OwningOpRef<ModuleOp> run() {
    OwningOpRef<ModuleOp> module = ModuleOp::create(nowhere);
    readSizes();
    b.setInsertionPointToEnd(module->getBody());
    SmallVector<StringRef> dims;
    for (const fovea_dim &dim : c.dims)
      dims.push_back(c.string(dim.name));
    auto func = ir::FuncOp::create(b, nowhere, "cluster",
                                   b.getStrArrayAttr(dims), b.getArrayAttr({}));
    b.setInsertionPointToEnd(&func.getBody().emplaceBlock());

    Scope top;
    for (auto [number, port] : llvm::enumerate(c.inputs)) {
      SmallVector<ir::AxisAttr> list = axesOf(port.axes);
      inputs.push_back(ir::InputOp::create(
          b, nowhere, ir::ArrayType::get(elementOf(port.dtype), list),
          b.getStringAttr("in" + std::to_string(number)),
          ir::axisArray(&context, list)));
    }
    for (uint32_t number = 0; number < c.ops.size(); ++number) {
      uses.push_back(usesOf(c, c.ops[number], uses));
      if (uses.back().empty())
        emit(number, top);
    }
    for (auto [number, port] : llvm::enumerate(c.outputs))
      ir::OutputOp::create(b, nowhere,
                           b.getStringAttr("out" + std::to_string(number)),
                           top.values.lookup(port.op),
                           ir::axisArray(&context, axesOf(port.axes)));
    return module;
  }

private:
  /// Where values are made: the function, or a region of a fold.
  struct Scope {
    const Scope *around = nullptr;
    llvm::DenseMap<uint32_t, Value> values;
    llvm::DenseMap<uint32_t, ir::FoldOp> folds;

    Value operator[](uint32_t op) const {
      Value value = values.lookup(op);
      return value || !around ? value : (*around)[op];
    }
  };

  void readSizes() {
    for (const fovea_size &size : c.sizes) {
      auto of = [&](uint32_t number) { return sizes[number]; };
      switch (size.kind) {
      case FOVEA_SIZE_CONSTANT:
        sizes.push_back(ir::sizeConstant(&context, size.value));
        break;
      case FOVEA_SIZE_DIM:
        sizes.push_back(ir::sizeDim(&context, c.string(c.dims[size.a].name)));
        break;
      case FOVEA_SIZE_ADD:
        sizes.push_back(ir::sizeAdd(of(size.a), of(size.b)));
        break;
      case FOVEA_SIZE_MUL:
        sizes.push_back(ir::sizeMul(of(size.a), of(size.b)));
        break;
      case FOVEA_SIZE_FLOORDIV:
        sizes.push_back(ir::sizeFloorDiv(of(size.a), of(size.b)));
        break;
      default:
        sizes.push_back(ir::sizeMod(of(size.a), of(size.b)));
      }
    }
  }
  SmallVector<ir::AxisAttr> axesOf(fovea_list list) {
    SmallVector<ir::AxisAttr> out;
    for (uint32_t axis : c.list(list))
      out.push_back(ir::AxisAttr::get(
          &context, b.getStringAttr(c.string(c.axes[axis].name)),
          sizes[c.axes[axis].size]));
    return out;
  }
  ArrayAttr axisArray(fovea_list list) {
    return ir::axisArray(&context, axesOf(list));
  }
  Type elementOf(fovea_dtype dtype) {
    switch (dtype) {
    case FOVEA_BOOL:
      return b.getI1Type();
    case FOVEA_I32:
      return b.getI32Type();
    case FOVEA_I64:
      return b.getI64Type();
    case FOVEA_F16:
      return b.getF16Type();
    case FOVEA_BF16:
      return b.getBF16Type();
    case FOVEA_F32:
      return b.getF32Type();
    default:
      return b.getF64Type();
    }
  }
  ir::ArrayType typeOf(const fovea_op &op) {
    return ir::ArrayType::get(elementOf(op.dtype), axesOf(op.axes));
  }

  TypedAttr constant(fovea_dtype dtype, double number, int64_t integer) {
    Type type = elementOf(dtype);
    if (isa<FloatType>(type))
      return b.getFloatAttr(type, number);
    if (type.isInteger(1))
      return b.getBoolAttr(integer != 0);
    return b.getIntegerAttr(type, integer);
  }
  ElementsAttr literal(const fovea_op &op) {
    SmallVector<int64_t> shape;
    for (ir::AxisAttr axis : axesOf(op.over))
      shape.push_back(*axis.getSize().getConstant());
    const DType dtype = *dtypeFromC(op.dtype);
    const char *at =
        reinterpret_cast<const char *>(c.bytes.data()) + op.integer;
    SmallVector<Attribute> values;
    auto type = RankedTensorType::get(shape, elementOf(op.dtype));
    for (int64_t i = 0; i < type.getNumElements(); ++i, at += sizeOf(dtype))
      values.push_back(
          constant(op.dtype, loadAsDouble(dtype, at), loadAsInt(dtype, at)));
    return DenseElementsAttr::get(type, values);
  }

  /// Makes the value of an op whose operands are there.
  void emit(uint32_t number, Scope &scope) {
    const fovea_op &op = c.ops[number];
    SmallVector<Value> operands;
    for (uint32_t operand : c.list(op.operands))
      operands.push_back(scope[operand]);
    const Location loc = locationOf(number, context);
    if (op.opcode == FOVEA_OP_FOLD) {
      ir::FoldOp &fold = scope.folds[op.selector];
      if (!fold)
        fold = makeFold(op.selector, loc, scope);
      scope.values[number] = fold.getResult(static_cast<unsigned>(op.integer));
      return;
    }
    scope.values[number] = make(op, operands, loc);
  }

  Value make(const fovea_op &op, ValueRange operands, Location loc) {
    const ir::ArrayType type = typeOf(op);
    if (const PlainOpcode *plain = plainOpcode(op.opcode))
      return b
          .create(loc, b.getStringAttr("fovea." + std::string(plain->name)),
                  operands, type)
          ->getResult(0);
    switch (op.opcode) {
    case FOVEA_OP_INPUT:
      return inputs[op.selector];
    case FOVEA_OP_CONSTANT:
      return ir::ConstantOp::create(b, loc, type,
                                    constant(op.dtype, op.number, op.integer));
    case FOVEA_OP_LITERAL:
      return ir::LiteralOp::create(b, loc, type, literal(op),
                                   axisArray(op.over));
    case FOVEA_OP_SIZE:
      return ir::SizeOp::create(b, loc, type, sizes[op.selector]);
    case FOVEA_OP_INDEX:
      return ir::IndexOp::create(b, loc, type, axesOf(op.over).front());
    case FOVEA_OP_AT:
      return ir::AtOp::create(b, loc, type, operands.front(),
                              operands.drop_front(), axisArray(op.over),
                              b.getStringAttr(c.string(op.name)));
    case FOVEA_OP_REDUCE:
      return ir::ReduceOp::create(
          b, loc, type, static_cast<ir::ReduceKind>(op.selector),
          operands.front(), operands.size() > 1 ? operands[1] : Value(),
          axisArray(op.over));
    case FOVEA_OP_SELECT:
      return ir::SelectOp::create(b, loc, type, operands[0], operands[1],
                                  operands[2],
                                  static_cast<ir::HardKind>(op.selector));
    case FOVEA_OP_COMPARE:
      return ir::CompareOp::create(b, loc, type,
                                   static_cast<ir::Predicate>(op.selector),
                                   operands[0], operands[1]);
    case FOVEA_OP_CAST:
      return ir::CastOp::create(b, loc, type, operands[0]);
    case FOVEA_OP_FOLD_KEY:
      return ir::FoldKeyOp::create(b, loc, type, operands[0], operands[1]);
    default:
      assert(op.opcode == FOVEA_OP_RANDOM && "all opcodes are listed");
      return ir::RandomOp::create(b, loc, type,
                                  static_cast<ir::Distribution>(op.selector),
                                  operands[0], operands[1]);
    }
  }

  /// What is inside of the regions is made there; all else is made already.
  ir::FoldOp makeFold(uint32_t number, Location loc, const Scope &around) {
    const fovea_fold &fold = c.folds[number];
    SmallVector<Type> results;
    for (uint32_t root : c.list(fold.results))
      results.push_back(typeOf(c.ops[root]));
    // A result may have more axes than it varies along.
    for (const fovea_op &op : c.ops)
      if (op.opcode == FOVEA_OP_FOLD && op.selector == number)
        results[op.integer] = typeOf(op);
    SmallVector<int32_t> after;
    SmallVector<Type> accumulators, gauges;
    for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
      const fovea_accumulator &a = c.accumulators[fold.accumulators.first + k];
      const bool isPosition = a.join == FOVEA_ARGMAX || a.join == FOVEA_ARGMIN;
      accumulators.push_back(ir::ArrayType::get(
          isPosition ? b.getI64Type() : elementOf(a.dtype), axesOf(a.axes)));
    }
    for (uint32_t q = 0; q < fold.gauges.count; ++q) {
      const fovea_gauge &gauge = c.gauges[fold.gauges.first + q];
      after.push_back(static_cast<int32_t>(gauge.after));
      gauges.push_back(
          ir::ArrayType::get(elementOf(gauge.dtype), axesOf(gauge.axes)));
    }
    auto op = ir::FoldOp::create(b, loc, results, axisArray(fold.axes), after);
    OpBuilder::InsertionGuard guard(b);

    struct Part {
      fovea_opcode accumulator, gauge, newGauge;
      Region &region;
    };
    const Part parts[] = {
        {0, FOVEA_OP_GAUGE, 0, op.getElement()},
        {FOVEA_OP_ACCUMULATOR, FOVEA_OP_GAUGE, 0, op.getGauge()},
        {FOVEA_OP_OLD_ACCUMULATOR, FOVEA_OP_OLD_GAUGE, FOVEA_OP_GAUGE,
         op.getRepair()},
        {FOVEA_OP_ACCUMULATOR, FOVEA_OP_GAUGE, 0, op.getFinish()}};
    std::vector<uint32_t> roots[4];
    for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
      const fovea_accumulator &a = c.accumulators[fold.accumulators.first + k];
      roots[0].push_back(a.element);
      if (a.guard != FOVEA_NONE)
        roots[0].push_back(a.guard);
      roots[2].push_back(a.repair);
    }
    for (uint32_t q = 0; q < fold.gauges.count; ++q)
      roots[1].push_back(c.gauges[fold.gauges.first + q].value);
    llvm::append_range(roots[3], c.list(fold.results));

    for (auto [i, part] : llvm::enumerate(parts)) {
      Block &block = part.region.emplaceBlock();
      b.setInsertionPointToEnd(&block);
      Scope scope;
      scope.around = &around;
      std::map<StateUse, Value> state;
      auto take = [&](fovea_opcode opcode, ArrayRef<Type> types) {
        for (unsigned k = 0; opcode && k < types.size(); ++k)
          state[{number, opcode, k}] = block.addArgument(types[k], loc);
      };
      take(part.accumulator, accumulators);
      take(part.gauge, gauges);
      take(part.newGauge, gauges);
      fill(number, roots[i], state, scope);
      finish(fold, i, roots[i], scope, loc);
    }
    return op;
  }

  /// Emits what the roots need of this fold's state.
  void fill(uint32_t fold, ArrayRef<uint32_t> roots,
            const std::map<StateUse, Value> &state, Scope &scope) {
    std::set<uint32_t> inside;
    std::vector<uint32_t> work(roots.begin(), roots.end());
    while (!work.empty()) {
      const uint32_t next = work.back();
      work.pop_back();
      const bool usesFold = llvm::any_of(
          uses[next], [&](const StateUse &use) { return use.fold == fold; });
      if (!usesFold || !inside.insert(next).second)
        continue;
      const fovea_op &op = c.ops[next];
      llvm::append_range(work, c.list(op.operands));
      if (op.opcode == FOVEA_OP_FOLD)
        llvm::append_range(work, rootsOf(c, c.folds[op.selector]));
    }
    for (uint32_t number : inside) {
      const fovea_op &op = c.ops[number];
      auto part = state.find({op.selector, op.opcode, op.integer});
      const bool isOwn = op.opcode >= FOVEA_OP_ACCUMULATOR &&
                         op.opcode <= FOVEA_OP_OLD_GAUGE && op.selector == fold;
      if (isOwn)
        scope.values[number] = part->second;
      else if (isReady(op, scope))
        emit(number, scope);
    }
  }
  /// An op inside of a fold within this one is made there.
  bool isReady(const fovea_op &op, const Scope &scope) const {
    const bool isState =
        op.opcode >= FOVEA_OP_ACCUMULATOR && op.opcode <= FOVEA_OP_OLD_GAUGE;
    return !isState && llvm::all_of(c.list(op.operands), [&](uint32_t operand) {
      return scope[operand] != nullptr;
    });
  }

  void finish(const fovea_fold &fold, size_t part, ArrayRef<uint32_t> roots,
              const Scope &scope, Location loc) {
    SmallVector<Value> values;
    if (part != 0) {
      for (uint32_t root : roots)
        values.push_back(scope[root]);
      ir::YieldOp::create(b, loc, values);
      return;
    }
    SmallVector<int32_t> kinds;
    SmallVector<bool> guarded;
    SmallVector<Value> guards;
    for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
      const fovea_accumulator &a = c.accumulators[fold.accumulators.first + k];
      kinds.push_back(static_cast<int32_t>(a.join));
      values.push_back(scope[a.element]);
      guarded.push_back(a.guard != FOVEA_NONE);
      if (guarded.back())
        guards.push_back(scope[a.guard]);
    }
    ir::LiftOp::create(b, loc, kinds, values, guards, guarded);
  }

  const Cluster &c;
  MLIRContext &context;
  OpBuilder b;
  Location nowhere;
  std::vector<ir::SizeAttr> sizes;
  SmallVector<Value> inputs;
  std::vector<StateUses> uses;
};
} // namespace

Expected<OwningOpRef<ModuleOp>> plugin::unflatten(const Cluster &cluster,
                                                  MLIRContext &context) {
  OwningOpRef<ModuleOp> module = Unflattener(cluster, context).run();
  std::string text;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    text += (text.empty() ? "" : "; ") + diagnostic.str();
    return success();
  });
  if (failed(verify(*module)))
    return Status::error(StatusCode::Internal,
                         "a cluster does not verify: " + text);
  return module;
}
