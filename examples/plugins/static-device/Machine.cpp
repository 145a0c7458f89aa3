//===- Machine.cpp - executes programs ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "Model.h"
#include "Numbers.h"

#include <algorithm>
#include <cmath>

using namespace device;

static uint64_t bytesOfState(const Program::StateArray &state) {
  const uint64_t each = sizeof(Lane) + 1 + (state.positions ? 8 : 0);
  return state.elements * laneCount * each;
}

uint64_t Machine::bytesFor(const Program &program) {
  uint64_t bytes = program.uniform.size() * laneCount * (sizeof(Lane) + 1);
  for (const Program::StateArray &state : program.states)
    bytes += bytesOfState(state);
  return bytes;
}

Machine::Machine(const Program &program, DeviceMemory &device,
                 const std::vector<const Buffer *> &inputs, Buffer &result)
    : program(program), memory(device.allocate(bytesFor(program))),
      output(result.address), counters(program.code.size()) {
  for (const Buffer *input : inputs)
    buffers.push_back(input->address);
  // What a program never marks dirty keeps these zeros.
  std::memset(memory.address, 0, bytesFor(program));
  Bytes *next = memory.address;
  const auto take = [&](uint64_t bytes) {
    Bytes *here = next;
    next += bytes;
    return here;
  };
  const uint64_t registers = program.uniform.size();
  // Counts are multiples of 64, so all that follows is aligned.
  values = reinterpret_cast<Lane *>(take(registers * laneCount * sizeof(Lane)));
  flags = reinterpret_cast<uint8_t *>(take(registers * laneCount));
  for (const Program::StateArray &state : program.states) {
    const uint64_t elements = state.elements * laneCount;
    StateView view{};
    view.values = reinterpret_cast<Lane *>(take(elements * sizeof(Lane)));
    view.flags = reinterpret_cast<uint8_t *>(take(elements));
    if (state.positions)
      view.positions = reinterpret_cast<int64_t *>(take(elements * 8));
    stateViews.push_back(view);
  }
}

Event Machine::run(int64_t start, uint32_t places,
                   const std::function<bool()> &cancelled) {
  first = start;
  count = places;
  traced = 0;
  const int64_t failed = execute(cancelled);
  if (failed && !stopped) {
    // The same again gives the same events, and now it is known which counts.
    traced = failed;
    execute(cancelled);
  }
  if (stopped)
    noted.code = FOVEA_CANCELLED;
  return noted;
}

void Machine::setLanes() {
  for (uint32_t lane = 0; lane < count; ++lane) {
    int64_t rest = first + lane;
    for (size_t k = program.laneAxes.size(); k-- > 0;) {
      const Program::LaneAxis &axis = program.laneAxes[k];
      lanes(axis.reg)[lane].i = rest % axis.extent;
      rest /= axis.extent;
    }
  }
}

int64_t Machine::execute(const std::function<bool()> &cancelled) {
  events = 0;
  setLanes();
  const auto count_to = [&](const Instruction &loop, int64_t number) {
    for (uint32_t lane = 0; lane < count; ++lane)
      lanes(loop.dst)[lane].i = number;
  };
  for (uint32_t at = 0; at < program.code.size();) {
    const Instruction &i = program.code[at];
    switch (i.code) {
    case Code::Loop:
      counters[at] = 0;
      count_to(i, 0);
      at = i.integer ? at + 1 : i.target;
      break;
    case Code::Next: {
      const Instruction &loop = program.code[i.target];
      if (++steps % 4096 == 0 && cancelled()) {
        stopped = true;
        return 0;
      }
      if (++counters[i.target] < loop.integer) {
        count_to(loop, counters[i.target]);
        at = i.target + 1;
      } else {
        ++at;
      }
      break;
    }
    case Code::Store:
      if (const int64_t failed = store(i))
        return failed;
      ++at;
      break;
    default:
      step(i);
      ++at;
      break;
    }
  }
  return 0;
}

