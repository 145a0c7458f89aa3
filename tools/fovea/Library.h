//===- Library.h - libfovea, loaded when it is needed -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The compiler brings LLVM along, which takes longer to load than most commands
// take to run. So the driver is not linked with libfovea but opens it for the
// verbs that compile.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_LIBRARY_H
#define FOVEA_TOOLS_FOVEA_LIBRARY_H

#include "runtime/fovea.h"
#include "tools/fovea/Failure.h"

namespace fovea::driver {

/// The functions of runtime/fovea.h that the driver uses, under their names
/// without `fovea_`.
#define FOVEA_DRIVER_FUNCTIONS(X)                                              \
  X(backend_check)                                                             \
  X(call_create)                                                               \
  X(call_diagnostics)                                                          \
  X(call_free)                                                                 \
  X(call_text)                                                                 \
  X(certify)                                                                   \
  X(compile)                                                                   \
  X(compile_magnitudes)                                                        \
  X(current_plugin)                                                            \
  X(exe_describe)                                                              \
  X(exe_free)                                                                  \
  X(exe_input)                                                                 \
  X(exe_input_shape)                                                           \
  X(exe_report)                                                                \
  X(exe_result)                                                                \
  X(exe_result_shape)                                                          \
  X(exe_prepare)                                                               \
  X(exe_solve)                                                                 \
  X(explain)                                                                   \
  X(ir)                                                                        \
  X(library_abi_version)                                                       \
  X(load_clusters)                                                             \
  X(partition)                                                                 \
  X(plugin_check)                                                              \
  X(plugin_of_code)                                                            \
  X(program_check)                                                             \
  X(program_example)                                                           \
  X(program_example_count)                                                     \
  X(program_free)                                                              \
  X(program_function)                                                          \
  X(program_function_count)                                                    \
  X(program_load)                                                              \
  X(program_param)                                                             \
  X(program_run_test)                                                          \
  X(program_setting)                                                           \
  X(program_test_count)                                                        \
  X(program_test_name)                                                         \
  X(run)                                                                       \
  X(save_clusters)                                                             \
  X(stage_name)

struct Library {
#define FOVEA_DRIVER_POINTER(name) decltype(&fovea_##name) name;
  FOVEA_DRIVER_FUNCTIONS(FOVEA_DRIVER_POINTER)
#undef FOVEA_DRIVER_POINTER
};

/// Where libfovea lies. Failure if this program cannot find itself.
std::string libraryPath();

/// Opens `../lib/libfovea.so` as seen from the executable, once. Failure if
/// that cannot be.
const Library &library();

/// The Failure for what the library reported to `call`, which may be null.
Failure failureOf(fovea_code code, const fovea_error &error,
                  const fovea_call *call);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_LIBRARY_H
