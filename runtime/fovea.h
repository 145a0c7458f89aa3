//===- fovea.h - Fovea inside another program ---------------------*- C -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * The C interface of libfovea, C99 and C++17. From a program to its results:
 *
 *   fovea_program_load    a .fov file; then describe its functions, or
 *   fovea_compile         make one function an exe for given dtypes and ranks;
 *   fovea_exe_solve       find the sizes that follow from the arrays' shapes;
 *   fovea_exe_result_shape ... and so the shapes of the results;
 *   fovea_exe_prepare     do for those sizes what can be done ahead, if wished;
 *   fovea_run             compute into buffers that the caller owns.
 *
 * examples/embed.c does all of it.
 *
 * Errors. A function that can fail returns a fovea_code and fills in `error`,
 * which the caller owns and initialises with FOVEA_ERROR_INIT; it may be null.
 * After a failure the other results are untouched, unless said otherwise.
 * Messages that do not fit there (several errors, with the text they point at)
 * are kept by the `call`.
 *
 * Ownership. What has a _free function belongs to the caller. Strings and
 * arrays that a function gives out belong to the object it was asked about and
 * live as long as it. Freeing null does nothing.
 *
 * Threads. Programs and exes do not change: any number of threads may use one
 * at once. A call belongs to one thread at a time. Objects may be freed in any
 * order, but not while a function uses them.
 *
 * Growth. Every struct starts with `size` and `version`, set by the caller
 * (FOVEA_..._INIT does it), also when the library fills in the rest: it writes
 * no byte beyond `size`, and takes what lies beyond the `size` of a request to
 * be zero. Structs grow at the end only. A tail of a request that this library
 * does not know is FOVEA_UNSUPPORTED unless it is zero.
 */

#ifndef FOVEA_RUNTIME_FOVEA_H
#define FOVEA_RUNTIME_FOVEA_H

#include "runtime/fovea_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#define FOVEA_API __attribute__((visibility("default")))
#else
#define FOVEA_API
#endif

/** For `fovea_error error = FOVEA_ERROR_INIT;`. */
#define FOVEA_ERROR_INIT                                                       \
  {                                                                            \
    sizeof(fovea_error), FOVEA_ABI_VERSION, FOVEA_OK, -1, "", 0, 0, 0, {0},    \
        "", "", 0, 0, 0, 0, ""                                                 \
  }

/** The version of the library, "0.1.0". Lives for ever. */
FOVEA_API const char *fovea_version(void);

/** FOVEA_ABI_VERSION with which the library was built. */
FOVEA_API uint32_t fovea_library_abi_version(void);

/*===-- Calls ---------------------------------------------------------------===
 * What one thread needs while it asks for something: working memory, and the
 * long texts of the last function that was given the call. Functions that take
 * a `call` accept null; the texts are then lost.
 */

typedef struct fovea_call fovea_call;

FOVEA_API fovea_code fovea_call_create(fovea_call **call, fovea_error *error);
FOVEA_API void fovea_call_free(fovea_call *call);

/** Asks the run that uses `call`, or the next one, to stop soon: fovea_run then
 *  gives FOVEA_CANCELLED, and the results hold anything. The one function that
 *  another thread may call meanwhile. The backend `cpu` looks 1024 times in
 *  each step, and besides after every 2048 places (or fewer) that a reduction
 *  streams along. What it makes again at each of these from other reductions
 *  (a score, by a sum over c) it computes to the end. A run on plugins stops
 *  between two parts, or before its turn comes; inside of one when the plugin
 *  looks. One that waits for threads that another run uses waits for these. */
FOVEA_API void fovea_call_cancel(fovea_call *call);

/** Errors and warnings of the last function that was given `call`, as they are
 *  shown to people: each with the lines that it points at. Empty if there were
 *  none. Lives until the next use of `call`. */
FOVEA_API const char *fovea_call_diagnostics(const fovea_call *call);

