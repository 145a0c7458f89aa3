//===- fovea_plugin.h - a backend outside of Fovea ----------------*- C -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * What a backend plugin implements, and what it is handed. C99 and C++17; it
 * needs runtime/fovea_abi.h and nothing else. docs/writing-a-backend.md is the
 * way in.
 *
 * A plugin is a shared library that exports one function, fovea_plugin_entry.
 * Per program:
 *
 *   open     once, with the user's options                  -> backend
 *   query    "would you compute this cluster?"              -> claim
 *   compile  sizes are symbols                              -> exe
 *   prepare  sizes are numbers; the host keeps instances    -> instance
 *   run      arrays in, arrays out
 *   ..._free instance, exe, backend: always in that order
 *
 * Errors. Every function that can fail returns a fovea_code and, unless it is
 * FOVEA_OK, fills in `error`, which the host owns and has initialised: code,
 * message, and where they are known the op (so that the user sees a caret in
 * his program), tensor, value and position. No exception and no longjmp may
 * cross. FOVEA_INTERNAL of a plugin, and a code that the host does not know,
 * reach the user as FOVEA_BACKEND: neither is a fault of Fovea.
 *
 * Threads. The host calls everything from any thread. query, compile, prepare,
 * save and load: one call at a time for one backend. run: any number at once,
 * for one instance too, unless the plugin says FOVEA_PLUGIN_SERIAL_RUN: then
 * one run at a time in the whole process, whatever the instance. Whatever is
 * not excluded here may overlap: calls for other backends, several `open`, a
 * run and a compile. `..._free` and `close` come once nothing uses that object
 * any more, but beside calls for all others: an instance is freed while its
 * backend compiles or its exe prepares, and two of one exe at once. So what
 * objects of a plugin share needs a lock of the plugin's own. The
 * floating-point environment is left as it was found. Nothing is written to
 * stdout; texts go to fovea_host::log.
 *
 * Ownership. What the host passes lives during the call, except for the host's
 * table, which lives until `close`. What a plugin makes lives until its `free`.
 * Strings are UTF-8 and end with a zero.
 *
 * Growth. The major version changes what is here, a minor one appends: fields
 * at the end of structs, numbers at the end of lists. A struct starts with
 * `size` and `version`, as its writer knows it; a reader reads no field beyond
 * `size`, ignores tails that it does not know in tables and results, and
 * answers FOVEA_UNSUPPORTED where such a tail of a request is not zero. A
 * writer of a minor version may be older than its reader: no struct ends before
 * version 1.0 of it does, and fields that are missing are zero. Requests are
 * fovea_open_request, fovea_cluster (in query, compile, load),
 * fovea_prepare_request, fovea_run_request, and to the host fovea_cluster and
 * fovea_match; tables are fovea_host and fovea_plugin; results are fovea_claim,
 * fovea_prepared, fovea_needs and fovea_error. Arrays are {data, count,
 * stride}: step by `stride`, never by sizeof (FOVEA_AT does). An element ends
 * at its stride: what lies behind the fields that a reader knows means nothing
 * to him, and fields that he knows but lie beyond are zero; arrays of plain
 * numbers
 * (`lists`, `bytes`, `text`, `dims` of a run) never grow. Unknown numbers of a
 * list mean: this cluster is not for you (FOVEA_UNSUPPORTED). No struct has
 * padding, so every byte of one has a meaning.
 */

#ifndef FOVEA_BACKENDS_FOVEA_PLUGIN_H
#define FOVEA_BACKENDS_FOVEA_PLUGIN_H

#include "runtime/fovea_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this interface (not of Fovea). */
#define FOVEA_PLUGIN_MAJOR 1u
#define FOVEA_PLUGIN_MINOR 0u
/** What goes into `version` of the structs below. */
#define FOVEA_PLUGIN_VERSION (FOVEA_PLUGIN_MAJOR << 16 | FOVEA_PLUGIN_MINOR)

#ifdef __GNUC__
#define FOVEA_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define FOVEA_PLUGIN_EXPORT
#endif

/** No op, no place, no number. */
#define FOVEA_NONE 0xffffffffu

/*===-- Arrays ------------------------------------------------------------===*/

/** `count` elements, `stride` bytes apart. Frozen. */
typedef struct fovea_span {
  const void *data; /**< may be null if `count` is 0 */
  uint64_t count;
  uint64_t stride; /**< at least the size of an element in version 1.0 */
} fovea_span;

/** Pointer to element `i` of a span of `type`. */
#define FOVEA_AT(type, span, i)                                                \
  ((const type *)(const void *)((const char *)(span).data +                    \
                                (span).stride * (uint64_t)(i)))

