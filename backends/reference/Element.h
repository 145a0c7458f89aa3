//===- Element.h - one element of a value -----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_ELEMENT_H
#define FOVEA_BACKENDS_REFERENCE_ELEMENT_H

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace fovea::reference {

/// Whether a number is a hard 0 or a hard -inf (ir/Dialect.td).
enum class Hard : uint8_t { None, Zero, NegInf };

/// The element types as they are computed: all floats are f64, i32 is kept
/// sign-extended, a bool is 0 or 1.
enum class Domain : uint8_t { Bool, I32, I64, Float };

/// One element: a number, whose type the reader knows, and its hardness. A
/// hard element's number is the 0 or -inf that it is said to be.
struct Element {
  int64_t bits = 0;
  Hard hard = Hard::None;

  /// As `T`: double, int64_t, int32_t or bool.
  template <class T> T as() const {
    if constexpr (std::is_same_v<T, double>)
      return std::bit_cast<double>(bits);
    else
      return static_cast<T>(bits);
  }
};

template <class T> Element element(T value) {
  if constexpr (std::is_same_v<T, double>)
    return {std::bit_cast<int64_t>(value)};
  else
    return {static_cast<int64_t>(value)};
}

/// A hard 0 of any type: its bits are the same in all.
inline Element hardZero() { return {0, Hard::Zero}; }

/// A hard -inf; only floats have one.
inline Element hardNegInf() {
  return {std::bit_cast<int64_t>(-std::numeric_limits<double>::infinity()),
          Hard::NegInf};
}

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_ELEMENT_H
