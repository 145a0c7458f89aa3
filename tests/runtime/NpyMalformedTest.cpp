//===- NpyMalformedTest.cpp - broken array files --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Npy.h"

#include <catch2/catch.hpp>

#include <random>

using namespace fovea;

/// A file of this version with a header that claims `length` bytes.
static std::string file(char version, uint32_t length, std::string_view rest) {
  std::string bytes = "\x93NUMPY";
  bytes += {version, 0};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes += static_cast<char>(length >> 8 * i & 0xff);
  return bytes + std::string(rest);
}

static std::string npy(std::string_view dict, size_t dataBytes = 24) {
  return file(1, static_cast<uint32_t>(dict.size()), dict) +
         std::string(dataBytes, '\1');
}

static std::string typed(std::string_view descr, size_t dataBytes = 24) {
  return npy("{'descr': '" + std::string(descr) +
                 "', 'fortran_order': False, 'shape': (2, 3)}",
             dataBytes);
}

static std::string shaped(std::string_view shape, size_t dataBytes = 24) {
  return npy("{'descr': '<f4', 'fortran_order': False, 'shape': " +
                 std::string(shape) + "}",
             dataBytes);
}

namespace {
struct Case {
  std::string bytes;
  StatusCode code;
  std::string message;
};
} // namespace

static void check(const std::vector<Case> &cases) {
  for (const Case &item : cases) {
    Expected<Tensor> tensor = parseNpy(item.bytes, "x.npy");
    INFO(item.message);
    if (tensor) {
      FAIL_CHECK("was read");
      continue;
    }
    CHECK(tensor.status().code() == item.code);
    CHECK(tensor.status().message() == "x.npy: " + item.message);
  }
}

TEST_CASE("a sound file, to compare with") {
  CHECK(parseNpy(typed("<f4"), "x.npy"));
  CHECK(parseNpy(shaped("(2, 3)"), "x.npy"));
}

TEST_CASE("broken frames") {
  const StatusCode code = StatusCode::InvalidArgument;
  const std::string good = typed("<f4");
  check({
      {"", code, "the file is empty"},
      {"\x93NUM", code,
       "this is no .npy file (it does not start with \\x93NUMPY)"},
      {"PK\3\4 a zip archive", code,
       "this is an archive, such as an .npz file"},
      {good.substr(0, 7), code, "the file ends inside its header"},
      {good.substr(0, 9), code, "the file ends inside its header"},
      {file(2, 0, "").substr(0, 11), code, "the file ends inside its header"},
      {file(4, 0, "{}"), code,
       "version 4.0 of the format is not known, 1.0, 2.0 and 3.0 are"},
      {file(0, 0, "{}"), code,
       "version 0.0 of the format is not known, 1.0, 2.0 and 3.0 are"},
      {std::string("\x93NUMPY\x01\x01\x02\x00{}", 12), code,
       "version 1.1 of the format is not known, 1.0, 2.0 and 3.0 are"},
      {good.substr(0, 40), code,
       "the file ends inside its header, which claims 57 bytes where 30 are "
       "left"},
      {file(2, 0xffffffff, "{}"), code,
       "the file ends inside its header, which claims 4294967295 bytes where "
       "2 are left"},
      {file(2, 100000, std::string(100000, ' ')), code,
       "the header claims 100000 bytes, at most 65536 make sense"},
      {file(1, 0, std::string(24, 'x')), code,
       "the header is not a dictionary: ``"},
      {good.substr(0, good.size() - 1), code,
       "the data are cut short: f32[2, 3] needs 24 bytes, the file has 23"},
      {good + "x", code,
       "there is more after the data: f32[2, 3] needs 24 bytes, the file has "
       "25"},
      {shaped("(2, 0)"), code,
       "there is more after the data: f32[2, 0] needs 0 bytes, the file has "
       "24"},
  });
}

TEST_CASE("broken dictionaries") {
  const StatusCode code = StatusCode::InvalidArgument;
  check({
      {npy("['descr']"), code, "the header is not a dictionary: `['descr']`"},
      {npy("{'descr': '<f4', 'fortran_order': False}"), code,
       "the header lacks the key `shape`"},
      {npy("{'fortran_order': False, 'shape': ()}"), code,
       "the header lacks the key `descr`"},
      {npy("{}"), code, "the header lacks the key `descr`"},
      {npy("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, "
           "'shape': ()}"),
       code, "the header has the key `descr` twice"},
      {npy("{'descr': '<f4', 'order': 1}"), code,
       "the header has the unknown key `order`"},
      {npy("{'descr' '<f4'}"), code, "the header needs `:` before `'<f4'}`"},
      {npy("{descr: '<f4'}"), code,
       "the header needs a string before `descr: '<f4'}`"},
      {npy("{'descr': '<f4"), code,
       "a string in the header does not end: `'<f4`"},
      {npy("{'descr': 4}"), code, "the header needs a string before `4}`"},
      {npy("{'descr': '<f4' 'shape': ()}"), code,
       "the header needs `,` or `}` before `'shape': ()}`"},
      {npy("{'descr': '<f4',"), code, "the header needs a string at its end"},
      {npy("{'fortran_order': 0}"), code,
       "the header needs `True` or `False` before `0}`"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': ()} + 1"), code,
       "the header goes on after its dictionary: `+ 1`"},
      {npy("{'\xff\n': 1}"), code, "the header has the unknown key `??`"},
      {npy("{" + std::string(100, 'x')), code,
       "the header needs a string before `" + std::string(40, 'x') + "...`"},
  });
}