/** The text that the last function that was given `call` made, if it says that
 *  it makes one for fovea_call_text, else empty. A report, a form, a
 *  certificate. Lives until the next use of `call`. */
FOVEA_API const char *fovea_call_text(const fovea_call *call);

/*===-- Programs ------------------------------------------------------------===
 * One file and what it imports.
 */

typedef struct fovea_program fovea_program;

/** Reads the file `path`, and what it imports. Errors: FOVEA_IO,
 *  FOVEA_INVALID_PROGRAM (see fovea_call_diagnostics). */
FOVEA_API fovea_code fovea_program_load(const char *path, fovea_call *call,
                                        fovea_program **program,
                                        fovea_error *error);

/** The same of `length` bytes of text. `name` stands for the path in messages,
 *  and files are looked for beside it. The text is copied. */
FOVEA_API fovea_code fovea_program_parse(const char *name, const char *text,
                                         uint64_t length, fovea_call *call,
                                         fovea_program **program,
                                         fovea_error *error);

/** Exes that were compiled from it stay good. */
FOVEA_API void fovea_program_free(fovea_program *program);

/** Checks every function as far as that can be without inputs (`float` as f32,
 *  every choice of every option). Errors: FOVEA_INVALID_PROGRAM. */
FOVEA_API fovea_code fovea_program_check(const fovea_program *program,
                                         fovea_call *call, fovea_error *error);

/*===-- What a program holds ------------------------------------------------===
 * Numbers count from 0 in the order of the file. A number or name that does not
 * exist is FOVEA_INVALID_ARGUMENT.
 */

/** A function of the program. */
typedef struct fovea_function_info {
  uint32_t size;
  uint32_t version;
  const char *name;
  const char *signature; /**< its head, as written */
  uint64_t param_count;
} fovea_function_info;
#define FOVEA_FUNCTION_INFO_INIT                                               \
  { sizeof(fovea_function_info), FOVEA_ABI_VERSION, 0, 0, 0 }

typedef int32_t fovea_param_kind;
enum {
  FOVEA_PARAM_ARRAY = 1,
  FOVEA_PARAM_OPTION = 2,  /**< compile time: one of `choices` */
  FOVEA_PARAM_FUNCTION = 3 /**< can only be given inside a program */
};

/** A parameter of a function. */
typedef struct fovea_param_info {
  uint32_t size;
  uint32_t version;
  const char *name;
  fovea_param_kind kind;
  fovea_dtype
      dtype; /**< of an array; 0 is `float`, one type for all its uses */
  const char *const *dims; /**< of an array, as written: "N", "G * R", "S..." */
  uint64_t dim_count;
  const char *const *choices; /**< of an option */
  uint64_t choice_count;
  const char *default_text; /**< as written, or null: must be given */
} fovea_param_info;
#define FOVEA_PARAM_INFO_INIT                                                  \
  { sizeof(fovea_param_info), FOVEA_ABI_VERSION, 0, 0, 0, 0, 0, 0, 0, 0 }

FOVEA_API uint64_t fovea_program_function_count(const fovea_program *program);
FOVEA_API fovea_code fovea_program_function(const fovea_program *program,
                                            uint64_t function,
                                            fovea_function_info *info,
                                            fovea_error *error);
FOVEA_API fovea_code fovea_program_param(const fovea_program *program,
                                         uint64_t function, uint64_t param,
                                         fovea_param_info *info,
                                         fovea_error *error);

/** An example: a function and settings for its dimensions and parameters. */
typedef struct fovea_example_info {
  uint32_t size;
  uint32_t version;
  const char *function;
  uint64_t setting_count;
} fovea_example_info;
#define FOVEA_EXAMPLE_INFO_INIT                                                \
  { sizeof(fovea_example_info), FOVEA_ABI_VERSION, 0, 0 }