/** `count` numbers of fovea_cluster::lists from `first` on. Frozen. */
typedef struct fovea_list {
  uint32_t first;
  uint32_t count;
} fovea_list;

/*===-- Meaning -------------------------------------------------------------===
 * A cluster is a formula: the fused pass or passes that the host wants computed
 * together. It holds no loops, no block sizes and no memory layouts. Ops are
 * numbered; an op's operands have smaller numbers, and so has all that a fold
 * is made of (fovea_fold) than the FOVEA_OP_FOLD that gives its result: one
 * walk in order visits first what is needed first.
 *
 * Every op is an array over named axes, in no order: its element at coordinates
 * (one for each of its axes) is made from its operands' elements at the same
 * coordinates. An operand lacks axes that it does not vary along. Two ops that
 * have an axis in common mean the same coordinate by it.
 *
 * Hard numbers. Beside its number an element may be a *hard* 0 or a *hard*
 * -inf, which says that it stands for nothing. They begin at FOVEA_OP_SELECT;
 * the table of ops says how they pass. An op without FOVEA_OP_MAY_BE_ZERO and
 * FOVEA_OP_MAY_BE_NEGINF is never hard, and most are not. A hard number is
 * exactly 0 or -inf, and is joined like any other: a sum may leave it out, an
 * argmax may not.
 *
 * Demand. An element that no element of an output needs may fail (a read out of
 * range, an integer division by zero) without consequence. FOVEA_OP_SELECT
 * needs the branch that it takes; FOVEA_OP_AND its second operand only if the
 * first holds, FOVEA_OP_OR if it does not; a guarded reduction its element
 * where the guard holds; a product whose one factor is a hard 0 (a sum with a
 * hard -inf, ...) not the other. An op without FOVEA_OP_MAY_FAIL does not fail
 * where it is needed. Who computes what is not needed has to expect anything
 * there: indices out of range, divisors of 0, numbers outside of `low` and
 * `high`.
 *
 * Numbers. Floats follow IEEE 754, integers wrap. What an f32 op gives is an
 * f32 number, wherever it is computed: so differences of equal numbers are 0.
 * f16 and bf16 occur only as stored types: in inputs, outputs,
 * FOVEA_OP_CONSTANT, FOVEA_OP_LITERAL, FOVEA_OP_CAST, and what hands such an
 * element on, FOVEA_OP_AT. Sums and products of floats accumulate at least in
 * f32, in any order. The sign of a zero is not specified. How far results may
 * be from those of an f64 evaluation is in docs/writing-a-backend.md; the kit
 * checks it.
 *
 * Errors of a run. `op` is the op that fails, `position` its coordinates along
 * its `axes` in that order. A read out of range gives the index as `value` and
 * the op's name as `tensor`. The message is the whole sentence that the user
 * sees.
 */

/** How elements are joined by a reduction; over nothing it gives the number in
 *  brackets. NaN wins max, min, argmax and argmin (the first NaN). */
typedef uint32_t fovea_join;
enum {
  FOVEA_SUM = 0,  /**< [0] */
  FOVEA_PROD = 1, /**< [1] */
  FOVEA_MAX = 2,  /**< [-inf; of integers the least] */
  FOVEA_MIN = 3,  /**< [inf; of integers the greatest] */
  FOVEA_ANY = 4,  /**< [false] */
  FOVEA_ALL = 5,  /**< [true] */
  /** [-1] position of the first greatest, row-major along the axes in the order
   *  that is listed; i64 */
  FOVEA_ARGMAX = 6,
  FOVEA_ARGMIN = 7 /**< [-1] */
};

/** Comparisons; with NaN only FOVEA_NE holds. */
typedef uint32_t fovea_predicate;
enum {
  FOVEA_LT = 0,
  FOVEA_LE = 1,
  FOVEA_GT = 2,
  FOVEA_GE = 3,
  FOVEA_EQ = 4,
  FOVEA_NE = 5
};

/** Hardness of the number in the else branch of a select. */
typedef uint32_t fovea_hard;
enum { FOVEA_SOFT = 0, FOVEA_HARD_ZERO = 1, FOVEA_HARD_NEGINF = 2 };

typedef uint32_t fovea_distribution;
enum { FOVEA_UNIFORM = 0, FOVEA_NORMAL = 1 };

/** What an op computes. a, b, c are its operands in order. Where hard numbers
 *  pass, "0" and "-inf" stand for hard ones; without a word an op's result is
 *  an ordinary number. */
