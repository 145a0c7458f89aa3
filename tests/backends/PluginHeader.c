//===- PluginHeader.c - the plugin header as a C99 plugin sees it ---------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Compiled with -Wpadded -pedantic -Werror, never run. Sizes of version 1.0 are
// frozen: a field that is appended makes a struct larger, and the offsets of
// the last fields say that none was put in between. That numbers and fields are
// those of version 1.0, tests/kit/pinned.py says.
//
//===----------------------------------------------------------------------===//

#include "backends/fovea_plugin.h"

#include <stddef.h>

#define CHECK_NAMED(line, condition)                                           \
  typedef char plugin_check_##line[(condition) ? 1 : -1]
#define CHECK_LINE(line, condition) CHECK_NAMED(line, condition)
#define CHECK(condition) CHECK_LINE(__LINE__, condition)
/* `field` ends version 1.0 of the struct at byte `end`. */
#define FROZEN(type, field, end)                                               \
  CHECK(offsetof(type, field) + sizeof(((type *)0)->field) == (end) &&         \
        sizeof(type) >= (end))

CHECK(FOVEA_PLUGIN_MAJOR == 1);
CHECK(sizeof(fovea_span) == 24 && sizeof(fovea_list) == 8);

FROZEN(fovea_op, place, 80);
FROZEN(fovea_fold, results, 32);
FROZEN(fovea_accumulator, ranges, 40);
FROZEN(fovea_gauge, reserved, 24);
FROZEN(fovea_range, exact, 16);
FROZEN(fovea_dim, reserved, 8);
FROZEN(fovea_size, value, 24);
FROZEN(fovea_axis, size, 8);
FROZEN(fovea_port, reserved, 24);
FROZEN(fovea_place, caller, 24);
FROZEN(fovea_cluster, text, 352);
FROZEN(fovea_extension, next, 24);
FROZEN(fovea_match, axis_count, 40);
FROZEN(fovea_host, match, 48);
FROZEN(fovea_backend_option, value, 16);
FROZEN(fovea_open_request, extensions, 48);
FROZEN(fovea_claim, text, 280);
FROZEN(fovea_needs, strides, 24);
FROZEN(fovea_prepare_request, extensions, 48);
FROZEN(fovea_prepared, needs_stride, 72);
FROZEN(fovea_run_request, extensions, 112);
FROZEN(fovea_plugin, load, 112);
