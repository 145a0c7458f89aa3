//===- MemoryTest.cpp - vectors of elements in memory ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include "backends/cpu/Scalar.h"
#include "runtime/Half.h"
#include "tests/backends/reference/Reference.h"

#include <bit>
#include <cstring>
#include <numeric>
#include <random>

using namespace fovea;
using namespace fovea::test;
using cpu::CodeBuilder;

static mlir::Type elementType(CodeBuilder &b, DType dtype) {
  switch (dtype) {
  case DType::Bool:
    return b.getI1Type();
  case DType::I32:
    return b.getI32Type();
  case DType::I64:
    return b.getI64Type();
  case DType::F16:
    return b.getF16Type();
  case DType::BF16:
    return b.getBF16Type();
  case DType::F32:
    return b.getF32Type();
  case DType::F64:
    return b.getF64Type();
  }
  return {};
}

/// Copies elements of a to places of out, in multiples of `lanes`: to 0 those
/// from 1 on; to 1 the first n of those from 3 on, and 0 for the others; to 2
/// the same, and nothing for the others; from 3 on to every third element the
/// first n of those at the offsets b, and next to them all from 0 on.
static Kernel copies(const Processor &processor, DType dtype, int64_t lanes) {
  return Kernel(processor, [=](CodeBuilder &b, mlir::ValueRange arguments) {
    mlir::Type element = elementType(b, dtype);
    mlir::Value a = arguments[0], out = arguments[2];
    mlir::Value numbers = b.laneNumbers(lanes);
    mlir::Value mask = b.compare(mlir::arith::CmpIPredicate::slt, numbers,
                                 b.broadcast(arguments[3], lanes));
    auto load = [&](mlir::Value offset, mlir::Value mask) {
      return cpu::emitLoad(b, element, a, offset, {lanes, mask});
    };
    cpu::emitStore(b, element, load(b.i64(1), {}), out, b.i64(0));
    mlir::Value some = load(b.i64(3), mask);
    cpu::emitStore(b, element, some, out, b.i64(lanes));
    cpu::emitStore(b, element, some, out, b.i64(2 * lanes), mask);
    mlir::Type offsets = b.vectorOf(b.getI64Type(), lanes);
    mlir::Value gathered = load(b.load(offsets, arguments[1], b.i64(0)), mask);
    mlir::Value places = mlir::arith::AddIOp::create(
        b, b.integer(offsets, 3 * lanes),
        mlir::arith::MulIOp::create(b, numbers, b.integer(offsets, 3)));
    cpu::emitStore(b, element, gathered, out, places, mask);
    // Without a mask every lane counts.
    mlir::Value odd =
        mlir::arith::AddIOp::create(b, places, b.integer(offsets, 1));
    cpu::emitStore(b, element, load(numbers, {}), out, odd);
  });
}

static void checkCopies(const Kernel &kernel, DType dtype, int64_t lanes,
                        int64_t n) {
  std::mt19937 random(5);
  const size_t size = sizeOf(dtype);
  Tensor a = *Tensor::allocate(dtype, {2 * lanes});
  for (int64_t i = 0; i < 2 * lanes; ++i)
    a.store(i,
            static_cast<int64_t>(random() % (dtype == DType::Bool ? 2 : 99)));
  // Masked lanes point to no memory at all.
  std::vector<int64_t> offsets(lanes, int64_t(1) << 45);
  std::vector<char> wanted(6 * lanes * size, 99), out = wanted;
  auto copy = [&](int64_t to, int64_t from) {
    std::memcpy(wanted.data() + to * size,
                static_cast<const char *>(a.data()) + from * size, size);
  };
  std::fill_n(wanted.begin() + lanes * size, lanes * size, 0);
  for (int64_t i = 0; i < lanes; ++i) {
    copy(i, i + 1);
    copy(3 * lanes + 3 * i + 1, i);
    if (i >= n)
      continue;
    offsets[i] = static_cast<int64_t>(random() % (2 * lanes));
    copy(lanes + i, i + 3);
    copy(2 * lanes + i, i + 3);
    copy(3 * lanes + 3 * i, offsets[i]);
  }
  kernel(a.data(), offsets.data(), out.data(), n);
  CHECK(out == wanted);
}

TEST_CASE("cpu: vectors of every type are read and written") {
  for (const Processor &processor : Processor::all())
    for (DType dtype : allDTypes)
      for (int64_t lanes : {8, 16}) {
        const Kernel kernel = copies(processor, dtype, lanes);
        for (int64_t n : {int64_t(0), int64_t(5), lanes}) {
          INFO(processor.name << " " << name(dtype) << " " << lanes << " "
                              << n);
          checkCopies(kernel, dtype, lanes, n);
        }
      }
}