typedef uint32_t fovea_opcode;
enum {
  /* Leaves. */
  FOVEA_OP_INPUT = 1,    /**< input number `selector` */
  FOVEA_OP_CONSTANT = 2, /**< `number` if of floats, else `integer` */
  /** Element of an array in fovea_cluster::bytes, from byte `integer` on, dense
   *  and row-major along `over`. */
  FOVEA_OP_LITERAL = 3,
  FOVEA_OP_SIZE = 4,  /**< value of size number `selector`; i64 */
  FOVEA_OP_INDEX = 5, /**< coordinate along `over`[0]; i64 */
  /* State of fold `selector`: accumulator or gauge number `integer`. */
  FOVEA_OP_ACCUMULATOR = 6,     /**< as it is now */
  FOVEA_OP_GAUGE = 7,           /**< as it is now */
  FOVEA_OP_OLD_ACCUMULATOR = 8, /**< in `repair`: before it is moved */
  FOVEA_OP_OLD_GAUGE = 9,       /**< in `repair`: what it was made at */
  FOVEA_OP_FOLD = 10, /**< result number `integer` of fold `selector` */
  /* Structure. */
  /** Operand 0 with the axes of `over` replaced by the operands 1, 2, ...,
   *  which are i64. An index outside of 0 .. extent - 1 is FOVEA_OUT_OF_RANGE,
   *  in tensor `name`. Operand 0 may lack an axis of `over`: its index is
   *  checked all the same. Hardness is kept. An index that is FOVEA_OP_INDEX of
   *  an axis of the same size only renames, and cannot fail. */
  FOVEA_OP_AT = 11,
  /** Operand 0 joined by `selector` (fovea_join) along `over`; operand 1, if
   *  there is one, is the guard: only places at which it holds count. Operand 0
   *  may lack an axis of `over`: it counts extent times. */
  FOVEA_OP_REDUCE = 12,
  /** a ? b : c; hard as what it takes is; if not a, also as `selector`
   *  (fovea_hard) says. */
  FOVEA_OP_SELECT = 13,
  FOVEA_OP_COMPARE = 14, /**< a `selector` b */
  /** a as `dtype`: to floats round to nearest even; floats to integers towards
   *  zero, saturated, NaN gives 0; i64 to i32 saturated; to bool: not 0. 0 and
   *  -inf (of floats) pass. */
  FOVEA_OP_CAST = 15,
  /** Key a with index b folded in (i64): the low 64 bits of Philox4x32-10 with
   *  key a and counter {b low, b high, 0, 1}. */
  FOVEA_OP_FOLD_KEY = 16,
  /** Number of distribution `selector` with key a and counter b: word b mod 4
   *  of Philox block b div 4, counter {block low, block high, 0, 0}; both round
   *  down. Uniform: (word >> 8) * 2^-24. Normal, of the words v and w with the
   *  counters c = b - b mod 2 and c + 1: sqrt(-2 ln(((v >> 8) + 1) * 2^-24))
   *  times the cosine (b = c) or sine of 2 pi (w >> 8) * 2^-24. */
  FOVEA_OP_RANDOM = 17,
  /* One operand. */
  FOVEA_OP_ABS = 32,
  FOVEA_OP_NEG = 33,  /**< 0 passes */
  FOVEA_OP_SIGN = 34, /**< -1, 0, 1; of NaN, NaN */
  FOVEA_OP_NOT = 35,
  FOVEA_OP_EXP = 36,  /**< -inf becomes 0 */
  FOVEA_OP_EXP2 = 37, /**< -inf becomes 0 */
  FOVEA_OP_EXPM1 = 38,
  FOVEA_OP_LOG = 39,
  FOVEA_OP_LOG1P = 40,
  FOVEA_OP_SQRT = 41, /**< 0 passes */
  FOVEA_OP_RSQRT = 42,
  FOVEA_OP_TANH = 43,
  FOVEA_OP_SINH = 44,
  FOVEA_OP_COSH = 45,
  FOVEA_OP_SIGMOID = 46,
  FOVEA_OP_ERF = 47,
  FOVEA_OP_SIN = 48,
  FOVEA_OP_COS = 49,
  FOVEA_OP_FLOOR = 50,
  /* Two operands. */
  FOVEA_OP_ADD = 64, /**< -inf of either passes */
  FOVEA_OP_SUB = 65, /**< -inf of a passes */
  FOVEA_OP_MUL = 66, /**< 0 of either passes, whatever the other is */
  FOVEA_OP_DIV = 67, /**< of floats; 0 of a passes, whatever b is */
  /** floor(a / b); an integer b of 0 is FOVEA_DIVISION_BY_ZERO. Of floats as in
   *  Python: the quotient that belongs to the remainder, rounded to a whole
   *  number; b = 0 gives a / b. */
  FOVEA_OP_FLOORDIV = 68,
  /** a - b floor(a / b), with the sign of b; likewise. Of floats fmod(a, b),
   *  plus b if the signs differ. */
  FOVEA_OP_MOD = 69,
  /** 0 of a passes if b > 0. Integers wrap; b < 0 gives the truncated quotient,
   *  of a = 0 FOVEA_DIVISION_BY_ZERO. */
  FOVEA_OP_POW = 70,
  FOVEA_OP_MIN = 71, /**< NaN wins */
  FOVEA_OP_MAX = 72, /**< NaN wins */
  FOVEA_OP_AND = 73,
  FOVEA_OP_OR = 74
};

