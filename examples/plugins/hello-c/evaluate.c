//===- evaluate.c - one element after the other ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
#include "evaluate.h"

#include <string.h>

static value fail(worker *w, fovea_code code, uint32_t n, int64_t number,
                  int64_t extent) {
  const fovea_list axes = w->exe->op[n].axes;
  value v = of_int(0);
  w->fault.code = code, w->fault.op = n;
  w->fault.value = number, w->fault.extent = extent;
  for (uint32_t k = 0; k < axes.count && k < FOVEA_MAX_RANK; ++k)
    w->fault.at[k] = w->at[w->exe->list[axes.first + k]];
  v.state = FAILED;
  return v;
}

/*===-- Memory ------------------------------------------------------------===*/

static uint64_t bytes_of(fovea_dtype type) {
  return type == FOVEA_BOOL ? 1 : type == FOVEA_F32 ? 4 : 8;
}

static value load(fovea_dtype type, const char *from) {
  float single;
  value v = of_int(0);
  if (type == FOVEA_BOOL) {
    v.is.i = *from != 0;
  } else if (type == FOVEA_F32) {
    memcpy(&single, from, 4);
    v.is.f = single;
  } else {
    memcpy(&v.is, from, 8);
  }
  return v;
}

static void store(fovea_dtype type, char *to, value v) {
  const float single = type == FOVEA_F32 ? (float)v.is.f : 0;
  if (type == FOVEA_BOOL)
    *to = v.is.i != 0;
  else if (type == FOVEA_F32)
    memcpy(to, &single, 4);
  else
    memcpy(to, &v.is, 8);
}

/* The element of a port at the coordinates. Strides may be 0 or negative. */
static char *element_of(const worker *w, const fovea_port *port,
                        const fovea_tensor *tensor) {
  int64_t offset = 0;
  for (uint32_t k = 0; k < port->axes.count; ++k)
    offset += w->at[w->exe->list[port->axes.first + k]] * tensor->strides[k];
  return (char *)tensor->buffer.data + tensor->byte_offset +
         offset * (int64_t)bytes_of(tensor->dtype);
}

/* The position row-major along axes. */
static int64_t position(const worker *w, fovea_list axes) {
  int64_t at = 0;
  for (uint32_t k = 0; k < axes.count; ++k) {
    const uint32_t axis = w->exe->list[axes.first + k];
    at = at * w->instance->extent[axis] + w->at[axis];
  }
  return at;
}

/*===-- Evaluation --------------------------------------------------------===*/

static value value_of(worker *w, uint32_t n);

/* Asks the host now and then: a call for each element would be slow. */
static int stopped(worker *w) {
  return ++w->steps % 4096 == 0 &&
         w->exe->host->cancelled(w->request->run) != 0;
}

/* `element` joined along `axes` where `guard` holds. */
static value reduce(worker *w, fovea_list axes, fovea_join join,
                    uint32_t element, uint32_t guard) {
  const int floats = is_float(w->exe->op[element].dtype);
  const int maximum = join == FOVEA_MAX || join == FOVEA_ARGMAX;
  const uint32_t *list = w->exe->list + axes.first;
  int64_t count = 1, chosen = -1, outside[FOVEA_MAX_RANK];
  value all = neutral(join, floats);
  for (uint32_t k = 0; k < axes.count; ++k) {
    count *= w->instance->extent[list[k]];
    outside[k] = w->at[list[k]]; /* the axis may have a coordinate already */
    w->at[list[k]] = 0;
  }
  for (int64_t place = 0; place < count && !all.state; ++place) {
    value v = guard == FOVEA_NONE ? of_int(1) : value_of(w, guard);
    const int counts = v.state || v.is.i;
    if (counts && !v.state)
      v = value_of(w, element);
    if (stopped(w))
      v = fail(w, FOVEA_CANCELLED, element, 0, 0);
    /* From here on a hard number is its number: the result is an ordinary one.
     */
    if (v.state == FAILED)
      all = v;
    else if (counts && join == FOVEA_SUM)
      all = two_operands(FOVEA_OP_ADD, floats, all, v);
    else if (counts && join == FOVEA_PROD)
      all = two_operands(FOVEA_OP_MUL, floats, all, v);
    else if (counts && join == FOVEA_ANY)
      all.is.i |= v.is.i;
    else if (counts && join == FOVEA_ALL)
      all.is.i &= v.is.i;
    else if (counts && (chosen < 0 || beats(floats, maximum, all, v)))
      all.is = v.is, chosen = place;
    for (uint32_t k = axes.count; k-- > 0;) { /* the next place, row-major */
      if (++w->at[list[k]] < w->instance->extent[list[k]])
        break;
      w->at[list[k]] = 0;
    }
  }
  for (uint32_t k = 0; k < axes.count; ++k)
    w->at[list[k]] = outside[k];
  return join >= FOVEA_ARGMAX && !all.state ? of_int(chosen) : all;
}

