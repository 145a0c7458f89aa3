//===- evaluate.h - one element after the other -------------------*- C -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * value_of(op) is the element of an op at the worker's coordinates; it asks its
 * operands in turn. So an element that nobody needs is never computed, which is
 * the language's rule of demand.
 *
 * A fold needs no code of its own: an accumulator is a reduction, a gauge is an
 * op (the header's "naive way"). A few thousand elements of each reduction are
 * remembered; without that a row's maximum would be found anew for each element
 * of the row.
 */
#ifndef HELLO_C_EVALUATE_H
#define HELLO_C_EVALUATE_H

#include "numbers.h"

/* How many elements of a reduction a worker remembers; a power of two. */
enum { REMEMBERED = 4096 };

/* A remembered element. */
typedef struct memo {
  int64_t key; /* its position along the op's axes, or -1 */
  value known;
} memo;

struct fovea_backend {
  const fovea_host *host;
};

/* The cluster lives during a call only, so this holds copies. */
struct fovea_plugin_exe {
  const fovea_host *host;
  uint64_t ops, axes, sizes, folds;
  fovea_op *op;
  fovea_axis *axis;
  fovea_size *size;
  fovea_port *input, *output;
  fovea_fold *fold;
  fovea_accumulator *accumulator;
  fovea_gauge *gauge;
  uint32_t *list;
  uint64_t *bytes;
  char *text;
};

struct fovea_instance {
  const fovea_plugin_exe *exe;
  int64_t *size;   /* value of each size */
  int64_t *extent; /* of each axis */
  uint64_t *first; /* memo of each op, where the next one's begin: a power of
                      two many, or none */
};

/* What went wrong; kept apart from the answer because a hard 0 may undo it. */
typedef struct fault {
  fovea_code code;
  uint32_t op;
  int64_t value, extent, at[FOVEA_MAX_RANK];
} fault;

typedef struct worker {
  const fovea_plugin_exe *exe;
  const fovea_instance *instance;
  const fovea_run_request *request;
  int64_t *at; /* coordinate along each axis */
  memo *memos;
  fault fault;
  uint64_t steps;
} worker;

/* What parallel_for hands around. */
typedef struct job {
  worker *workers;
  const fovea_port *port;
  const fovea_tensor *tensor;
  int64_t elements, each; /* of the output, of an item */
} job;

/* Writes elements `item` * `each` and on of the job's output: what parallel_for
 * calls. What goes wrong is in the worker's fault. */
void write_elements(void *job, uint64_t item, uint32_t worker);

#endif /* HELLO_C_EVALUATE_H */