/** Flags of an op. */
enum {
  FOVEA_OP_MAY_BE_ZERO = 1u,   /**< may be a hard 0 */
  FOVEA_OP_MAY_BE_NEGINF = 2u, /**< may be a hard -inf */
  FOVEA_OP_MAY_FAIL = 4u,      /**< it, or an op that it needs, may fail */
  /** A hint: used so often that it pays to keep it; a plugin that does is still
   *  FUSED. */
  FOVEA_OP_STORED = 8u
};

/** An op. */
typedef struct fovea_op {
  fovea_opcode opcode;
  fovea_dtype dtype;
  fovea_list axes;     /**< it varies along; ascending */
  fovea_list operands; /**< ops */
  fovea_list over;     /**< axes; see the opcode */
  uint32_t selector;   /**< see the opcode; 0 if it does not say */
  uint32_t flags;
  int64_t integer;
  double number;
  /** An integer or bool that is needed is never less than `low` nor greater
   *  than `high`, at no sizes. Who compiles for given ones knows more: an index
   *  is below its extent. */
  int64_t low;
  int64_t high;
  uint32_t name;  /**< text: of a definition or tensor in the user's words */
  uint32_t place; /**< where in the user's program, or FOVEA_NONE */
} fovea_op;

/** Chains of dependent reductions in one pass over `axes` (a worked example is
 *  in docs/writing-a-backend.md). The accumulators A[0], A[1], ... are joined
 *  along the axes; the gauges G[0], G[1], ... are numbers that the elements of
 *  later accumulators are written at: a running maximum, a mean.
 *
 *  The naive way: for each accumulator in order, make the gauges that it may
 *  see (those with number < `gauges`), then join `element` over all places at
 *  which `guard` holds. The results are the `finish` ops. One visit of the
 *  places for each group of accumulators with the same `gauges`.
 *
 *  Accumulators may lack axes that others have: a maximum over the rows beside
 *  a sum that has a payload axis as well. Folds may stand in one another: what
 *  is made from the state of a fold around it, FOVEA_OP_FOLD of an inner one
 *  included, changes as that state does.
 *
 *  The streaming way visits the places once, in blocks of any size: for each
 *  group in order, A' = `repair`(A, G, G') joined with the block's elements at
 *  G', then the gauges that follow the group. An empty state has the neutral
 *  numbers and the gauges that they give. Two states are combined by moving
 *  both to the gauges of the joint one. argmax and argmin keep the element
 *  beside the position, and repair hands the position on. */
typedef struct fovea_fold {
  fovea_list axes;         /**< the place counts row-major along them */
  fovea_list accumulators; /**< first, count in fovea_cluster::accumulators */
  fovea_list gauges;       /**< first, count in fovea_cluster::gauges */
  fovea_list results;      /**< ops: the finish roots */
} fovea_fold;

typedef struct fovea_accumulator {
  fovea_join join;
  fovea_dtype dtype; /**< of the joined elements; argmax and argmin give i64 */
  fovea_list axes;   /**< has one number for each place of these */
  uint32_t element;  /**< op */
  /** Op, or FOVEA_NONE. This is meaning, not a hint: what it leaves out
   *  contributes nothing, not even NaN. */
  uint32_t guard;
  uint32_t repair;   /**< op: itself at the new gauges */
  uint32_t gauges;   /**< its element and repair see gauges before this one */
  fovea_list ranges; /**< first, count in fovea_cluster::ranges */
} fovea_accumulator;

typedef struct fovea_gauge {
  uint32_t after;  /**< made from the accumulators before this one */
  uint32_t value;  /**< op */
  fovea_list axes; /**< has one number for each place of these */
  fovea_dtype dtype;
  uint32_t reserved;
} fovea_gauge;

