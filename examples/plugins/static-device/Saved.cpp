//===- Saved.cpp - programs as bytes --------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Saved.h"
#include "Model.h"

#include <type_traits>

using namespace device;

namespace {
/// Reads and writes are told in one place: `all` is called with either.
class Writer {
public:
  template <typename T> void operator()(const T &value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
  }
  template <typename T> void operator()(const std::vector<T> &values) {
    (*this)(uint64_t(values.size()));
    for (const T &value : values)
      (*this)(value);
  }
  std::string bytes;
};

class Reader {
public:
  Reader(const void *data, uint64_t bytes)
      : at(static_cast<const char *>(data)), left(bytes) {}

  template <typename T> void operator()(T &value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (left < sizeof value)
      throw Failure(FOVEA_INVALID_ARGUMENT, "the saved bytes end too soon");
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    left -= sizeof value;
  }
  template <typename T> void operator()(std::vector<T> &values) {
    uint64_t count;
    (*this)(count);
    for (values.clear(); values.size() < count;)
      (*this)(values.emplace_back());
  }

private:
  const char *at;
  uint64_t left;
};

/// Each part of a program, to be read or written.
template <typename Visit, typename P> void all(Visit &visit, P &program) {
  visit(program.code);
  visit(program.terms);
  visit(program.laneAxes);
  visit(program.states);
  visit(program.uniform);
  visit(program.places);
}
} // namespace

std::string device::toBytes(const ProgramsByDims &programs) {
  Writer write;
  write(uint64_t(programs.size()));
  for (const auto &[dims, list] : programs) {
    write(dims);
    write(uint64_t(list->size()));
    for (const Program &program : *list)
      all(write, program);
  }
  return std::move(write.bytes);
}

ProgramsByDims device::fromBytes(const void *data, uint64_t bytes) {
  Reader read(data, bytes);
  ProgramsByDims programs;
  uint64_t count, outputs;
  for (read(count); count > 0; --count) {
    std::vector<int64_t> dims;
    std::vector<Program> list;
    read(dims);
    for (read(outputs); outputs > 0; --outputs)
      all(read, list.emplace_back());
    programs[dims] =
        std::make_shared<const std::vector<Program>>(std::move(list));
  }
  return programs;
}
