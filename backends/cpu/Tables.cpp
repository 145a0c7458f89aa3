//===- Tables.cpp - collects what a program's stages are given ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Tables.h"

#include "backends/Places.h"
#include "backends/SizeExpr.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// All axes that an operation makes or looks along.
static SmallVector<ir::AxisAttr> axesAt(Operation &op) {
  SmallVector<ir::AxisAttr> axes;
  for (Type type : op.getResultTypes())
    llvm::append_range(axes, cast<ir::ArrayType>(type).getAxes());
  if (auto listed = op.getAttrOfType<ArrayAttr>("axes"))
    llvm::append_range(axes, ir::axesOf(listed));
  return axes;
}

Tables::Tables(ir::FuncOp func, Program &program)
    : func(func), program(program) {
  llvm::DenseSet<StringAttr> seen;
  func.getBody().walk([&](Operation *op) {
    for (ir::AxisAttr axis : axesAt(*op))
      if (seen.insert(axis.getName()).second)
        program.axes.push_back({axis.getName().str(), size(axis.getSize())});
  });
}

unsigned Tables::size(ir::SizeAttr size) {
  auto [found, isNew] = sizes.try_emplace(size, program.numbers.size());
  if (isNew)
    program.numbers.push_back(
        {Number::Kind::Size, sizeExprOf(size, func), 0, 0});
  return found->second;
}

std::optional<unsigned> Tables::stride(unsigned buffer, unsigned axis) {
  const Buffer &described = program.buffers[buffer];
  if (axis + 1 == described.rank)
    return std::nullopt;
  auto [found, isNew] =
      strides.try_emplace({buffer, axis}, program.numbers.size());
  if (isNew)
    program.numbers.push_back({Number::Kind::Stride, {}, buffer, axis});
  return found->second;
}

unsigned Tables::external(Buffer::Kind kind, unsigned index, unsigned rank) {
  Buffer buffer;
  buffer.kind = kind;
  buffer.index = index;
  buffer.rank = rank;
  program.buffers.push_back(std::move(buffer));
  return program.buffers.size() - 1;
}

unsigned Tables::input(unsigned index, unsigned rank) {
  return external(Buffer::Kind::Input, index, rank);
}

unsigned Tables::output(unsigned index, unsigned rank) {
  return external(Buffer::Kind::Output, index, rank);
}

/// Appends an element as it lies in memory.
static void append(std::vector<std::byte> &bytes, const llvm::APInt &bits) {
  const uint64_t value = bits.getZExtValue();
  const size_t size = (bits.getBitWidth() + 7) / 8;
  const size_t at = bytes.size();
  bytes.resize(at + size);
  std::memcpy(bytes.data() + at, &value, size);
}

unsigned Tables::literal(ir::LiteralOp literal) {
  std::vector<std::byte> bytes;
  auto values = cast<DenseElementsAttr>(literal.getValues());
  if (isa<FloatType>(values.getElementType())) {
    for (const llvm::APFloat &value : values.getValues<llvm::APFloat>())
      append(bytes, value.bitcastToAPInt());
  } else {
    for (const llvm::APInt &value : values.getValues<llvm::APInt>())
      append(bytes, value);
  }
  program.literals.push_back(std::move(bytes));
  const unsigned buffer =
      external(Buffer::Kind::Literal, program.literals.size() - 1,
               literal.getAxes().size());
  for (ir::AxisAttr axis : ir::axesOf(literal.getAxes()))
    program.buffers[buffer].extents.push_back(size(axis.getSize()));
  return buffer;
}

unsigned Tables::workspace(ArrayRef<ir::AxisAttr> axes, unsigned elementBytes) {
  Buffer buffer;
  buffer.elementBytes = elementBytes;
  buffer.rank = axes.size();
  for (ir::AxisAttr axis : axes)
    buffer.extents.push_back(size(axis.getSize()));
  buffer.firstStage = buffer.lastStage = program.stages.size() - 1;
  program.buffers.push_back(std::move(buffer));
  return program.buffers.size() - 1;
}

unsigned Tables::check(StatusCode code, Value value, StringRef tensor,
                       ir::AxisAttr axis) {
  Check check;
  check.code = code;
  check.tensor = tensor.str();
  if (axis)
    check.extent = size(axis.getSize());
  for (ir::AxisAttr counted : cast<ir::ArrayType>(value.getType()).getAxes())
    check.axes.push_back({counted.getName().str(), size(counted.getSize())});
  check.places = placesOf(value.getLoc());
  program.checks.push_back(std::move(check));
  return program.checks.size() - 1;
}

unsigned Tables::scratch(ArrayRef<ir::SizeAttr> extents,
                         unsigned elementBytes) {
  Buffer buffer;
  buffer.kind = Buffer::Kind::Scratch;
  buffer.elementBytes = elementBytes;
  for (ir::SizeAttr extent : extents)
    buffer.extents.push_back(size(extent));
  buffer.firstStage = buffer.lastStage = program.stages.size() - 1;
  program.buffers.push_back(std::move(buffer));
  return program.buffers.size() - 1;
}

void Tables::startStage() { program.stages.emplace_back(); }

void Tables::addGridAxis(ir::SizeAttr extent, int64_t block) {
  program.stages.back().grid.push_back({size(extent), block});
}

void Tables::use(unsigned buffer) {
  program.buffers[buffer].lastStage = program.stages.size() - 1;
}
