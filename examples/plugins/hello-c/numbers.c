//===- numbers.c - elements and their arithmetic --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
#include "numbers.h"

#include <math.h>
#include <string.h>

int is_float(fovea_dtype type) {
  return type == FOVEA_F32 || type == FOVEA_F64;
}

value of_float(double f) {
  value v;
  v.is.f = f, v.state = 0;
  return v;
}

value of_int(int64_t i) {
  value v;
  v.is.i = i, v.state = 0;
  return v;
}

int64_t wrap(uint64_t bits) {
  int64_t i;
  memcpy(&i, &bits, 8);
  return i;
}

int64_t floor_div(int64_t a, int64_t b) {
  if (b == -1) /* the least integer has no negative */
    return wrap(0 - (uint64_t)a);
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

int64_t floor_mod(int64_t a, int64_t b) {
  return wrap((uint64_t)a - (uint64_t)b * (uint64_t)floor_div(a, b));
}

static double float_mod(double a, double b) {
  const double rest = fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* floor(a / b) of the quotient before it is rounded: 1 // 0.1 is 9. */
static double float_floor_div(double a, double b) {
  const double rest = fmod(a, b);
  const double less = rest != 0 && (rest < 0) != (b < 0);
  return b == 0 ? a / b : nearbyint((a - rest) / b - less);
}

static int64_t int_pow(int64_t a, int64_t b) {
  uint64_t result = 1, base = (uint64_t)a;
  if (b < 0) /* 1 / a ^ -b, cut off */
    return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
  for (; b; b /= 2, base *= base)
    if (b % 2)
      result *= base;
  return wrap(result);
}

value cast(value v, fovea_dtype from, fovea_dtype to) {
  if (is_float(to)) {
    if (!is_float(from))
      v.is.f = to == FOVEA_F32 ? (float)v.is.i : (double)v.is.i;
  } else if (to == FOVEA_BOOL) {
    v.is.i = is_float(from) ? v.is.f != 0 : v.is.i != 0;
  } else if (is_float(from)) {
    const double f = v.is.f;
    v.is.i = isnan(f)      ? 0
             : f >= 0x1p63 ? INT64_MAX
             : f < -0x1p63 ? INT64_MIN
                           : (int64_t)f;
  }
  v.state &= is_float(to) ? ZERO | NEGINF : ZERO;
  return v;
}

value one_operand(fovea_opcode opcode, int floats, value a) {
  const double x = floats ? a.is.f : 0;
  const int64_t i = floats ? 0 : a.is.i;
  value v = of_float(0);
  switch (opcode) {
  case FOVEA_OP_ABS:
    return floats ? of_float(fabs(x))
                  : of_int(i < 0 ? wrap(0 - (uint64_t)i) : i);
  case FOVEA_OP_NEG:
    v = floats ? of_float(-x) : of_int(wrap(0 - (uint64_t)i));
    v.state = a.state & ZERO;
    return v;
  case FOVEA_OP_SIGN:
    if (floats)
      return of_float(isnan(x) ? x : (x > 0) - (x < 0));
    return of_int((i > 0) - (i < 0));
  case FOVEA_OP_NOT:
    return of_int(!i);
  case FOVEA_OP_EXP:
  case FOVEA_OP_EXP2:
    v = of_float(opcode == FOVEA_OP_EXP ? exp(x) : exp2(x));
    v.state = a.state & NEGINF ? ZERO : 0;
    return v;
  case FOVEA_OP_SQRT:
    v = of_float(sqrt(x));
    v.state = a.state & ZERO;
    return v;
  case FOVEA_OP_EXPM1:
    return of_float(expm1(x));
  case FOVEA_OP_LOG:
    return of_float(log(x));
  case FOVEA_OP_LOG1P:
    return of_float(log1p(x));
  case FOVEA_OP_RSQRT:
    return of_float(1 / sqrt(x));
  case FOVEA_OP_TANH:
    return of_float(tanh(x));
  case FOVEA_OP_SINH:
    return of_float(sinh(x));
  case FOVEA_OP_COSH:
    return of_float(cosh(x));
  case FOVEA_OP_SIGMOID:
    return of_float(1 / (1 + exp(-x)));
  case FOVEA_OP_ERF:
    return of_float(erf(x));
  case FOVEA_OP_SIN:
    return of_float(sin(x));
  case FOVEA_OP_COS:
    return of_float(cos(x));
  default: /* FOVEA_OP_FLOOR */
    return floats ? of_float(floor(x)) : a;
  }
}

int compare(fovea_predicate predicate, int floats, value a, value b) {
  const int less = floats ? a.is.f < b.is.f : a.is.i < b.is.i;
  const int more = floats ? a.is.f > b.is.f : a.is.i > b.is.i;
  const int equal = floats ? a.is.f == b.is.f : a.is.i == b.is.i;
  switch (predicate) {
  case FOVEA_LT:
    return less;
  case FOVEA_LE:
    return less || equal;
  case FOVEA_GT:
    return more;
  case FOVEA_GE:
    return more || equal;
  case FOVEA_EQ:
    return equal;
  default: /* FOVEA_NE: holds with NaN, too */
    return !equal;
  }
}

/* Whether b takes the place of a in a maximum; NaN wins, the first one stays.
 */
int beats(int floats, int maximum, value a, value b) {
  if (floats && (isnan(a.is.f) || isnan(b.is.f)))
    return !isnan(a.is.f);
  return compare(maximum ? FOVEA_GT : FOVEA_LT, floats, b, a);
}

value two_operands(fovea_opcode opcode, int floats, value a, value b) {
  const double x = floats ? a.is.f : 0, y = floats ? b.is.f : 0;
  const uint64_t i = floats ? 0 : (uint64_t)a.is.i;
  const uint64_t j = floats ? 0 : (uint64_t)b.is.i;
  value v;
  switch (opcode) {
  case FOVEA_OP_ADD:
    return floats ? of_float(x + y) : of_int(wrap(i + j));
  case FOVEA_OP_SUB:
    return floats ? of_float(x - y) : of_int(wrap(i - j));
  case FOVEA_OP_MUL:
    return floats ? of_float(x * y) : of_int(wrap(i * j));
  case FOVEA_OP_DIV:
    return of_float(x / y);
  case FOVEA_OP_FLOORDIV:
    return floats ? of_float(float_floor_div(x, y))
                  : of_int(floor_div(a.is.i, b.is.i));
  case FOVEA_OP_MOD:
    return floats ? of_float(float_mod(x, y))
                  : of_int(floor_mod(a.is.i, b.is.i));
  case FOVEA_OP_POW:
    v = floats ? of_float(pow(x, y)) : of_int(int_pow(a.is.i, b.is.i));
    if (a.state & ZERO && (floats ? y > 0 : b.is.i > 0))
      v.state = ZERO;
    return v;
  default: /* FOVEA_OP_MIN, FOVEA_OP_MAX */
    v = beats(floats, opcode == FOVEA_OP_MAX, a, b) ? b : a;
    v.state = 0;
    return v;
  }
}

value neutral(fovea_join join, int floats) {
  const int maximum = join == FOVEA_MAX || join == FOVEA_ARGMAX;
  if (join == FOVEA_MAX || join == FOVEA_MIN || join >= FOVEA_ARGMAX)
    return floats ? of_float(maximum ? -INFINITY : INFINITY)
                  : of_int(maximum ? INT64_MIN : INT64_MAX);
  if (floats)
    return of_float(join == FOVEA_PROD);
  return of_int(join == FOVEA_PROD || join == FOVEA_ALL);
}