/// A kernel that converts n elements, `lanes` at a time.
static Kernel conversion(const Processor &processor, DType from, DType to,
                         int64_t lanes) {
  return Kernel(processor, [=](CodeBuilder &b, mlir::ValueRange arguments) {
    mlir::Type source = elementType(b, from), result = elementType(b, to);
    emitLoop(b, arguments[3], lanes, [&](mlir::Value at) {
      mlir::Value value =
          cpu::emitLoad(b, source, arguments[0], at, {lanes, {}});
      value = cpu::emitCast(b, value, source, result);
      cpu::emitStore(b, result, value, arguments[2], at);
    });
  });
}

/// Converts all of `from`, and compares the bits; how a NaN is made quiet is
/// nobody's business.
template <class To, class From>
static void checkConversion(const Processor &processor, DType fromType,
                            DType toType, int64_t lanes,
                            const std::vector<From> &from,
                            const std::vector<To> &wanted) {
  INFO(name(fromType) << " to " << name(toType) << " on '" << processor.name
                      << "' with " << lanes << " lanes");
  std::vector<To> found(from.size());
  conversion(processor, fromType, toType, lanes)(
      from.data(), nullptr, found.data(), static_cast<int64_t>(from.size()));
  size_t wrong = 0;
  for (size_t i = 0; i < from.size(); ++i)
    if (std::memcmp(&found[i], &wanted[i], sizeof(To)) != 0 &&
        !(wanted[i] != wanted[i] && found[i] != found[i])) {
      INFO(from[i] << " gives " << found[i] << ", not " << wanted[i]);
      if (wrong++ == 0)
        CHECK(false);
    }
  CHECK(wrong == 0);
}

/// Every number of 16 bits and what lies next to it and half way to the next,
/// and numbers from everywhere; a multiple of 16.
template <class T, class Bits> static std::vector<T> numbersToRound() {
  std::vector<T> result;
  for (int bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const auto next = static_cast<uint16_t>(bits + 1);
    auto add = [&](double low, double high) {
      const T middle = static_cast<T>(low + (high - low) / 2);
      const T infinity = std::numeric_limits<T>::infinity();
      result.insert(result.end(), {static_cast<T>(low), middle,
                                   std::nextafter(middle, infinity),
                                   std::nextafter(middle, -infinity)});
    };
    add(f16ToDouble(half), f16ToDouble(next));
    add(bf16ToDouble(half), bf16ToDouble(next));
  }
  std::mt19937_64 random(6);
  for (int i = 0; i < 0x10000; ++i)
    result.push_back(std::bit_cast<T>(static_cast<Bits>(random())));
  return result;
}

template <class To, class From, class Function>
static std::vector<To> mapped(const std::vector<From> &from,
                              Function function) {
  std::vector<To> result;
  for (From number : from)
    result.push_back(function(number));
  return result;
}

TEST_CASE("cpu: 16-bit floats are converted as the runtime does") {
  std::vector<uint16_t> all(0x10000);
  std::iota(all.begin(), all.end(), 0);
  const auto floats = numbersToRound<float, uint32_t>();
  const auto doubles = numbersToRound<double, uint64_t>();
  for (DType dtype : {DType::F16, DType::BF16}) {
    const bool isF16 = dtype == DType::F16;
    const auto widened = mapped<float>(all, isF16 ? f16ToFloat : bf16ToFloat);
    const auto fromFloats =
        mapped<uint16_t>(floats, isF16 ? f16FromFloat : bf16FromFloat);
    const auto fromDoubles =
        mapped<uint16_t>(doubles, isF16 ? f16FromDouble : bf16FromDouble);
    for (const Processor &processor : Processor::all())
      for (int64_t lanes : {1, 16}) {
        checkConversion(processor, dtype, DType::F32, lanes, all, widened);
        checkConversion(processor, DType::F32, dtype, lanes, floats,
                        fromFloats);
        checkConversion(processor, DType::F64, dtype, lanes, doubles,
                        fromDoubles);
      }
  }
}

TEST_CASE("cpu: conversions of vectors are those of numbers") {
  const std::vector<double> numbers = {
      0,      -0.0,    1,      -1,      0.5,      -2.5,  1e10,  -1e10,
      1e30,   -1e30,   inf,    -inf,    nanValue, 65504, 65520, 1e-8,
      0x1p31, -0x1p31, 0x1p63, -0x1p63, 0x1p62,   3,     7,     0x1p53};
  const auto count = static_cast<int64_t>(numbers.size());
  for (DType from : allDTypes)
    for (DType to : allDTypes) {
      INFO(name(from) << " " << name(to));
      Tensor x = *Tensor::allocate(from, {count});
      for (int64_t i = 0; i < count; ++i)
        if (isFloat(from))
          x.store(i, numbers[i]);
        else
          x.store(i, static_cast<int64_t>(
                         std::clamp(std::isnan(numbers[i]) ? 0 : numbers[i],
                                    -0x1p30, 0x1p30)));
      std::vector<char> one(count * sizeOf(to)), many(count * sizeOf(to));
      const Processor processor = Processor::all()[0];
      conversion(processor, from, to, 1)(x.data(), nullptr, one.data(), count);
      conversion(processor, from, to, 8)(x.data(), nullptr, many.data(), count);
      CHECK(one == many);
    }
}