TEST_CASE("broken shapes") {
  const StatusCode invalid = StatusCode::InvalidArgument;
  const StatusCode shape = StatusCode::Shape;
  check({
      {shaped("[2, 3]"), invalid,
       "the header needs the tuple of the shape before `[2, 3]}`"},
      {shaped("6"), invalid,
       "the header needs the tuple of the shape before `6}`"},
      {shaped("(6)"), invalid, "the shape is a number, not a tuple"},
      {shaped("(2 3)"), invalid,
       "the header needs `,` or `)` in the shape before `3)}`"},
      {shaped("(2,, 3)"), invalid, "the header needs an extent before `, 3)}`"},
      {shaped("(2, 3.0)"), invalid,
       "the header needs `,` or `)` in the shape before `.0)}`"},
      {shaped("(2, "), invalid, "the header needs an extent before `}`"},
      {shaped("(2, -3)"), shape, "the shape has a negative extent, -3"},
      {shaped("(99999999999999999999,)"), shape,
       "an extent does not fit 64 bits"},
      {shaped("(9223372036854775807, 4)"), shape,
       "the shape [9223372036854775807, 4] has more than 2^40 elements"},
      {shaped("(4294967296, 4294967296)"), shape,
       "the shape [4294967296, 4294967296] has more than 2^40 elements"},
      {shaped("(1073741824, 1)"), invalid,
       "the data are cut short: f32[1073741824, 1] needs 4294967296 bytes, "
       "the file has 24"},
      {shaped("(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,6)"), shape,
       "the array has more than 16 axes"},
  });
}

TEST_CASE("element types that Fovea does not have") {
  const StatusCode code = StatusCode::DType;
  check({
      {typed("|O"), code,
       "the elements are pickled Python objects, which are never loaded"},
      {typed("<U5"), code, "the elements are strings"},
      {typed("|S5"), code, "the elements are strings"},
      {typed("|i1"), code, "the elements are int8, which Fovea does not have"},
      {typed("<u8"), code,
       "the elements are uint64, which Fovea does not have"},
      {typed("<c8"), code,
       "the elements are complex64, which Fovea does not have"},
      {typed("<M8[ns]"), code,
       "the elements are datetime64, which Fovea does not have"},
      {typed("<f16"), code,
       "the elements are longdouble, which Fovea does not have"},
      {typed("|V4"), code, "the element type `V4` is not known"},
      {typed(""), code, "the element type `` is not known"},
      {typed("<"), code, "the element type `` is not known"},
      {typed("<f44"), code, "the element type `f44` is not known"},
      {npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}"),
       code, "the elements are records (a structured dtype)"},
  });
  const std::pair<const char *, const char *> casts[] = {
      {"|u1", "int32"}, {"<i2", "int32"},   {"<u2", "int32"},
      {"<u4", "int64"}, {">u8", "int64"},   {"<c16", "float64"},
      {"|i1", "int32"}, {"<f16", "float64"}};
  for (const auto &[descr, cast] : casts)
    CHECK(parseNpy(typed(descr), "x").status().fix() ==
          "convert it with x.astype(numpy." + std::string(cast) + ")");
  // What is expected would be asked for next; NumPy has no bf16.
  CHECK(parseNpy(typed("|u1"), "x", DType::F32).status().fix() ==
        "convert it with x.astype(numpy.float32)");
  CHECK(parseNpy(typed("|u1"), "x", DType::BF16).status().fix() ==
        "convert it with x.astype(numpy.int32)");
}

/// Reads a file that may be anything: every element of what was read must be
/// there (the address sanitizer looks on), and every error must say something.
static bool survives(const std::string &bytes) {
  Expected<Tensor> tensor = parseNpy(bytes, "x", DType::BF16);
  if (!tensor)
    return tensor.status().message().size() > 3;
  double sum = 0;
  forEachOffset(*tensor,
                [&](int64_t offset) { sum += tensor->loadAsDouble(offset); });
  return sum == sum || isFloat(tensor->dtype());
}

TEST_CASE("mutated files are read or refused") {
  std::mt19937 random(7);
  auto below = [&](size_t n) { return random() % n; };
  const std::string seeds[] = {
      typed("<f4"),
      typed("|b1", 6),
      typed("<V2", 12),
      typed(">i8", 48),
      shaped("()", 4),
      npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"),
      file(2, 57, typed("<f4").substr(10)),
      file(3, 57, typed("<f4").substr(10))};
  const std::string_view tokens = "0123456789-(),{}'\"[]<>|=:LTrueFalse \n";
  int read = 0;
  for (int round = 0; round < 40000; ++round) {
    std::string bytes = seeds[below(std::size(seeds))];
    for (size_t edits = 1 + below(3); edits > 0 && !bytes.empty(); --edits) {
      const size_t place = below(bytes.size());
      switch (below(5)) {
      case 0:
        bytes[place] = static_cast<char>(random());
        break;
      case 1:
        bytes[place] = tokens[below(tokens.size())];
        break;
      case 2:
        bytes.erase(place, 1 + below(4));
        break;
      case 3:
        bytes.insert(place, 1, tokens[below(tokens.size())]);
        break;
      default:
        bytes.resize(place + 1);
      }
    }
    if (!survives(bytes))
      FAIL("round " << round);
    read += parseNpy(bytes, "x").status().isOk();
  }
  // Else the mutations only ever reach the first check.
  CHECK(read > 1000);
}
