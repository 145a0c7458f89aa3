//===- Machine.h - executes programs ----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_MACHINE_H
#define STATIC_DEVICE_MACHINE_H

#include "Device.h"
#include "Program.h"

#include <functional>

namespace device {

/// What made an element poison.
struct Event {
  fovea_code code = FOVEA_OK;
  uint32_t op = FOVEA_NONE;
  int64_t value = 0;
  int64_t extent = 0;
  std::vector<int64_t> position;
};

/// One core of the device. Computes tiles of up to 64 places.
class Machine {
public:
  Machine(const Program &program, DeviceMemory &memory,
          const std::vector<const Buffer *> &buffers, Buffer &output);

  /// Bytes of device memory that a core needs for a program.
  static uint64_t bytesFor(const Program &program);

  /// Computes `count` places from `first` on. What went wrong, or FOVEA_OK.
  Event run(int64_t first, uint32_t count,
            const std::function<bool()> &cancelled);

private:
  using Bytes = std::byte;

  /// Gives the number of the event whose poison reached the output, or 0.
  int64_t execute(const std::function<bool()> &cancelled);
  void setLanes();
  void step(const Instruction &i);
  void load(const Instruction &i);
  void unary(const Instruction &i);
  void binary(const Instruction &i);
  void integers(const Instruction &i);
  void compare(const Instruction &i);
  void cast(const Instruction &i);
  void init(const Instruction &i);
  void join(const Instruction &i);
  void loadState(const Instruction &i);
  int64_t store(const Instruction &i);
  void bound(const Instruction &i);
  void select(const Instruction &i);
  void roundAll(const Instruction &i);
  void passStates(const Instruction &i);
  void poison(const Instruction &i, uint32_t lane, fovea_code code,
              int64_t value);

  Lane *lanes(uint32_t reg) const { return values + reg * laneCount; }
  uint8_t *states(uint32_t reg) const { return flags + reg * laneCount; }
  /// Addresses of the terms; true: the same in all lanes, only the first is
  /// set.
  bool addresses(const Instruction &i, int64_t *result) const;

  /// State arrays: element e of lane l is number e * laneCount + l.
  struct StateView {
    Lane *values;
    uint8_t *flags;
    int64_t *positions; ///< argmax, argmin: of the best element, or -1
  };

  const Program &program;
  Buffer memory;
  std::vector<const Bytes *> buffers;
  Bytes *output;
  Lane *values;
  uint8_t *flags;
  std::vector<StateView> stateViews;
  std::vector<int64_t> counters;
  uint32_t count = 0; ///< lanes in use
  int64_t first = 0;
  int64_t events = 0;
  int64_t traced = 0; ///< event to note, or 0
  Event noted;
  uint64_t steps = 0;
  bool stopped = false;
};

} // namespace device

#endif // STATIC_DEVICE_MACHINE_H
