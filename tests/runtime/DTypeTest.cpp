//===- DTypeTest.cpp - element types --------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/DType.h"

#include <catch2/catch.hpp>

using namespace fovea;

TEST_CASE("names and sizes of element types") {
  CHECK(name(DType::Bool) == "bool");
  CHECK(name(DType::BF16) == "bf16");
  CHECK(sizeOf(DType::Bool) == 1);
  CHECK(sizeOf(DType::I32) == 4);
  CHECK(sizeOf(DType::I64) == 8);
  CHECK(sizeOf(DType::F16) == 2);
  CHECK(sizeOf(DType::BF16) == 2);
  CHECK(sizeOf(DType::F32) == 4);
  CHECK(sizeOf(DType::F64) == 8);
}

TEST_CASE("element types from names and numbers") {
  for (DType dtype : allDTypes) {
    CHECK(dtypeFromName(name(dtype)) == dtype);
    CHECK(dtypeFromC(toC(dtype)) == dtype);
  }
  CHECK(toC(DType::Bool) == FOVEA_BOOL);
  CHECK(toC(DType::F16) == FOVEA_F16);
  CHECK(toC(DType::F64) == FOVEA_F64);
  CHECK(!dtypeFromName("float"));
  CHECK(!dtypeFromName(""));
  CHECK(!dtypeFromC(0));
  CHECK(!dtypeFromC(8));
  CHECK(!dtypeFromC(-1));
}

TEST_CASE("kinds of element types") {
  CHECK(isFloat(DType::F16));
  CHECK(isFloat(DType::BF16));
  CHECK(isFloat(DType::F64));
  CHECK(!isFloat(DType::I64));
  CHECK(!isFloat(DType::Bool));
  CHECK(isInteger(DType::I32));
  CHECK(isInteger(DType::I64));
  CHECK(!isInteger(DType::Bool));
  CHECK(!isInteger(DType::F32));
}
