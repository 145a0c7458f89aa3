//===- fovea_abi.h - the types that cross Fovea's C boundary ------*- C -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * Shared by applications that embed the runtime and by backend plugins. C99 and
 * C++17, no other Fovea header, no LLVM.
 *
 * Growth. A struct that crosses the boundary by pointer starts with `size` (the
 * writer's sizeof) and `version` (FOVEA_ABI_VERSION), has no implicit padding,
 * and grows at its end only. A reader touches a field only if it lies within
 * `size`; tails that it does not know are ignored. `fovea_buffer` lies by value
 * inside `fovea_tensor` and is therefore frozen: what a buffer may need later
 * goes to the end of `fovea_tensor`.
 *
 * Pointers are 64 bits wide; other machines are not supported.
 */

#ifndef FOVEA_RUNTIME_FOVEA_ABI_H
#define FOVEA_RUNTIME_FOVEA_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Goes up when a struct below gains a field. */
#define FOVEA_ABI_VERSION 2u

/** The most axes that a tensor or a position may have. */
#define FOVEA_MAX_RANK 16

/** Bytes for a tensor's name in an error, the final zero included. */
#define FOVEA_ERROR_NAME 64
/** Bytes for the message of an error, the final zero included. */
#define FOVEA_ERROR_MESSAGE 512
/** Bytes for the hint of an error, the final zero included. */
#define FOVEA_ERROR_FIX 256

/** Bytes for the path of a program file in an error, the final zero included.
 */
#define FOVEA_ERROR_FILE 256

/** The type of an element. The numbers are frozen; 0 is no type. */
typedef int32_t fovea_dtype;
enum {
  FOVEA_BOOL = 1, /**< one byte, 0 or 1 */
  FOVEA_I32 = 2,
  FOVEA_I64 = 3,
  FOVEA_F16 = 4,  /**< IEEE binary16 */
  FOVEA_BF16 = 5, /**< the upper half of an IEEE binary32 */
  FOVEA_F32 = 6,
  FOVEA_F64 = 7
};

/** Where a buffer lives. Version 1 passes host memory only. */
typedef int32_t fovea_memory_space;
enum { FOVEA_MEMORY_HOST = 0 };

/** What went wrong, coarsely. Numbers that a reader does not know mean
 *  FOVEA_INTERNAL. */
typedef int32_t fovea_code;
enum {
  FOVEA_OK = 0,
  FOVEA_INVALID_PROGRAM = 1,   /**< the text or the graph is not valid */
  FOVEA_INVALID_ARGUMENT = 2,  /**< count, pointer, option or handle */
  FOVEA_SHAPE = 3,             /**< ranks and extents do not fit */
  FOVEA_DTYPE = 4,             /**< element types do not fit */
  FOVEA_OUT_OF_RANGE = 5,      /**< a read outside its tensor */
  FOVEA_DIVISION_BY_ZERO = 6,  /**< a needed integer divisor is zero */
  FOVEA_UNSUPPORTED = 7,       /**< this backend cannot do this */
  FOVEA_UNSUPPORTED_SHAPE = 8, /**< ... for these sizes */
  FOVEA_IO = 9,                /**< a file cannot be read or written */
  FOVEA_CANCELLED = 10,        /**< the caller asked to stop */
  FOVEA_BACKEND = 11,          /**< the backend or its device failed */
  FOVEA_INTERNAL = 12          /**< a fault of Fovea or of a plugin */
};

/** A piece of memory. */
typedef struct fovea_buffer {
  void *data;          /**< may be null if `size` is 0 */
  uint64_t size;       /**< bytes from `data` on that may be touched */
  uint64_t content_id; /**< 0, or equal ids mean equal bytes */
  fovea_memory_space memory_space;
  uint32_t reserved; /**< 0 */
} fovea_buffer;

/** A strided array in a buffer. Element (i0, i1, ...) lies at
 *  data + byte_offset + sizeof(element) * (i0 * strides[0] + ...); strides may
 *  be zero or negative. `shape` and `strides` hold `rank` numbers each and may
 *  be null only if `rank` is 0. */
typedef struct fovea_tensor {
  uint32_t size;    /**< sizeof(fovea_tensor) of who filled it in */
  uint32_t version; /**< FOVEA_ABI_VERSION of who filled it in */
  fovea_buffer buffer;
  uint64_t byte_offset;
  fovea_dtype dtype;
  uint32_t rank; /**< 0 to FOVEA_MAX_RANK */
  const int64_t *shape;
  const int64_t *strides; /**< in elements */
} fovea_tensor;

/** An error. The caller owns it, sets `size` and `version`, `op` to -1 and the
 *  rest to zero; who reports fills it in without allocating. Texts are UTF-8,
 *  end with a zero and are cut to fit. */
typedef struct fovea_error {
  uint32_t size;    /**< sizeof(fovea_error) of who owns it */
  uint32_t version; /**< FOVEA_ABI_VERSION of who owns it */
  fovea_code code;
  int32_t op;                    /**< index of the op in its cluster, or -1 */
  char tensor[FOVEA_ERROR_NAME]; /**< the tensor concerned, or empty */
  int64_t value;                 /**< the offending value, if `has_value` */
  uint32_t has_value;            /**< 0 or 1 */
  uint32_t rank;                 /**< how many of `position` count */
  int64_t position[FOVEA_MAX_RANK];
  char message[FOVEA_ERROR_MESSAGE]; /**< what was found and needed */
  char fix[FOVEA_ERROR_FIX];         /**< how to mend it, or empty */
  /* Since version 2. The program's text that it happened in: it starts at
   * `line` and `column` and ends before `end_column` of `end_line`. All count
   * from 1, columns in bytes; all are 0 if no text is known. */
  uint32_t line;
  uint32_t column;
  uint32_t end_line;
  uint32_t end_column;
  char file[FOVEA_ERROR_FILE]; /**< path as it was given, or empty */
} fovea_error;

#ifdef __cplusplus
} // extern "C"
#endif

#endif /* FOVEA_RUNTIME_FOVEA_ABI_H */