typedef int32_t fovea_setting_kind;
enum {
  FOVEA_SETTING_NUMBER = 1, /**< `number` */
  FOVEA_SETTING_FILE = 2,   /**< `text`: a path beside the program's file */
  FOVEA_SETTING_RANDOM = 3, /**< uniform over [`lo`, `hi`) */
  FOVEA_SETTING_NORMAL = 4, /**< random, mean 0 and deviation 1 */
  FOVEA_SETTING_ARRAY = 5,  /**< `array` in row-major order, of `shape` */
  FOVEA_SETTING_CHOICE = 6  /**< `text`: an option's choice */
};

/** One setting of an example. */
typedef struct fovea_setting_info {
  uint32_t size;
  uint32_t version;
  const char *name;
  fovea_setting_kind kind;
  uint32_t rank; /**< of `shape` */
  double number;
  double lo;
  double hi;
  const char *text;
  const double *array;
  const int64_t *shape;
  /** What `number` or `array` holds, exactly: beyond 2^53 a double does not.
   *  Null unless all of it is whole. */
  const int64_t *integers;
} fovea_setting_info;
#define FOVEA_SETTING_INFO_INIT                                                \
  {                                                                            \
    sizeof(fovea_setting_info), FOVEA_ABI_VERSION, 0, 0, 0, 0, 0, 0, 0, 0, 0,  \
        0                                                                      \
  }

FOVEA_API uint64_t fovea_program_example_count(const fovea_program *program);
FOVEA_API fovea_code fovea_program_example(const fovea_program *program,
                                           uint64_t example,
                                           fovea_example_info *info,
                                           fovea_error *error);
FOVEA_API fovea_code fovea_program_setting(const fovea_program *program,
                                           uint64_t example, uint64_t setting,
                                           fovea_setting_info *info,
                                           fovea_error *error);

FOVEA_API uint64_t fovea_program_test_count(const fovea_program *program);
/** The name of a test, or null if there is no such test. */
FOVEA_API const char *fovea_program_test_name(const fovea_program *program,
                                              uint64_t test);

/** Runs one test of the program; `passed` says whether all its conditions hold.
 *  fovea_call_diagnostics shows those that do not, with both values. `backend`,
 *  `allow_materialize`: see fovea_request. Errors as of compile and run. */
FOVEA_API fovea_code fovea_program_run_test(const fovea_program *program,
                                            uint64_t test, const char *backend,
                                            uint32_t allow_materialize,
                                            fovea_call *call, int32_t *passed,
                                            fovea_error *error);

/*===-- Compiling -----------------------------------------------------------===
 * A function is generic over `float`, options, optional parameters and ranks;
 * an exe is not. Sizes stay open: one exe serves all lengths.
 */

typedef struct fovea_exe fovea_exe;

/** An array that will be given. */
typedef struct fovea_input {
  uint32_t size;
  uint32_t version;
  const char *name;
  fovea_dtype dtype;
  uint32_t rank;
} fovea_input;
#define FOVEA_INPUT_INIT                                                       \
  { sizeof(fovea_input), FOVEA_ABI_VERSION, 0, 0, 0 }

/** A choice for an option. */
typedef struct fovea_option {
  uint32_t size;
  uint32_t version;
  const char *name;
  const char *choice;
} fovea_option;
#define FOVEA_OPTION_INIT                                                      \
  { sizeof(fovea_option), FOVEA_ABI_VERSION, 0, 0 }

