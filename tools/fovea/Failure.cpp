//===- Failure.cpp - how the driver ends when it cannot go on -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Failure.h"

#include "frontend/Diagnostics.h"

using namespace fovea;
using namespace fovea::driver;

Exit driver::exitFor(StatusCode code) {
  switch (code) {
  case StatusCode::Ok:
    return Exit::Ok;
  case StatusCode::InvalidProgram:
  case StatusCode::OutOfRange:
  case StatusCode::DivisionByZero:
    return Exit::Program;
  case StatusCode::InvalidArgument:
  case StatusCode::Shape:
  case StatusCode::DType:
  case StatusCode::Io:
    return Exit::Usage;
  case StatusCode::Unsupported:
  case StatusCode::UnsupportedShape:
  case StatusCode::Cancelled:
  case StatusCode::Backend:
    return Exit::Backend;
  case StatusCode::Internal:
    return Exit::Internal;
  }
  return Exit::Internal;
}

Failure::Failure(const Status &status)
    : exit(exitFor(status.code())), message(status.message()),
      help(status.fix()) {
  if (exit == Exit::Internal)
    help = "this is a fault of Fovea; please report it with the program";
}

Failure driver::usage(std::string message, std::string help) {
  return Failure(Exit::Usage, std::move(message), std::move(help));
}

std::string driver::nearest(const std::string &name,
                            const std::vector<std::string> &candidates) {
  const std::string near = didYouMean(name, candidates);
  return near.empty() ? "" : "did you mean `" + near + "`?";
}