/* Operand 0 with some coordinates replaced by the other operands. */
static value read_at(worker *w, uint32_t n, const uint32_t *operands) {
  const fovea_list over = w->exe->op[n].over;
  const uint32_t *list = w->exe->list + over.first;
  int64_t inside[FOVEA_MAX_RANK], outside[FOVEA_MAX_RANK];
  value v;
  for (uint32_t k = 0; k < over.count; ++k) {
    const int64_t extent = w->instance->extent[list[k]];
    v = value_of(w, operands[k + 1]);
    if (v.state == FAILED)
      return v;
    if (v.is.i < 0 || v.is.i >= extent)
      return fail(w, FOVEA_OUT_OF_RANGE, n, v.is.i, extent);
    inside[k] = v.is.i;
  }
  /* Only now: the indices belong to the coordinates outside. */
  for (uint32_t k = 0; k < over.count; ++k) {
    outside[k] = w->at[list[k]];
    w->at[list[k]] = inside[k];
  }
  v = value_of(w, operands[0]);
  for (uint32_t k = 0; k < over.count; ++k)
    w->at[list[k]] = outside[k];
  return v;
}

/* Both operands. Where `hard` of one decides, the other may fail; nobody needs
 * it. Gives 1 if `*result` is known by that. */
static int both(worker *w, uint32_t a, uint32_t b, int hard_a, int hard_b,
                value *x, value *y, value *result) {
  const fovea_op *second = &w->exe->op[b];
  *result = *x = value_of(w, a);
  if (x->state & hard_a)
    return 1;
  if (x->state == FAILED && !(hard_b && second->flags & (unsigned)hard_b))
    return 1;
  const fault first = w->fault;
  *y = value_of(w, b);
  if (y->state & hard_b) {
    *result = *y;
    return 1;
  }
  if (x->state == FAILED)
    w->fault = first;
  else if (y->state == FAILED)
    *result = *y;
  return result->state == FAILED;
}