/** What to compile. Parameters that are not listed take their defaults. */
typedef struct fovea_request {
  uint32_t size;
  uint32_t version;
  const char *function;
  /** Who computes: NAME[:key=value...], several with commas, of which the first
   *  that claims a part of the function gets it. NAME is a built-in backend, a
   *  plugin, or a path with a slash to its manifest or library. Null: `cpu`. */
  const char *backend;
  const fovea_input *inputs;
  uint64_t input_count;
  uint64_t input_stride; /**< sizeof(fovea_input) */
  const fovea_option *options;
  uint64_t option_count;
  uint64_t option_stride; /**< sizeof(fovea_option) */
  /** 1: a plugin may store arrays that fusion avoids (a matrix of scores). */
  uint32_t allow_materialize;
  uint32_t reserved; /**< 0 */
} fovea_request;
#define FOVEA_REQUEST_INIT                                                     \
  {                                                                            \
    sizeof(fovea_request), FOVEA_ABI_VERSION, 0, 0, 0, 0, sizeof(fovea_input), \
        0, 0, sizeof(fovea_option), 0, 0                                       \
  }

/** How many backends are built in, and their names; null beyond the last. */
FOVEA_API uint64_t fovea_backend_count(void);
FOVEA_API const char *fovea_backend_name(uint64_t backend);

/** Whether `backend` (as in fovea_request) is found, loads and opens. Errors:
 *  FOVEA_INVALID_ARGUMENT (no such name or option), FOVEA_IO, FOVEA_BACKEND. */
FOVEA_API fovea_code fovea_backend_check(const char *backend,
                                         fovea_error *error);

/** Checks that one backend (a plugin, as in fovea_request, or a built-in one)
 *  keeps what backends/fovea_plugin.h asks of it, up to `level`: 0 the
 *  interface, 1 claims, 2 numbers, 3 life cycle and faults, 4 saved bytes. It
 *  runs in child processes, so nothing that it does wrong happens here; the
 *  caller has no threads that hold locks. The report is the text of
 *  fovea_call_text, in the form "text", "json", "junit" or "markdown". Says in
 *  `passed` whether all is well. Errors: FOVEA_INVALID_ARGUMENT (no such
 *  backend, level or form), FOVEA_IO. */
FOVEA_API fovea_code fovea_plugin_check(const char *backend, int32_t level,
                                        const char *form, fovea_call *call,
                                        int32_t *passed, fovea_error *error);

/** The plugin that this thread is inside of, or null; `function` becomes its
 *  function, or without a plugin what the library does for one, or null. May be
 *  called in a signal handler: last words can then say whose crash it was. */
FOVEA_API const char *fovea_current_plugin(const char **function);
/** The plugin that the code at `address` was loaded with, or null: for crashes
 *  in threads that it has made. May be called in a signal handler. */
FOVEA_API const char *fovea_plugin_of_code(const void *address);

/** Makes a report for fovea_call_text of who would compute which part of the
 *  function and why not those before him; `form` is "text" or "json"
 *  (docs/explain.md). Errors: those of fovea_compile. `call` is not null. */
FOVEA_API fovea_code fovea_partition(const fovea_program *program,
                                     const fovea_request *request,
                                     const char *form, fovea_call *call,
                                     fovea_error *error);

/** Compiles one function. Errors: FOVEA_INVALID_PROGRAM (with diagnostics),
 *  FOVEA_INVALID_ARGUMENT (no such function, parameter, choice, backend), and
 *  the backend's. */
FOVEA_API fovea_code fovea_compile(const fovea_program *program,
                                   const fovea_request *request,
                                   fovea_call *call, fovea_exe **exe,
                                   fovea_error *error);
FOVEA_API void fovea_exe_free(fovea_exe *exe);

/** Compiles, on the reference backend, what says how far roundings may carry
 *  the function's results: an exe of the same inputs whose float results are
 *  f64, each about what the result would be if nothing in its sums cancelled
 *  (tools/Compare.h says how `fovea run --verify` uses it). Where that is no
 *  number nothing is known. The request's backend does not matter. Errors:
 *  those of fovea_compile. */
FOVEA_API fovea_code fovea_compile_magnitudes(const fovea_program *program,
                                              const fovea_request *request,
                                              fovea_call *call, fovea_exe **exe,
                                              fovea_error *error);