bool Machine::addresses(const Instruction &i, int64_t *result) const {
  const Term *term = program.terms.data() + i.firstTerm;
  int64_t base = 0;
  bool uniform = true;
  for (uint32_t k = 0; k < i.termCount; ++k)
    if (program.uniform[term[k].reg])
      base += lanes(term[k].reg)[0].i * term[k].stride;
    else
      uniform = false;
  std::fill_n(result, uniform ? 1 : count, base);
  for (uint32_t k = 0; k < i.termCount && !uniform; ++k) {
    const Lane *at = lanes(term[k].reg);
    if (!program.uniform[term[k].reg])
      for (uint32_t lane = 0; lane < count; ++lane)
        result[lane] += at[lane].i * term[k].stride;
  }
  return uniform;
}

void Machine::load(const Instruction &i) {
  int64_t at[laneCount];
  const bool uniform = addresses(i, at);
  const Bytes *base = buffers[i.buffer] + i.integer;
  const auto bytes = int64_t(bytesOf(i.type));
  Lane *dst = lanes(i.dst);
  if (uniform)
    std::fill_n(dst, count, fromMemory(base + at[0] * bytes, i.type));
  else if (i.type == FOVEA_F32)
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].f = reinterpret_cast<const float *>(base)[at[lane]];
  else
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane] = fromMemory(base + at[lane] * bytes, i.type);
}

void Machine::step(const Instruction &i) {
  const Lane *a = i.a == FOVEA_NONE ? nullptr : lanes(i.a);
  const Lane *b = i.b == FOVEA_NONE ? nullptr : lanes(i.b);
  Lane *dst = i.dst == FOVEA_NONE ? nullptr : lanes(i.dst);
  switch (i.code) {
  case Code::Constant:
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].i = i.integer;
    return;
  case Code::Load:
    return load(i);
  case Code::Address: {
    int64_t at[laneCount];
    const bool uniform = addresses(i, at);
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].i = i.integer + at[uniform ? 0 : lane];
    return;
  }
  case Code::Clamp:
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].i = std::max<int64_t>(std::min(a[lane].i, i.integer - 1), 0);
    return;
  case Code::Bound:
    return bound(i);
  case Code::Init:
    return init(i);
  case Code::Join:
    return join(i);
  case Code::LoadState:
    return loadState(i);
  case Code::Select:
    return select(i);
  case Code::Unary:
    unary(i);
    break;
  case Code::Binary:
    if (isFloat(i.type))
      binary(i);
    else
      integers(i);
    break;
  case Code::Compare:
    compare(i);
    break;
  case Code::Cast:
    cast(i);
    break;
  case Code::FoldKey:
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].i = foldKey(a[lane].i, b[lane].i);
    break;
  case Code::Random:
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].f = i.selector == FOVEA_UNIFORM
                        ? uniformAt(a[lane].i, b[lane].i)
                        : normalAt(a[lane].i, b[lane].i);
    break;
  default:
    break;
  }
  if (i.type == FOVEA_F32)
    roundAll(i);
  if (i.dirty)
    passStates(i);
}

void Machine::roundAll(const Instruction &i) {
  Lane *dst = lanes(i.dst);
  for (uint32_t lane = 0; lane < count; ++lane)
    dst[lane].f = float(dst[lane].f);
}

