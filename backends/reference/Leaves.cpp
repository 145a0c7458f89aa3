//===- Leaves.cpp - inputs, constants, literals and sizes -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/SizeExpr.h"
#include "backends/reference/NodeBuilder.h"
#include "runtime/Half.h"

#include "llvm/ADT/TypeSwitch.h"
#include <cstring>
#include <xtensor/xarray.hpp>

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

/// The stored number as an element.
template <DType dtype> static Element load(const void *address) {
  auto read = [&]<class T>(T value) {
    std::memcpy(&value, address, sizeof(T));
    return value;
  };
  if constexpr (dtype == DType::Bool)
    return element(read(uint8_t()) != 0);
  else if constexpr (dtype == DType::I32)
    return element(read(int32_t()));
  else if constexpr (dtype == DType::I64)
    return element(read(int64_t()));
  else if constexpr (dtype == DType::F16)
    return element(f16ToDouble(read(uint16_t())));
  else if constexpr (dtype == DType::BF16)
    return element(bf16ToDouble(read(uint16_t())));
  else if constexpr (dtype == DType::F32)
    return element(static_cast<double>(read(float())));
  else
    return element(read(double()));
}

namespace {
template <DType dtype> class InputNode : public Node {
public:
  InputNode(size_t index, AxisIds axes) : index(index), axes(std::move(axes)) {}
  Element eval(Run &run) const override {
    const Tensor &tensor = run.inputs[index];
    const int64_t *strides = tensor.strides().data();
    int64_t offset = 0;
    for (size_t i = 0; i < axes.size(); ++i)
      offset += run.coords[axes[i]] * strides[i];
    return load<dtype>(tensor.address(offset));
  }

private:
  size_t index;
  AxisIds axes;
};

class ConstantNode : public Node {
public:
  explicit ConstantNode(Element value) : value(value) {}
  Element eval(Run &) const override { return value; }

private:
  Element value;
};

class LiteralNode : public Node {
public:
  LiteralNode(xt::xarray<int64_t> bits, AxisIds axes)
      : bits(std::move(bits)), axes(std::move(axes)) {}
  Element eval(Run &run) const override {
    llvm::SmallVector<size_t, 4> place;
    for (AxisId axis : axes)
      place.push_back(static_cast<size_t>(run.coords[axis]));
    return {bits.element(place.begin(), place.end())};
  }

private:
  xt::xarray<int64_t> bits;
  AxisIds axes;
};

class SizeNode : public Node {
public:
  explicit SizeNode(SizeExpr size) : size(std::move(size)) {}
  Element eval(Run &run) const override {
    Expected<int64_t> value = evaluate(size, run.dims);
    if (!value)
      throw Failure{value.status()};
    return element(*value);
  }

private:
  SizeExpr size;
};
} // namespace

static Element elementOf(APFloat value) {
  bool exact;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &exact);
  return element(value.convertToDouble());
}

static Element elementOf(const APInt &value) {
  return element(value.getBitWidth() == 1 ? int64_t(value.getBoolValue())
                                          : value.getSExtValue());
}

static std::unique_ptr<Node> makeInput(ir::InputOp op, NodeBuilder &build) {
  size_t index = build.input(op);
  AxisIds axes = build.axes(op.getAxes());
  switch (dtypeOf(op.getType().getElementType())) {
  case DType::Bool:
    return std::make_unique<InputNode<DType::Bool>>(index, std::move(axes));
  case DType::I32:
    return std::make_unique<InputNode<DType::I32>>(index, std::move(axes));
  case DType::I64:
    return std::make_unique<InputNode<DType::I64>>(index, std::move(axes));
  case DType::F16:
    return std::make_unique<InputNode<DType::F16>>(index, std::move(axes));
  case DType::BF16:
    return std::make_unique<InputNode<DType::BF16>>(index, std::move(axes));
  case DType::F32:
    return std::make_unique<InputNode<DType::F32>>(index, std::move(axes));
  case DType::F64:
    return std::make_unique<InputNode<DType::F64>>(index, std::move(axes));
  }
  llvm_unreachable("all types are listed");
}

static std::unique_ptr<Node> makeLiteral(ir::LiteralOp op, NodeBuilder &build) {
  // Numbers that are kept outside of the IR are the only other form.
  auto values = dyn_cast<DenseElementsAttr>(op.getValues());
  if (!values)
    return nullptr;
  ArrayRef<int64_t> shape = values.getType().getShape();
  auto bits = xt::xarray<int64_t>::from_shape(
      std::vector<size_t>(shape.begin(), shape.end()));
  int64_t *next = bits.data();
  if (op.getType().isFloat())
    for (APFloat value : values.getValues<APFloat>())
      *next++ = elementOf(value).bits;
  else
    for (const APInt &value : values.getValues<APInt>())
      *next++ = elementOf(value).bits;
  return std::make_unique<LiteralNode>(std::move(bits),
                                       build.axes(op.getAxes()));
}

static std::unique_ptr<Node> makeConstant(ir::ConstantOp op) {
  if (auto value = dyn_cast<FloatAttr>(op.getValue()))
    return std::make_unique<ConstantNode>(elementOf(value.getValue()));
  return std::make_unique<ConstantNode>(
      elementOf(cast<IntegerAttr>(op.getValue()).getValue()));
}

std::unique_ptr<Node> reference::makeLeaf(Operation *op, NodeBuilder &build) {
  return llvm::TypeSwitch<Operation *, std::unique_ptr<Node>>(op)
      .Case([&](ir::InputOp op) { return makeInput(op, build); })
      .Case([&](ir::ConstantOp op) { return makeConstant(op); })
      .Case([&](ir::LiteralOp op) { return makeLiteral(op, build); })
      .Case([&](ir::SizeOp op) {
        return std::make_unique<SizeNode>(build.size(op.getSize()));
      })
      .Default([](Operation *) { return nullptr; });
}