/** Makes a line for fovea_call_text of what a user should know of the last run
 *  that came to its end: that not only the first backend computed, and which
 *  arrays were copied. Empty if there is nothing. Before the first run it says
 *  who will compute. `call` is not null. */
FOVEA_API fovea_code fovea_exe_report(const fovea_exe *exe, fovea_call *call,
                                      fovea_error *error);

/** The names of the stages at which fovea_ir can show the compiler's work, in
 *  order; null beyond the last. */
FOVEA_API const char *fovea_stage_name(uint64_t stage);

/** Makes the text of the function at `stage` for fovea_call_text. The request's
 *  backend does not matter. Errors: those of fovea_compile. `call` is not
 *  null. */
FOVEA_API fovea_code fovea_ir(const fovea_program *program,
                              const fovea_request *request, const char *stage,
                              fovea_call *call, fovea_error *error);

/** Writes the clusters of the function, as plugins are handed them
 *  (backends/fovea_plugin.h), into the file `path`: what to attach to a report.
 *  Errors: those of fovea_compile; FOVEA_IO. */
FOVEA_API fovea_code fovea_save_clusters(const fovea_program *program,
                                         const fovea_request *request,
                                         const char *path, fovea_call *call,
                                         fovea_error *error);

/** Makes the text of the clusters in such a file for fovea_call_text, the same
 *  as fovea_ir makes at the stage "clusters". Errors: FOVEA_IO,
 *  FOVEA_INVALID_ARGUMENT (no clusters, or damaged). `call` is not null. */
FOVEA_API fovea_code fovea_load_clusters(const char *path, fovea_call *call,
                                         fovea_error *error);

/** Makes a report of what becomes of the function for fovea_call_text:
 *  kernels, their state, what they move, and why reductions could not share a
 *  pass. `form` is "text", "json" (docs/explain.md has its keys) or "dot" (for
 *  graphviz). `dims` are sizes for the dimensions in the order of
 *  fovea_exe_info. The request's backend does not matter. Errors: those of
 *  fovea_compile; FOVEA_SHAPE if a size cannot be computed. `call` is not null.
 */
FOVEA_API fovea_code fovea_explain(const fovea_program *program,
                                   const fovea_request *request,
                                   const char *form, const int64_t *dims,
                                   uint64_t dim_count, fovea_call *call,
                                   fovea_error *error);

/** Checks on many inputs that what became of the function is what was written.
 *  The certificate is the text of fovea_call_text; says in `holds` whether all
 *  of it does. Errors: those of fovea_compile. `call` is not null. */
FOVEA_API fovea_code fovea_certify(const fovea_program *program,
                                   const fovea_request *request,
                                   fovea_call *call, int32_t *holds,
                                   fovea_error *error);

/** A compiled function. */
typedef struct fovea_exe_info {
  uint32_t size;
  uint32_t version;
  const char *name;
  const char *signature; /**< with the dtypes and ranks that were asked for */
  uint64_t input_count;
  uint64_t result_count;
  const char *const *dims; /**< names of the dimensions */
  uint64_t dim_count;
} fovea_exe_info;
#define FOVEA_EXE_INFO_INIT                                                    \
  { sizeof(fovea_exe_info), FOVEA_ABI_VERSION, 0, 0, 0, 0, 0, 0 }

/** An input or result of a compiled function. */
typedef struct fovea_array_info {
  uint32_t size;
  uint32_t version;
  const char *name;
  fovea_dtype dtype;
  uint32_t rank;
  const char *const *shape; /**< `rank` sizes as formulas: "N", "M + 1" */
} fovea_array_info;
#define FOVEA_ARRAY_INFO_INIT                                                  \
  { sizeof(fovea_array_info), FOVEA_ABI_VERSION, 0, 0, 0, 0 }

FOVEA_API fovea_code fovea_exe_describe(const fovea_exe *exe,
                                        fovea_exe_info *info,
                                        fovea_error *error);