/// What the numbers' states make of the result: after the numbers, which are
/// nonsense where an operand is poison.
void Machine::passStates(const Instruction &i) {
  Lane *dst = lanes(i.dst);
  uint8_t *to = states(i.dst);
  const Lane *a = lanes(i.a);
  const Lane *b = i.b == FOVEA_NONE ? nullptr : lanes(i.b);
  const bool isBinary = i.code == Code::Binary;
  const bool isUnary = i.code == Code::Unary;
  const auto is = [&](fovea_opcode opcode) {
    return (isBinary || isUnary) && i.selector == opcode;
  };
  for (uint32_t lane = 0; lane < count; ++lane) {
    const uint8_t sa = states(i.a)[lane];
    const uint8_t sb = b ? states(i.b)[lane] : 0;
    to[lane] = 0;
    // What absorbs the other operand, poison included.
    if ((is(FOVEA_OP_MUL) && ((sa | sb) & Zero)) ||
        (is(FOVEA_OP_DIV) && (sa & Zero))) {
      to[lane] = Zero;
      dst[lane].i = 0; // the bits of 0.0, too
    } else if ((is(FOVEA_OP_ADD) && ((sa | sb) & NegInf)) ||
               (is(FOVEA_OP_SUB) && (sa & NegInf))) {
      to[lane] = NegInf;
      dst[lane].f = -HUGE_VAL;
    } else if (is(FOVEA_OP_AND) || is(FOVEA_OP_OR)) {
      if (sa & Poison) {
        to[lane] = Poison;
        dst[lane] = a[lane];
      } else if ((a[lane].i != 0) == is(FOVEA_OP_AND) && (sb & Poison)) {
        to[lane] = Poison;
        dst[lane] = b[lane];
      }
    } else if ((sa | sb) & Poison) {
      to[lane] = Poison;
      dst[lane] = sa & Poison ? a[lane] : b[lane];
    } else if (is(FOVEA_OP_NEG) || is(FOVEA_OP_SQRT)) {
      to[lane] = sa & Zero;
    } else if (is(FOVEA_OP_EXP) || is(FOVEA_OP_EXP2)) {
      to[lane] = sa & NegInf ? Zero : 0;
    } else if (i.code == Code::Cast) {
      to[lane] = sa & (isFloat(i.type) ? Zero | NegInf : uint8_t(Zero));
    } else if (isBinary && !isFloat(i.type)) {
      const bool divides = is(FOVEA_OP_FLOORDIV) || is(FOVEA_OP_MOD);
      if ((divides && b[lane].i == 0) ||
          (is(FOVEA_OP_POW) && a[lane].i == 0 && b[lane].i < 0))
        poison(i, lane, FOVEA_DIVISION_BY_ZERO, 0);
      else if (is(FOVEA_OP_POW) && b[lane].i > 0)
        to[lane] = sa & Zero;
    } else if (is(FOVEA_OP_POW) && b[lane].f > 0) {
      to[lane] = sa & Zero;
    }
  }
}

void Machine::poison(const Instruction &i, uint32_t lane, fovea_code code,
                     int64_t value) {
  states(i.dst)[lane] = Poison;
  lanes(i.dst)[lane].i = ++events;
  if (events != traced)
    return;
  noted.code = code;
  noted.op = i.source;
  noted.value = value;
  noted.extent = i.integer;
  for (uint32_t k = 0; k < i.termCount; ++k)
    noted.position.push_back(lanes(program.terms[i.firstTerm + k].reg)[lane].i);
}

void Machine::bound(const Instruction &i) {
  const Lane *a = lanes(i.a), *b = lanes(i.b);
  for (uint32_t lane = 0; lane < count; ++lane) {
    lanes(i.dst)[lane] = a[lane];
    states(i.dst)[lane] = states(i.a)[lane];
    if (states(i.b)[lane] & Poison) {
      lanes(i.dst)[lane] = b[lane];
      states(i.dst)[lane] = Poison;
    } else if (b[lane].i < 0 || b[lane].i >= i.integer) {
      poison(i, lane, FOVEA_OUT_OF_RANGE, b[lane].i);
    }
  }
}

void Machine::select(const Instruction &i) {
  const Lane *a = lanes(i.a), *b = lanes(i.b), *c = lanes(i.c);
  Lane *dst = lanes(i.dst);
  for (uint32_t lane = 0; lane < count; ++lane)
    dst[lane] = a[lane].i ? b[lane] : c[lane];
  if (!i.dirty)
    return;
  for (uint32_t lane = 0; lane < count; ++lane) {
    uint8_t &to = states(i.dst)[lane];
    if (states(i.a)[lane] & Poison) {
      dst[lane] = a[lane];
      to = Poison;
    } else if (a[lane].i) {
      to = states(i.b)[lane];
    } else {
      to = states(i.c)[lane];
      to = to & Poison ? to : uint8_t(to | i.selector);
    }
  }
}

int64_t Machine::store(const Instruction &i) {
  int64_t at[laneCount];
  const bool uniform = addresses(i, at);
  const auto bytes = int64_t(bytesOf(i.type));
  for (uint32_t lane = 0; lane < count; ++lane) {
    if (states(i.a)[lane] & Poison)
      return lanes(i.a)[lane].i;
    toMemory(output + at[uniform ? 0 : lane] * bytes, i.type, lanes(i.a)[lane]);
  }
  return 0;
}
