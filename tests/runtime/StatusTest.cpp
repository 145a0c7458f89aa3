//===- StatusTest.cpp - success, or an error in the user's terms ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Status.h"

#include <catch2/catch.hpp>

#include <cstring>

using namespace fovea;

static fovea_error emptyError() {
  fovea_error error;
  std::memset(&error, 0, sizeof(error));
  error.size = sizeof(error);
  error.version = FOVEA_ABI_VERSION;
  return error;
}

TEST_CASE("success has no text and takes no details") {
  Status status = Status::ok().withTensor("q").withContext("here");
  CHECK(status.isOk());
  CHECK(!status.failed());
  CHECK(status.code() == StatusCode::Ok);
  CHECK(status.message().empty());
  CHECK(status.details().tensor.empty());
}

TEST_CASE("an error keeps its details when copied") {
  Status status = Status::error(StatusCode::Shape, "too long", "cut it")
                      .withTensor("q")
                      .withOp("x[n, t[n]]")
                      .withValue(7)
                      .withPosition({1, 2})
                      .withContext("here");
  const Status copy = status;
  status = Status::ok();
  CHECK(status.isOk());
  CHECK(copy.failed());
  CHECK(copy.message() == "here: too long");
  CHECK(copy.text() == "here: too long; cut it");
  CHECK(copy.details().tensor == "q");
  CHECK(copy.details().op == "x[n, t[n]]");
  CHECK(copy.details().value == 7);
  CHECK(copy.details().position == std::vector<int64_t>{1, 2});
}

TEST_CASE("an error survives the C boundary") {
  const Status status =
      Status::error(StatusCode::OutOfRange, "no such row", "check it")
          .withTensor("t")
          .withValue(-3)
          .withPosition({4, 5})
          .withPlaces({{"a.fov", 3, 7, 3, 12}, {"a.fov", 9, 1, 9, 2}});
  fovea_error error = emptyError();
  toC(status, error);
  CHECK(error.size == sizeof(error));
  CHECK(error.code == FOVEA_OUT_OF_RANGE);
  CHECK(error.op == -1);
  const Status back = statusFromC(error.code, error);
  CHECK(back.code() == StatusCode::OutOfRange);
  CHECK(back.message() == "no such row");
  CHECK(back.fix() == "check it");
  CHECK(back.details().tensor == "t");
  CHECK(back.details().value == -3);
  CHECK(back.details().position == std::vector<int64_t>{4, 5});
  CHECK(back.details().places ==
        std::vector<SourcePlace>{{"a.fov", 3, 7, 3, 12}});
}

TEST_CASE("an error of version 1 has no place") {
  const Status status = Status::error(StatusCode::OutOfRange, "no such row")
                            .withPlaces({{"a.fov", 3, 7, 3, 12}});
  fovea_error error = emptyError();
  error.size = 992;
  toC(status, error);
  CHECK(error.line == 0);
  error.line = 5; // belongs to somebody else
  const Status back = statusFromC(error.code, error);
  CHECK(back.message() == "no such row");
  CHECK(back.details().places.empty());
}

TEST_CASE("success clears a C error") {
  fovea_error error = emptyError();
  toC(Status::error(StatusCode::Io, "gone"), error);
  toC(Status::ok(), error);
  CHECK(error.code == FOVEA_OK);
  CHECK(error.message[0] == 0);
}

TEST_CASE("long texts are cut at a whole character") {
  // Each of these takes two bytes; 511 are free.
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += "\xc3\xa9";
  fovea_error error = emptyError();
  toC(Status::error(StatusCode::Io, text)
          .withPosition(std::vector<int64_t>(40, 1)),
      error);
  CHECK(std::strlen(error.message) == 510);
  CHECK(error.rank == FOVEA_MAX_RANK);
}

TEST_CASE("no more is written than the owner's struct holds") {
  fovea_error error = emptyError();
  error.size = 16;
  std::memset(error.message, 'x', sizeof(error.message));
  toC(Status::error(StatusCode::Io, "gone"), error);
  CHECK(error.size == 16);
  CHECK(error.code == FOVEA_IO);
  CHECK(error.message[0] == 'x');
}

TEST_CASE("errors from a careless plugin") {
  fovea_error error = emptyError();
  std::memset(error.message, 'x', sizeof(error.message));
  error.rank = 1000;
  const Status unknown = statusFromC(77, error);
  CHECK(unknown.code() == StatusCode::Internal);
  CHECK(unknown.message().size() > sizeof(error.message));
  CHECK(unknown.details().position.size() == FOVEA_MAX_RANK);
  CHECK(statusFromC(-1, emptyError()).code() == StatusCode::Internal);
  CHECK(statusFromC(FOVEA_SHAPE, emptyError()).message() ==
        "an error without a message");
  error.size = 8;
  CHECK(statusFromC(FOVEA_IO, error).code() == StatusCode::Io);
  CHECK(statusFromC(FOVEA_OK, error).isOk());
}

TEST_CASE("every code has a name") {
  for (int32_t code = FOVEA_OK; code <= FOVEA_INTERNAL; ++code)
    CHECK(!name(static_cast<StatusCode>(code)).empty());
  CHECK(name(StatusCode::DivisionByZero) == "division by zero");
  CHECK(name(StatusCode::Internal) == "internal");
}

TEST_CASE("an expected value or its error") {
  Expected<std::string> value = std::string("text");
  REQUIRE(value);
  CHECK(*value == "text");
  CHECK(value->size() == 4);
  CHECK(value.status().isOk());
  const std::string taken = *std::move(value);
  CHECK(taken == "text");

  Expected<std::string> error = Status::error(StatusCode::Io, "gone");
  CHECK(!error);
  CHECK(error.status().message() == "gone");
}
