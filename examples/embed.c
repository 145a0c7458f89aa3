//===- embed.c - Fovea inside a C program ---------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
//   cc -std=c99 -I. examples/embed.c -Lbuild/lib -lfovea -Wl,-rpath,build/lib
//   ./a.out examples/attention.fov
//
//===----------------------------------------------------------------------===//

#include "runtime/fovea.h"

#include <stdio.h>

/* Ends with the library's message if `code` is an error. */
#define TRY(code)                                                              \
  if ((code) != FOVEA_OK)                                                      \
  return fprintf(stderr, "%s\n", error.message), 1

int main(int argc, char **argv) {
  fovea_error error = FOVEA_ERROR_INIT;
  fovea_program *program;
  TRY(fovea_program_load(argc > 1 ? argv[1] : "attention.fov", 0, &program,
                         &error));

  fovea_input inputs[3] = {FOVEA_INPUT_INIT, FOVEA_INPUT_INIT,
                           FOVEA_INPUT_INIT};
  const char *names[3] = {"q", "k", "v"};
  for (int i = 0; i < 3; ++i) {
    inputs[i].name = names[i];
    inputs[i].dtype = FOVEA_F32;
    inputs[i].rank = 2;
  }
  fovea_request request = FOVEA_REQUEST_INIT;
  request.function = "attention";
  request.inputs = inputs;
  request.input_count = 3;
  fovea_exe *exe;
  TRY(fovea_compile(program, &request, 0, &exe, &error));

  /* Two queries over three keys and values of width 2; the exe serves any. */
  float q[2][2] = {{1, 0}, {0, 1}}, k[3][2] = {{1, 0}, {0, 1}, {1, 1}};
  float v[3][2] = {{1, 2}, {3, 4}, {5, 6}}, o[2][2];
  const int64_t two[] = {2, 2}, three[] = {3, 2}, rows[] = {2, 1};
  const fovea_tensor in[] = {
      fovea_host_tensor(q, sizeof q, FOVEA_F32, 2, two, rows),
      fovea_host_tensor(k, sizeof k, FOVEA_F32, 2, three, rows),
      fovea_host_tensor(v, sizeof v, FOVEA_F32, 2, three, rows)};
  const fovea_tensor out =
      fovea_host_tensor(o, sizeof o, FOVEA_F32, 2, two, rows);
  TRY(fovea_run(exe, 0, in, 3, &out, 1, sizeof(fovea_tensor), &error));
  printf("%.4f %.4f\n%.4f %.4f\n", o[0][0], o[0][1], o[1][0], o[1][1]);

  fovea_exe_free(exe);
  fovea_program_free(program);
  return 0;
}
