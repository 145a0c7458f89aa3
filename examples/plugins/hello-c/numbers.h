//===- numbers.h - elements and their arithmetic ------------------*- C -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * What the header's table of ops says, one function for each kind of op. An f32
 * is kept in a double and rounded after each op, which for + - * / and sqrt is
 * what f32 arithmetic gives.
 */
#ifndef HELLO_C_NUMBERS_H
#define HELLO_C_NUMBERS_H

#include "backends/fovea_plugin.h"

/* What an element may be beside its number. The first two have the numbers of
 * fovea_hard, so that a select can set them. */
enum { ZERO = FOVEA_HARD_ZERO, NEGINF = FOVEA_HARD_NEGINF, FAILED = 4 };

typedef struct value {
  union {
    double f;  /* f32 (exactly) and f64 */
    int64_t i; /* i64 and bool */
  } is;
  int state;
} value;

int is_float(fovea_dtype type);
value of_float(double f);
value of_int(int64_t i);

/* The bits as a number. Signed overflow is undefined in C, and wraps in Fovea.
 */
int64_t wrap(uint64_t bits);
/* b is not 0. */
int64_t floor_div(int64_t a, int64_t b);
int64_t floor_mod(int64_t a, int64_t b);

/* Nothing below takes a value that FAILED. */
value cast(value v, fovea_dtype from, fovea_dtype to);
value one_operand(fovea_opcode opcode, int floats, value a);
/* A hard operand is its number; only FOVEA_OP_POW gives a hard one. */
value two_operands(fovea_opcode opcode, int floats, value a, value b);
int compare(fovea_predicate predicate, int floats, value a, value b);
/* Whether b takes the place of a in a maximum or minimum. */
int beats(int floats, int maximum, value a, value b);
/* What a reduction over nothing gives; argmax and argmin: a place for the best
 * element. */
value neutral(fovea_join join, int floats);

#endif /* HELLO_C_NUMBERS_H */