/** A hint: outside of lo <= coordinate < hi the guard fails. */
typedef struct fovea_range {
  uint32_t axis;
  uint32_t lo;    /**< op, i64, that does not vary along the axis; FOVEA_NONE */
  uint32_t hi;    /**< likewise */
  uint32_t exact; /**< 1: inside the guard holds */
} fovea_range;

/** A dimension: a symbol for an extent, at least 0. Its value comes with
 *  prepare and run. */
typedef struct fovea_dim {
  uint32_t name; /**< text */
  uint32_t reserved;
} fovea_dim;

typedef uint32_t fovea_size_kind;
enum {
  FOVEA_SIZE_CONSTANT = 0, /**< `value` */
  FOVEA_SIZE_DIM = 1,      /**< dimension number `a` */
  FOVEA_SIZE_ADD = 2,      /**< sizes `a` and `b`, of smaller numbers */
  FOVEA_SIZE_MUL = 3,
  FOVEA_SIZE_FLOORDIV = 4, /**< rounded down */
  FOVEA_SIZE_MOD = 5
};

/** A size as a formula over dimensions; fovea_evaluate_sizes gives its value.
 */
typedef struct fovea_size {
  fovea_size_kind kind;
  uint32_t a;
  uint32_t b;
  uint32_t reserved;
  int64_t value;
} fovea_size;

typedef struct fovea_axis {
  uint32_t name; /**< text: the user's index */
  uint32_t size; /**< number of its size */
} fovea_axis;

/** An array that goes in or comes out; `axes` in the order of its shape. */
typedef struct fovea_port {
  uint32_t name; /**< text: the user's name */
  fovea_dtype dtype;
  /** Those of an output may be more than its op has: the element is repeated
   *  along them. */
  fovea_list axes;
  uint32_t op; /**< of an output: what it is. Of an input: FOVEA_NONE */
  uint32_t reserved;
} fovea_port;

/** A piece of the user's text; counts from 1, in bytes. */
typedef struct fovea_place {
  uint32_t file; /**< text: path */
  uint32_t line;
  uint32_t column;
  uint32_t end_line;
  uint32_t end_column;
  uint32_t caller; /**< place of the call that it is part of, or FOVEA_NONE */
} fovea_place;

/** A cluster. Numbers inside are always those of another array of it; the host
 *  has checked that they exist, that types and axes fit, and that operands come
 *  before their users. A request (see Growth): a tail that is not known and not
 *  zero may change what all the rest means. */
typedef struct fovea_cluster {
  uint32_t size;
  uint32_t version;
  uint64_t hash;           /**< of the meaning: equal formulas, equal numbers */
  fovea_span dims;         /**< fovea_dim */
  fovea_span sizes;        /**< fovea_size */
  fovea_span axes;         /**< fovea_axis */
  fovea_span inputs;       /**< fovea_port */
  fovea_span outputs;      /**< fovea_port */
  fovea_span ops;          /**< fovea_op */
  fovea_span folds;        /**< fovea_fold */
  fovea_span accumulators; /**< fovea_accumulator */
  fovea_span gauges;       /**< fovea_gauge */
  fovea_span ranges;       /**< fovea_range */
  fovea_span places;       /**< fovea_place */
  fovea_span lists;        /**< uint32_t */
  fovea_span bytes;        /**< uint64_t: literals, each from a whole word on */
  fovea_span text;         /**< char: zero-terminated strings; offset 0 is "" */
} fovea_cluster;

/*===-- What the host offers ----------------------------------------------===*/

/** Something that a later version asks for or tells. A reader ignores kinds
 *  that it does not know, unless `required` is 1: then it answers
 *  FOVEA_UNSUPPORTED. */
typedef struct fovea_extension {
  uint32_t size;
  uint32_t version;
  uint32_t kind;
  uint32_t required;
  const struct fovea_extension *next;
} fovea_extension;

/** One run, as the host sees it. */
typedef struct fovea_run_handle fovea_run_handle;
typedef struct fovea_host fovea_host;

typedef int32_t fovea_log_level;
enum { FOVEA_LOG_DEBUG = 0, FOVEA_LOG_INFO = 1, FOVEA_LOG_WARNING = 2 };

/** A match of a pattern (fovea_host::match). The plugin sets `size`, `version`
 *  and the capacities; arrays that are too small are FOVEA_INVALID_ARGUMENT. */
typedef struct fovea_match {
  uint32_t size;
  uint32_t version;
  uint32_t *inputs; /**< for each input of the pattern the op it stands for */
  uint64_t input_count; /**< capacity of `inputs` */
  uint32_t *axes;       /**< for each axis of each input of the pattern, in the
                           order of its shape, the cluster's; then for those of
                           each output */
  uint64_t axis_count;  /**< capacity of `axes` */
} fovea_match;

