//===- evaluate.h - a copied cluster, element by element ----------*- C -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * What plugin.c computes with, and the ways in which it may be wrong. Without
 * any memory: what is needed is computed again.
 */

#ifndef FOVEA_TESTS_KIT_BROKEN_EVALUATE_H
#define FOVEA_TESTS_KIT_BROKEN_EVALUATE_H

#include "backends/fovea_plugin.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
  RIGHT = 0,
  WRONG_MAJOR,
  IGNORES_REQUIRED,
  SMALL_TABLE,
  NO_RUN,
  THROWS,
  GARBAGE_STATUS,
  STORES_SCORES,
  OUT_OF_BOUNDS,
  WRONG_NUMBERS,
  LEAKS_THREADS,
  CHANGES_ROUNDING,
  HANGS,
  NEWER_MINOR,
  CRASHES,
  PRINTS,
  EXITS,
  CHANGES_ITS_MIND,
  WRITES_INPUTS,
  STEPS_BY_SIZEOF,
  LOADS_OTHERS,
  CLAIMS_NOTHING,
  FAILS_COMPILE,
  TAKES_NO_SIZES,
  LEAKS_EXES,
  LEAKS_INSTANCES,
  LEAKS_PAGES,
  NEVER_ASKS,
  IGNORES_TAIL,
  STEPS_NEEDS,
  NO_TEXT,
  NO_REASON,
  LEAKS_PROCESSES,
  LOSES_COORDINATES,
  SUMS_IN_F32,
  IGNORES_OFFSETS,
  SHARES_SCRATCH,
  CANCELS_OTHERS,
  ROUNDS_ON_WORKERS,
  INSTANCE_SCORES,
  LEAKS_FILES,
  CRASHES_ON_LOAD,
  CRASHES_IN_ENTRY,
  EXITS_IN_ENTRY,
  PRINTS_ON_LOAD,
  CLOSES_STDOUT,
  CRASHES_AT_END,
  PRINTS_AT_END,
  EXITS_AT_ONCE,
  VAST_WORKSPACE,
  CRASHES_IN_QUERY,
  CHANGES_PROCESS,
  FORKS,
  FORKS_AND_EXITS
};
#ifndef BROKEN
#define BROKEN RIGHT
#endif

#define MOST_AXES 32

/*===-- The cluster, copied -----------------------------------------------===*/

typedef struct {
  uint64_t count;
  void *data;
} Copied;

/* In the order of fovea_cluster. */
enum {
  DIMS,
  SIZES,
  AXES,
  INPUTS,
  OUTPUTS,
  OPS,
  FOLDS,
  ACCUMULATORS,
  GAUGES,
  RANGES,
  PLACES,
  LISTS,
  ARRAYS
};

struct fovea_plugin_exe {
  const fovea_host *host;
  Copied arrays[ARRAYS];
  int isLoaded;
  int64_t shared[MOST_AXES];
};
struct fovea_instance {
  fovea_plugin_exe *exe;
  int64_t extents[MOST_AXES];
  void *scores;
  int isCancelled;
  pthread_mutex_t lock;
};
struct fovea_backend {
  const fovea_host *host;
  int asked;
};

#define ITEM(exe, type, array, i) (((type *)(exe)->arrays[array].data) + (i))

/* An older host's elements are shorter: the rest of them is zero. */
static void copySpan(Copied *to, fovea_span from, size_t size) {
  to->count = from.count;
  to->data = calloc(from.count + 1, size);
  for (uint64_t i = 0; i < from.count; ++i)
    memcpy((char *)to->data + i * size,
           (const char *)from.data +
               i * (BROKEN == STEPS_BY_SIZEOF ? size : from.stride),
           size < from.stride ? size : from.stride);
}

static const size_t sizes[ARRAYS] = {
    sizeof(fovea_dim),   sizeof(fovea_size),        sizeof(fovea_axis),
    sizeof(fovea_port),  sizeof(fovea_port),        sizeof(fovea_op),
    sizeof(fovea_fold),  sizeof(fovea_accumulator), sizeof(fovea_gauge),
    sizeof(fovea_range), sizeof(fovea_place),       sizeof(uint32_t)};

static void copyCluster(fovea_plugin_exe *exe, const fovea_cluster *cluster) {
  const fovea_span *spans = &cluster->dims;
  for (int i = 0; i < ARRAYS; ++i)
    copySpan(&exe->arrays[i], spans[i], sizes[i]);
}

static void freeExe(fovea_plugin_exe *exe) {
  for (int i = 0; i < ARRAYS; ++i)
    if (BROKEN != LEAKS_EXES || i != DIMS)
      free(exe->arrays[i].data);
  free(exe);
}

