//===- AbiHeader.c - the C header as a C99 program sees it ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Compiled, never run: the layout of the ABI is frozen, so a change of a size
// or an offset must not compile. A field appended into tail padding would keep
// the size, so there must be no padding at all.
//
//===----------------------------------------------------------------------===//

#include "runtime/fovea_abi.h"

#include <stddef.h>

#define CHECK_NAMED(line, condition)                                           \
  typedef char abi_check_##line[(condition) ? 1 : -1]
#define CHECK_LINE(line, condition) CHECK_NAMED(line, condition)
#define CHECK(condition) CHECK_LINE(__LINE__, condition)

#define END_OF(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))
/* `next` starts where `field` ends. */
#define ADJACENT(type, field, next)                                            \
  CHECK(offsetof(type, next) == END_OF(type, field))
#define LAST(type, field) CHECK(sizeof(type) == END_OF(type, field))

CHECK(sizeof(void *) == 8);

CHECK(sizeof(fovea_dtype) == 4);
CHECK(FOVEA_BOOL == 1 && FOVEA_I32 == 2 && FOVEA_I64 == 3 && FOVEA_F16 == 4);
CHECK(FOVEA_BF16 == 5 && FOVEA_F32 == 6 && FOVEA_F64 == 7);
CHECK(sizeof(fovea_code) == 4);
CHECK(FOVEA_OK == 0 && FOVEA_INTERNAL == 12);

CHECK(sizeof(fovea_buffer) == 32);
CHECK(offsetof(fovea_buffer, data) == 0);
ADJACENT(fovea_buffer, data, size);
ADJACENT(fovea_buffer, size, content_id);
ADJACENT(fovea_buffer, content_id, memory_space);
ADJACENT(fovea_buffer, memory_space, reserved);
LAST(fovea_buffer, reserved);

CHECK(sizeof(fovea_tensor) == 72);
CHECK(offsetof(fovea_tensor, size) == 0);
ADJACENT(fovea_tensor, size, version);
ADJACENT(fovea_tensor, version, buffer);
ADJACENT(fovea_tensor, buffer, byte_offset);
ADJACENT(fovea_tensor, byte_offset, dtype);
ADJACENT(fovea_tensor, dtype, rank);
ADJACENT(fovea_tensor, rank, shape);
ADJACENT(fovea_tensor, shape, strides);
LAST(fovea_tensor, strides);

CHECK(sizeof(fovea_error) == 1264);
CHECK(offsetof(fovea_error, size) == 0);
ADJACENT(fovea_error, size, version);
ADJACENT(fovea_error, version, code);
ADJACENT(fovea_error, code, op);
ADJACENT(fovea_error, op, tensor);
ADJACENT(fovea_error, tensor, value);
ADJACENT(fovea_error, value, has_value);
ADJACENT(fovea_error, has_value, rank);
ADJACENT(fovea_error, rank, position);
ADJACENT(fovea_error, position, message);
ADJACENT(fovea_error, message, fix);
CHECK(offsetof(fovea_error, line) == 992); /* where version 1 ends */
ADJACENT(fovea_error, fix, line);
ADJACENT(fovea_error, line, column);
ADJACENT(fovea_error, column, end_line);
ADJACENT(fovea_error, end_line, end_column);
ADJACENT(fovea_error, end_column, file);
LAST(fovea_error, file);