/** The host's functions. Lives from `open` to `close`. */
struct fovea_host {
  uint32_t size;
  uint32_t version;
  /** How many workers parallel_for of that run may use; at least 1. */
  uint32_t (*workers)(fovea_run_handle *run);
  /** Calls fn(context, item, worker) for item 0 .. count - 1, in any order, on
   *  the host's threads, and returns when all have returned. worker < workers.
   *  A call from within `fn` runs its items at once, one by one. */
  void (*parallel_for)(fovea_run_handle *run, uint64_t count,
                       void (*fn)(void *context, uint64_t item,
                                  uint32_t worker),
                       void *context);
  /** 1 if the user wants the run to stop: return FOVEA_CANCELLED soon. */
  int32_t (*cancelled)(fovea_run_handle *run);
  /** Shows a line to the user, as far as he wants it. */
  void (*log)(const fovea_host *host, fovea_log_level level, const char *text);
  /** Whether `cluster` is what `pattern` says, a function in the language:
   *  "fn f(x: f32[M, K]) -> f32[M] { y[i] = sum[k](x[i, k]); return y }".
   *  However the user spelt it: both go through the same passes. FOVEA_OK and
   *  `found` 1 with the bindings, or 0 without. Errors: FOVEA_INVALID_PROGRAM.
   */
  fovea_code (*match)(const fovea_host *host, const fovea_cluster *cluster,
                      const char *pattern, fovea_match *match, int32_t *found,
                      fovea_error *error);
};

/*===-- What a plugin makes -------------------------------------------------===
 * Each is the plugin's own; the host holds pointers and never looks inside.
 */

typedef struct fovea_backend fovea_backend;
typedef struct fovea_plugin_exe fovea_plugin_exe;
typedef struct fovea_instance fovea_instance;

/** An option of the user: `--backend=NAME:key=value`. */
typedef struct fovea_backend_option {
  const char *key;
  const char *value;
} fovea_backend_option;

typedef struct fovea_open_request {
  uint32_t size;
  uint32_t version;
  const fovea_host *host;
  /** fovea_backend_option. One that is not known is FOVEA_INVALID_ARGUMENT; the
   *  message lists those that are. */
  fovea_span options;
  const fovea_extension *extensions;
} fovea_open_request;

typedef uint32_t fovea_claim_kind;
enum {
  FOVEA_CLAIM_NONE = 0,
  /** It stores nothing larger than inputs, outputs, accumulators and ops that
   *  are FOVEA_OP_STORED. */
  FOVEA_CLAIM_FUSED = 1,
  /** It does (a score matrix, say); the user must have said
   *  --allow-materialize. */
  FOVEA_CLAIM_DECOMPOSED = 2
};

typedef uint32_t fovea_claim_sizes;
enum {
  FOVEA_SIZES_ANY = 0,
  FOVEA_SIZES_STATIC = 1 /**< prepare is expensive: it compiles for them */
};

/** Why a cluster is not claimed, for programs (`fovea explain --partition
 *  --json`); people see the text, and this only if there is none. */
typedef uint32_t fovea_reason;
enum {
  FOVEA_REASON_OTHER = 0,
  FOVEA_REASON_OP = 1,
  FOVEA_REASON_DTYPE = 2,
  FOVEA_REASON_RANK = 3,
  FOVEA_REASON_SHAPE = 4,
  FOVEA_REASON_HARD = 5, /**< hard numbers */
  FOVEA_REASON_FOLD = 6, /**< the form of a fold */
  FOVEA_REASON_DEVICE = 7
};

/** Bytes for the text of a claim, the final zero included. */
#define FOVEA_CLAIM_TEXT 256

/** The answer to `query`. */
typedef struct fovea_claim {
  uint32_t size;
  uint32_t version;
  fovea_claim_kind kind;
  fovea_claim_sizes sizes;
  fovea_reason reason;         /**< if the kind is NONE */
  uint32_t op;                 /**< the op that is to blame, or FOVEA_NONE */
  char text[FOVEA_CLAIM_TEXT]; /**< for people: why not; or what it will do */
} fovea_claim;

/** What the strides of an argument that may have gaps must not be. Only those
 *  of axes with more than one place count. */
typedef uint32_t fovea_strides;
enum {
  FOVEA_STRIDES_ANY = 0,
  FOVEA_STRIDES_NOT_NEGATIVE = 1u,
  FOVEA_STRIDES_NOT_ZERO = 2u,
  FOVEA_STRIDES_INNER_DENSE = 4u /**< the last axis has stride 1 */
};