static uint32_t listed(const fovea_plugin_exe *exe, fovea_list list,
                       uint32_t i) {
  return *ITEM(exe, uint32_t, LISTS, list.first + i);
}

/*===-- Numbers -----------------------------------------------------------===*/

typedef struct {
  const fovea_plugin_exe *exe;
  fovea_instance *instance;
  const fovea_run_request *request;
  int64_t own[MOST_AXES];
  int64_t *at; /* the coordinates */
  uint64_t steps;
  int isCancelled;
} Run;

/* Whether the user wants it to stop; asked now and then. */
static int stops(Run *run) {
  if (++run->steps % 1024 == 0 && BROKEN != NEVER_ASKS &&
      run->exe->host->cancelled(run->request->run))
    run->isCancelled = run->instance->isCancelled = 1;
  return BROKEN == CANCELS_OTHERS ? run->instance->isCancelled
                                  : run->isCancelled;
}

static double eval(Run *run, uint32_t number);

static float *element(const Run *run, const fovea_tensor *tensor,
                      fovea_list axes) {
  int64_t offset = 0;
  for (uint32_t i = 0; i < axes.count; ++i)
    offset += run->at[listed(run->exe, axes, i)] * tensor->strides[i];
  const uint64_t first = BROKEN == IGNORES_OFFSETS ? 0 : tensor->byte_offset;
  return (float *)((char *)tensor->buffer.data + first) + offset;
}

static double joined(Run *run, fovea_join join, uint32_t op, fovea_list axes) {
  int64_t outer[MOST_AXES], count = 1;
  double result = join == FOVEA_SUM ? 0 : -INFINITY;
  memcpy(outer, run->at, sizeof outer);
  for (uint32_t i = 0; i < axes.count; ++i)
    count *= run->instance->extents[listed(run->exe, axes, i)];
  if (BROKEN == WRONG_NUMBERS && count > 16)
    --count;
  for (int64_t place = 0; place < count && !stops(run); ++place) {
    int64_t rest = place;
    for (uint32_t i = axes.count; i-- > 0;) {
      const uint32_t axis = listed(run->exe, axes, i);
      run->at[axis] = rest % run->instance->extents[axis];
      rest /= run->instance->extents[axis];
    }
    const double value = eval(run, op);
    if (join == FOVEA_SUM)
      result = BROKEN == SUMS_IN_F32 ? (float)(result + value) : result + value;
    else if (value > result || isnan(value))
      result = value;
  }
  /* Who reads the axis next means the place outside. */
  if (BROKEN != LOSES_COORDINATES)
    memcpy(run->at, outer, sizeof outer);
  return result;
}

static double eval(Run *run, uint32_t number) {
  const fovea_plugin_exe *exe = run->exe;
  const fovea_op *op = ITEM(exe, fovea_op, OPS, number);
  double a = 0, b = 0;
  if (op->operands.count && op->opcode != FOVEA_OP_REDUCE)
    a = eval(run, listed(exe, op->operands, 0));
  if (op->operands.count > 1)
    b = eval(run, listed(exe, op->operands, 1));
  switch (op->opcode) {
  case FOVEA_OP_INPUT: {
    float value;
    memcpy(&value,
           element(run,
                   FOVEA_AT(fovea_tensor, run->request->inputs, op->selector),
                   ITEM(exe, fovea_port, INPUTS, op->selector)->axes),
           sizeof value);
    return value;
  }
  case FOVEA_OP_CONSTANT:
    return op->number;
  case FOVEA_OP_REDUCE:
    return joined(run, op->selector, listed(exe, op->operands, 0), op->over);
  case FOVEA_OP_ACCUMULATOR: {
    const fovea_fold *fold = ITEM(exe, fovea_fold, FOLDS, op->selector);
    const fovea_accumulator *accumulator =
        ITEM(exe, fovea_accumulator, ACCUMULATORS,
             fold->accumulators.first + (uint32_t)op->integer);
    return joined(run, accumulator->join, accumulator->element, fold->axes);
  }
  case FOVEA_OP_FOLD:
    return eval(run,
                listed(exe, ITEM(exe, fovea_fold, FOLDS, op->selector)->results,
                       (uint32_t)op->integer));
  case FOVEA_OP_ADD:
    return a + b;
  case FOVEA_OP_SUB:
    return a - b;
  case FOVEA_OP_MUL:
    return a * b;
  case FOVEA_OP_NEG:
    return -a;
  case FOVEA_OP_POW:
    return pow(a, b);
  default:
    return exp(a);
  }
}

#endif /* FOVEA_TESTS_KIT_BROKEN_EVALUATE_H */