FOVEA_API fovea_code fovea_exe_input(const fovea_exe *exe, uint64_t input,
                                     fovea_array_info *info,
                                     fovea_error *error);
FOVEA_API fovea_code fovea_exe_result(const fovea_exe *exe, uint64_t result,
                                      fovea_array_info *info,
                                      fovea_error *error);

/** Finds dimensions from shapes. `shapes[i]` holds the extents of input i, as
 *  many as its rank, -1 where an extent is not known; a null shape is not known
 *  at all. `dims` holds one number for each dimension of the exe: -1 or the
 *  value on entry; what follows from the rest is filled in. What contradicts
 *  itself, and, once all dimensions are known, any requirement that does not
 *  hold, is FOVEA_SHAPE with the names of input and dimension. */
FOVEA_API fovea_code fovea_exe_solve(const fovea_exe *exe,
                                     const int64_t *const *shapes,
                                     int64_t *dims, fovea_error *error);

/** The extents of an input or result, as many as its rank, where the dimensions
 *  of the exe are `dims` (none is negative). */
FOVEA_API fovea_code fovea_exe_input_shape(const fovea_exe *exe, uint64_t input,
                                           const int64_t *dims, int64_t *shape,
                                           fovea_error *error);
FOVEA_API fovea_code fovea_exe_result_shape(const fovea_exe *exe,
                                            uint64_t result,
                                            const int64_t *dims, int64_t *shape,
                                            fovea_error *error);

/** Does ahead of time what the first run for these sizes (`dims` as above)
 *  would do before it computes: code that only they need is compiled, plugins
 *  prepare. Nobody has to call it. Errors: those of such a run that have to do
 *  with the sizes. */
FOVEA_API fovea_code fovea_exe_prepare(const fovea_exe *exe, fovea_call *call,
                                       const int64_t *dims, fovea_error *error);

/*===-- Running -------------------------------------------------------------*/

/** Runs the exe. Inputs and outputs are arrays of `stride` bytes an element
 *  (sizeof(fovea_tensor)), in the order of the exe's inputs and results, with
 *  any strides. Outputs have the dtype and shape of the results, which may say
 *  what dimensions the inputs leave open, and overlap neither inputs nor each
 *  other; after an error their contents are undefined.
 *  Nothing keeps a pointer to them. Errors: FOVEA_SHAPE, FOVEA_DTYPE,
 *  FOVEA_INVALID_ARGUMENT, FOVEA_OUT_OF_RANGE and FOVEA_DIVISION_BY_ZERO of the
 *  program itself (fovea_call_diagnostics shows where), and the backend's. */
FOVEA_API fovea_code fovea_run(const fovea_exe *exe, fovea_call *call,
                               const fovea_tensor *inputs, uint64_t input_count,
                               const fovea_tensor *outputs,
                               uint64_t output_count, uint64_t stride,
                               fovea_error *error);

/** Writes the strides of the dense row-major layout of `shape`. */
static inline void fovea_dense_strides(uint32_t rank, const int64_t *shape,
                                       int64_t *strides) {
  int64_t step = 1;
  for (uint32_t axis = rank; axis-- > 0;) {
    strides[axis] = step;
    step *= shape[axis];
  }
}

/** An array in `bytes` bytes of host memory, of which `data` is both the start
 *  and the element at (0, 0, ...). `shape` and `strides` are kept as pointers.
 */
static inline fovea_tensor fovea_host_tensor(void *data, uint64_t bytes,
                                             fovea_dtype dtype, uint32_t rank,
                                             const int64_t *shape,
                                             const int64_t *strides) {
  fovea_tensor tensor = {sizeof(fovea_tensor),
                         FOVEA_ABI_VERSION,
                         {data, bytes, 0, FOVEA_MEMORY_HOST, 0},
                         0,
                         dtype,
                         rank,
                         shape,
                         strides};
  return tensor;
}

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* FOVEA_RUNTIME_FOVEA_H */
