//===- Saved.h - programs as bytes ------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_SAVED_H
#define STATIC_DEVICE_SAVED_H

#include "Program.h"

#include <map>
#include <memory>
#include <string>

namespace device {

/// Programs, one for each output, by the dimensions that they were made for.
using ProgramsByDims =
    std::map<std::vector<int64_t>, std::shared_ptr<const std::vector<Program>>>;

std::string toBytes(const ProgramsByDims &programs);

/// Throws a Failure if the bytes end too soon; apart from that they are
/// trusted.
ProgramsByDims fromBytes(const void *data, uint64_t bytes);

} // namespace device

#endif // STATIC_DEVICE_SAVED_H