/** What an argument must be like; the host copies it if it is not, and says so.
 *  It comes filled in for "anything goes", which a plugin that leaves it so
 *  has to take: the first element at any address, and any strides, of an input
 *  negative and zero ones too, of an output such that elements lie apart
 *  (negative ones too). */
typedef struct fovea_needs {
  uint32_t size;
  uint32_t version;
  uint64_t alignment;  /**< of the first element in bytes: a power of two */
  uint32_t contiguous; /**< 1: dense and row-major; 0: as `strides` says */
  /** A host that does not know a bit of it makes the argument dense. */
  fovea_strides strides;
} fovea_needs;

/** Sizes are known: what `prepare` is asked. */
typedef struct fovea_prepare_request {
  uint32_t size;
  uint32_t version;
  fovea_span dims;  /**< int64_t, one for each dimension */
  uint32_t workers; /**< the most that a run will have: for the workspace */
  uint32_t reserved;
  const fovea_extension *extensions;
} fovea_prepare_request;

/** The answer. Needs come initialised, one for each input and output. */
typedef struct fovea_prepared {
  uint32_t size;
  uint32_t version;
  fovea_instance *instance;
  uint64_t workspace_bytes;     /**< that each run gets, uninitialised */
  uint64_t workspace_alignment; /**< a power of two; 64 is always given */
  fovea_needs *inputs;
  uint64_t input_count;
  fovea_needs *outputs;
  uint64_t output_count;
  uint64_t needs_stride; /**< bytes from need to need: FOVEA_NEEDS steps */
} fovea_prepared;

/** Pointer to need `i` of `array`, which is inputs or outputs of
 *  fovea_prepared. */
#define FOVEA_NEEDS(prepared, array, i)                                        \
  ((fovea_needs *)(void *)((char *)(prepared)->array +                         \
                           (prepared)->needs_stride * (uint64_t)(i)))

/** One run. An input's content id says that all bytes of its buffer are those
 *  of every other buffer with that id; 0 says nothing. Tensors are checked:
 *  dtypes and shapes are those of the ports, all elements lie inside of their
 *  buffers, outputs overlap nothing. */
typedef struct fovea_run_request {
  uint32_t size;
  uint32_t version;
  fovea_run_handle *run;
  fovea_span dims;    /**< int64_t, those of `prepare` */
  fovea_span inputs;  /**< fovea_tensor; read only */
  fovea_span outputs; /**< fovea_tensor; all elements have to be written */
  void *workspace;
  uint64_t workspace_bytes;
  const fovea_extension *extensions;
} fovea_run_request;

/** Takes bytes of a saved exe. */
typedef fovea_code (*fovea_write)(void *context, const void *data,
                                  uint64_t bytes);

/** Flags of a plugin. */
enum {
  FOVEA_PLUGIN_SERIAL_RUN = 1u,  /**< no two runs at once, of any instance */
  FOVEA_PLUGIN_OWN_THREADS = 2u, /**< it keeps threads of its own */
  /** Clusters that follow each other, and that it claims all in the same way,
   *  become one if it claims that too. For who keeps what is FOVEA_OP_STORED:
   *  computed anew wherever it is read, a pass in a pass in a pass takes time
   *  without end. */
  FOVEA_PLUGIN_JOINS = 4u
};

/** A plugin: its functions. Optional ones may be null. Lives for ever. */
typedef struct fovea_plugin {
  uint32_t size;
  uint32_t version;  /**< FOVEA_PLUGIN_VERSION that it was built with */
  const char *name;  /**< as in `--backend=NAME`; [a-z][a-z0-9-]* */
  const char *build; /**< changes whenever what it compiles may change */
  uint64_t flags;

  /** Makes a backend; several may be open at once. */
  fovea_code (*open)(const fovea_open_request *request, fovea_backend **backend,
                     fovea_error *error);
  void (*close)(fovea_backend *backend);

  /** Says in `claim` whether it would compute the cluster. Must give the same
   *  answer whenever it is asked. */
  fovea_code (*query)(fovea_backend *backend, const fovea_cluster *cluster,
                      fovea_claim *claim, fovea_error *error);

  /** Compiles a cluster that it claimed. */
  fovea_code (*compile)(fovea_backend *backend, const fovea_cluster *cluster,
                        fovea_plugin_exe **exe, fovea_error *error);
  void (*exe_free)(fovea_plugin_exe *exe);

  /** Makes the exe ready for sizes. FOVEA_UNSUPPORTED_SHAPE: not for these. */
  fovea_code (*prepare)(fovea_plugin_exe *exe,
                        const fovea_prepare_request *request,
                        fovea_prepared *prepared, fovea_error *error);
  void (*instance_free)(fovea_instance *instance);

  /** Computes. After an error outputs hold anything, and the instance is still
   *  good. */
  fovea_code (*run)(fovea_instance *instance, const fovea_run_request *request,
                    fovea_error *error);

  /* Optional. A host of version 1.0 keeps nothing from one process to the next
   * and never calls these; only the kit does, on behalf of hosts that will. */

  /** Writes the exe as bytes that `load` of the same `build` takes: with what
   *  `prepare` has made of it so far, so that it need not be made again for
   *  these sizes. A host that keeps the bytes has a key for them: build,
   *  options, the cluster's hash, and the dims that were prepared. */
  fovea_code (*save)(fovea_plugin_exe *exe, fovea_write write, void *context,
                     fovea_error *error);
  /** The exe from its bytes, without compiling; nor does `prepare` compile for
   *  sizes that were prepared before `save`. It still gives the instance, and
   *  takes all other sizes as ever. Whoever calls it answers for that the bytes
   *  are, unchanged, what `save` of the same build wrote for an equal cluster.
   */
  fovea_code (*load)(fovea_backend *backend, const fovea_cluster *cluster,
                     const void *data, uint64_t bytes, fovea_plugin_exe **exe,
                     fovea_error *error);
} fovea_plugin;

