//===- Random.h - the dice of the generator ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_RANDOM_H
#define FOVEA_TESTS_GENERATE_RANDOM_H

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace fovea::generate {

/// The same numbers from the same seed with every standard library: the
/// library's distributions are not used, they differ.
class Dice {
public:
  explicit Dice(uint64_t seed) : engine(seed) {}

  uint64_t bits() { return engine(); }
  /// In [0, n).
  int below(int n) { return static_cast<int>(engine() % uint64_t(n)); }
  /// In [low, high].
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine() % uint64_t(high - low + 1));
  }
  /// True in `percent` of a hundred throws.
  bool chance(int percent) { return below(100) < percent; }
  /// In [0, 1).
  double uniform() { return static_cast<double>(engine() >> 11) * 0x1p-53; }
  double normal() {
    return std::sqrt(-2 * std::log(1 - uniform())) *
           std::cos(6.283185307179586 * uniform());
  }
  template <class T> const T &pick(const std::vector<T> &from) {
    return from[static_cast<size_t>(below(static_cast<int>(from.size())))];
  }
  /// A position in `weights`, as often as its weight says.
  size_t weighted(const std::vector<int> &weights) {
    int total = 0;
    for (int weight : weights)
      total += weight;
    int throwed = below(total);
    size_t at = 0;
    while (throwed >= weights[at])
      throwed -= weights[at++];
    return at;
  }

private:
  std::mt19937_64 engine;
};

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_RANDOM_H
