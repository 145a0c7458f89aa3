//===- Tensor.h - strided host arrays ---------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_TENSOR_H
#define FOVEA_RUNTIME_TENSOR_H

#include "runtime/DType.h"
#include "runtime/Status.h"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace fovea {

/// Alignment in bytes of what Fovea allocates: a cache line, and the widest
/// vector register.
inline constexpr size_t bufferAlignment = 64;

/// The most elements that a tensor may have (2^40): more is a mistake.
inline constexpr int64_t maxElements = int64_t(1) << 40;

/// The number of elements of `shape`. Errors (code Shape): a negative extent,
/// more than FOVEA_MAX_RANK axes, more than `maxElements` elements.
Expected<int64_t> countElements(std::span<const int64_t> shape);

/// Strides in elements of the dense row-major layout of `shape` (last axis
/// closest). `shape` is one that `countElements` accepts.
std::vector<int64_t> rowMajorStrides(std::span<const int64_t> shape);

/// One element at `data`, which needs no alignment. A conversion to a narrower
/// type rounds floats to nearest even; floats to integers saturate towards
/// zero's side with NaN giving 0; a bool is whether the value is not zero.
double loadAsDouble(DType dtype, const void *data);
int64_t loadAsInt(DType dtype, const void *data);
void store(DType dtype, void *data, double value);
void store(DType dtype, void *data, int64_t value);

/// A host array with any strides. A Tensor is a handle: copies of it share
/// their elements, which live as long as the last handle if the tensor owns
/// them, or as long as their owner likes if it is a view. Constness is that of
/// the handle.
class Tensor {
public:
  /// A scalar f32 without storage; only good for assigning to.
  Tensor() = default;

  /// A dense row-major tensor, filled with zeros, aligned to
  /// `bufferAlignment`. Errors: those of `countElements`, and Shape when the
  /// memory cannot be had.
  static Expected<Tensor> allocate(DType dtype, std::vector<int64_t> shape);

  /// A tensor over memory of somebody else, trusted: `data` is the element at
  /// index (0, 0, ...), and `shape` is one that `countElements` accepts. What
  /// comes from outside goes through `fromC`.
  static Tensor view(void *data, DType dtype, std::vector<int64_t> shape,
                     std::vector<int64_t> strides);
  /// The same in dense row-major layout.
  static Tensor view(void *data, DType dtype, std::vector<int64_t> shape);

  /// The same memory, kept alive the same way, seen with another shape and
  /// other strides that stay within it (a transpose, a slice from the start).
  Tensor restrided(std::vector<int64_t> shape,
                   std::vector<int64_t> strides) const;

  DType dtype() const { return type; }
  const std::vector<int64_t> &shape() const { return extents; }
  /// In elements, one per axis.
  const std::vector<int64_t> &strides() const { return steps; }
  size_t rank() const { return extents.size(); }
  int64_t dim(size_t axis) const { return extents[axis]; }
  int64_t numElements() const;
  /// Whether the tensor keeps its memory alive.
  bool ownsData() const { return storage != nullptr; }

  /// Not 0: equal numbers mean that all bytes from the tensor's lowest element
  /// to its highest are equal. Copies of the handle have it; views made from it
  /// have not.
  uint64_t contentId() const { return content; }
  void setContentId(uint64_t id) { content = id; }

  /// The element at index (0, 0, ...); may be null without elements.
  void *data() const { return base; }
  /// The same as `T *`, where sizeof(T) is the element's size.
  template <class T> T *dataAs() const {
    assert(sizeof(T) == sizeOf(type) && "wrong element type");
    return static_cast<T *>(base);
  }
  /// Where the element `offset` elements after the first one lies.
  void *address(int64_t offset) const {
    return static_cast<char *>(base) +
           offset * static_cast<int64_t>(sizeOf(type));
  }

  /// Whether the elements lie dense in row-major order.
  bool isContiguous() const;
  /// A dense row-major copy that owns its memory. Errors as `allocate`.
  Expected<Tensor> contiguous() const;
  /// A dense row-major copy with another element type, converted element by
  /// element as `store` does (integers never pass through a double).
  Expected<Tensor> converted(DType dtype) const;

  /// Offset in elements of the element at `index`, which is in range.
  int64_t offsetOf(std::span<const int64_t> index) const;
  /// Offset in elements of the element that is number `ordinal` in row-major
  /// order.
  int64_t offsetOfOrdinal(int64_t ordinal) const;

  /// The element at `offset` elements from the first one.
  double loadAsDouble(int64_t offset) const {
    return fovea::loadAsDouble(type, address(offset));
  }
  int64_t loadAsInt(int64_t offset) const {
    return fovea::loadAsInt(type, address(offset));
  }
  void store(int64_t offset, double value) const {
    fovea::store(type, address(offset), value);
  }
  void store(int64_t offset, int64_t value) const {
    fovea::store(type, address(offset), value);
  }

  /// The element at an index of `rank()` numbers: `t.at(i, j)`.
  template <class... Index> double at(Index... index) const {
    const std::vector<int64_t> place = {static_cast<int64_t>(index)...};
    return loadAsDouble(offsetOf(place));
  }
  template <class... Index> int64_t intAt(Index... index) const {
    const std::vector<int64_t> place = {static_cast<int64_t>(index)...};
    return loadAsInt(offsetOf(place));
  }

private:
  DType type = DType::F32;
  std::vector<int64_t> extents;
  std::vector<int64_t> steps;
  std::shared_ptr<void> storage;
  void *base = nullptr;
  uint64_t content = 0;
};

/// Calls fn(offset) for every element in row-major order, with its offset in
/// elements from the first one.
template <class Fn> void forEachOffset(const Tensor &tensor, Fn &&fn) {
  const std::vector<int64_t> &shape = tensor.shape();
  const std::vector<int64_t> &strides = tensor.strides();
  std::vector<int64_t> index(shape.size(), 0);
  const int64_t count = tensor.numElements();
  int64_t offset = 0;
  for (int64_t ordinal = 0; ordinal < count; ++ordinal) {
    fn(offset);
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) {
        offset += strides[axis];
        break;
      }
      offset -= (shape[axis] - 1) * strides[axis];
      index[axis] = 0;
    }
  }
}

/// Describes `tensor` for C. The result points into `tensor` (its shape and
/// strides too) and is good as long as that lives unchanged.
fovea_tensor toC(const Tensor &tensor);

/// What a tensor from outside is for.
enum class Access { Read, Write };

/// A view of a C tensor, checked: known size, dtype and memory space, rank,
/// extents, strides that do not overflow, no null where elements are, every
/// element inside the buffer; for Write no two elements in one place (strides
/// of 0, and layouts in which that cannot be excluded at a glance). `name` is
/// the user's name for it in messages.
Expected<Tensor> fromC(const fovea_tensor &tensor, std::string_view name,
                       Access access);

} // namespace fovea

#endif // FOVEA_RUNTIME_TENSOR_H