/** What the library exports under the name "fovea_plugin_entry". Gets the
 *  host's version; gives the plugin, or null if it cannot work with that host.
 *  Called once in a process, before anything else. */
typedef const fovea_plugin *(*fovea_plugin_entry_fn)(uint32_t host_version);
FOVEA_PLUGIN_EXPORT const fovea_plugin *
fovea_plugin_entry(uint32_t host_version);

/*===-- For authors -------------------------------------------------------===*/

/** Values of sizes (fovea_cluster::sizes, or a copy of it) where dimension d is
 *  number d of `dims`, an array of int64_t: `values` has room for all of them.
 *  Errors: FOVEA_SHAPE, a size does not fit 64 bits; FOVEA_DIVISION_BY_ZERO;
 *  FOVEA_UNSUPPORTED, a kind of a later version; FOVEA_INVALID_ARGUMENT, a
 *  dimension is missing. The extent of an axis may still turn out negative,
 *  which is for its user to refuse. */
static inline fovea_code fovea_evaluate_sizes(fovea_span sizes, fovea_span dims,
                                              int64_t *values) {
  uint64_t i;
  for (i = 0; i < sizes.count; ++i) {
    const fovea_size *size = FOVEA_AT(fovea_size, sizes, i);
    const int has_operands = size->kind >= FOVEA_SIZE_ADD;
    const int64_t a = has_operands ? values[size->a] : 0;
    const int64_t b = has_operands ? values[size->b] : 0;
    int overflows = 0;
    switch (size->kind) {
    case FOVEA_SIZE_CONSTANT:
      values[i] = size->value;
      break;
    case FOVEA_SIZE_DIM:
      if (size->a >= dims.count)
        return FOVEA_INVALID_ARGUMENT;
      values[i] = *FOVEA_AT(int64_t, dims, size->a);
      break;
    case FOVEA_SIZE_ADD:
      overflows = b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b;
      values[i] = overflows ? 0 : a + b;
      break;
    case FOVEA_SIZE_MUL:
      overflows = a > 0   ? (b > 0 ? a > INT64_MAX / b : b < INT64_MIN / a)
                  : b > 0 ? a < INT64_MIN / b
                          : a != 0 && b < INT64_MAX / a;
      values[i] = overflows ? 0 : a * b;
      break;
    case FOVEA_SIZE_FLOORDIV:
    case FOVEA_SIZE_MOD:
      if (b == 0)
        return FOVEA_DIVISION_BY_ZERO;
      if (b == -1) { /* C has no quotient of the least integer and -1 */
        overflows = size->kind == FOVEA_SIZE_FLOORDIV && a == INT64_MIN;
        values[i] = overflows || size->kind == FOVEA_SIZE_MOD ? 0 : -a;
      } else {
        const int64_t rest = a % b;
        const int down = rest != 0 && (rest < 0) != (b < 0);
        values[i] =
            size->kind == FOVEA_SIZE_MOD ? rest + (down ? b : 0) : a / b - down;
      }
      break;
    default:
      return FOVEA_UNSUPPORTED;
    }
    if (overflows)
      return FOVEA_SHAPE;
  }
  return FOVEA_OK;
}

#ifdef __cplusplus
} // extern "C"
#endif

#endif /* FOVEA_BACKENDS_FOVEA_PLUGIN_H */