static value compute(worker *w, uint32_t n) {
  const fovea_plugin_exe *exe = w->exe;
  const fovea_op *op = &exe->op[n];
  const uint32_t *o = exe->list + op->operands.first;
  const fovea_dtype from = op->operands.count ? exe->op[o[0]].dtype : op->dtype;
  const fovea_fold *fold;
  const fovea_accumulator *accumulator;
  const fovea_tensor *tensor;
  value a, b, result;
  int hard_a = 0, hard_b = 0;
  switch (op->opcode) {
  case FOVEA_OP_INPUT:
    tensor = FOVEA_AT(fovea_tensor, w->request->inputs, op->selector);
    return load(op->dtype, element_of(w, &exe->input[op->selector], tensor));
  case FOVEA_OP_CONSTANT:
    return is_float(op->dtype) ? of_float(op->number) : of_int(op->integer);
  case FOVEA_OP_LITERAL:
    return load(op->dtype,
                (const char *)exe->bytes + op->integer +
                    position(w, op->over) * (int64_t)bytes_of(op->dtype));
  case FOVEA_OP_SIZE:
    return of_int(w->instance->size[op->selector]);
  case FOVEA_OP_INDEX:
    return of_int(w->at[exe->list[op->over.first]]);
  /* By the time that somebody asks, the state of a fold is its last one. */
  case FOVEA_OP_ACCUMULATOR:
    fold = &exe->fold[op->selector];
    accumulator = &exe->accumulator[fold->accumulators.first + op->integer];
    return reduce(w, fold->axes, accumulator->join, accumulator->element,
                  accumulator->guard);
  case FOVEA_OP_GAUGE:
    fold = &exe->fold[op->selector];
    return value_of(w, exe->gauge[fold->gauges.first + op->integer].value);
  case FOVEA_OP_FOLD:
    fold = &exe->fold[op->selector];
    return value_of(w, exe->list[fold->results.first + op->integer]);
  case FOVEA_OP_AT:
    return read_at(w, n, o);
  case FOVEA_OP_REDUCE:
    return reduce(w, op->over, op->selector, o[0],
                  op->operands.count > 1 ? o[1] : FOVEA_NONE);
  case FOVEA_OP_SELECT:
    a = value_of(w, o[0]);
    if (a.state == FAILED)
      return a;
    result = value_of(w, a.is.i ? o[1] : o[2]);
    if (!a.is.i && result.state != FAILED)
      result.state |= (int)op->selector;
    return result;
  case FOVEA_OP_AND:
  case FOVEA_OP_OR:
    a = value_of(w, o[0]);
    if (a.state == FAILED || (a.is.i != 0) == (op->opcode == FOVEA_OP_OR))
      return a;
    return value_of(w, o[1]);
  case FOVEA_OP_CAST:
    a = value_of(w, o[0]);
    return a.state == FAILED ? a : cast(a, from, op->dtype);
  case FOVEA_OP_COMPARE:
    if (both(w, o[0], o[1], 0, 0, &a, &b, &result))
      return result;
    return of_int(compare(op->selector, is_float(from), a, b));
  default:
    break;
  }
  if (op->operands.count == 1) {
    a = value_of(w, o[0]);
    return a.state == FAILED ? a : one_operand(op->opcode, is_float(from), a);
  }
  if (op->opcode == FOVEA_OP_ADD)
    hard_a = hard_b = NEGINF;
  else if (op->opcode == FOVEA_OP_SUB)
    hard_a = NEGINF;
  else if (op->opcode == FOVEA_OP_MUL)
    hard_a = hard_b = ZERO;
  else if (op->opcode == FOVEA_OP_DIV)
    hard_a = ZERO;
  if (both(w, o[0], o[1], hard_a, hard_b, &a, &b, &result))
    return result;
  if (!is_float(op->dtype) &&
      ((b.is.i == 0 &&
        (op->opcode == FOVEA_OP_FLOORDIV || op->opcode == FOVEA_OP_MOD)) ||
       (op->opcode == FOVEA_OP_POW && a.is.i == 0 && b.is.i < 0)))
    return fail(w, FOVEA_DIVISION_BY_ZERO, n, 0, 0);
  return two_operands(op->opcode, is_float(op->dtype), a, b);
}

static value value_of(worker *w, uint32_t n) {
  const fovea_op *op = &w->exe->op[n];
  const uint64_t *first = &w->instance->first[n];
  memo *known = NULL;
  int64_t key = 0;
  value v;
  if (first[1] != first[0]) {
    key = position(w, op->axes);
    known = &w->memos[first[0] + ((uint64_t)key & (first[1] - first[0] - 1))];
    if (known->key == key)
      return known->known;
  }
  v = compute(w, n);
  if (op->dtype == FOVEA_F32 && v.state != FAILED)
    v.is.f = (float)v.is.f;
  if (known && v.state != FAILED) /* it may have been replaced meanwhile */
    known->key = key, known->known = v;
  return v;
}

void write_elements(void *context, uint64_t item, uint32_t number) {
  const job *job = context;
  worker *w = &job->workers[number];
  const fovea_port *port = job->port;
  const uint32_t *list = w->exe->list + port->axes.first;
  int64_t i = (int64_t)item * job->each;
  const int64_t end =
      job->elements - i < job->each ? job->elements : i + job->each;
  for (; i < end && w->fault.code == FOVEA_OK; ++i) {
    int64_t rest = i;
    value v;
    for (uint32_t k = port->axes.count; k-- > 0;) {
      w->at[list[k]] = rest % w->instance->extent[list[k]];
      rest /= w->instance->extent[list[k]];
    }
    v = value_of(w, port->op);
    if (stopped(w))
      v = fail(w, FOVEA_CANCELLED, port->op, 0, 0);
    if (v.state == FAILED)
      return;
    store(job->tensor->dtype, element_of(w, port, job->tensor), v);
    w->fault.code = FOVEA_OK; /* a hard 0 may have undone a fault */
  }
}
