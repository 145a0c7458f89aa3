//===- weights.c - weights that a backend may keep ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Runs a linear layer three times: twice with one content id for the weights,
// then with other weights and another id. Prints the results; what the backend
// says of its uploads is for the test.
//
//===----------------------------------------------------------------------===//

#include "runtime/fovea.h"

#include <stdio.h>
#include <string.h>

static const char *const text =
    "fn linear(x: f32[N, D], w: f32[D, E]) -> f32[N, E] {\n"
    "  y[n, e] = sum[d](x[n, d] * w[d, e])\n"
    "  return y\n"
    "}\n";

static fovea_tensor matrix(float *data, const int64_t *shape, uint64_t id) {
  static const int64_t strides[2] = {2, 1};
  fovea_tensor tensor;
  memset(&tensor, 0, sizeof(tensor));
  tensor.size = sizeof(tensor);
  tensor.version = FOVEA_ABI_VERSION;
  tensor.buffer.data = data;
  tensor.buffer.size = 4 * sizeof(float);
  tensor.buffer.content_id = id;
  tensor.dtype = FOVEA_F32;
  tensor.rank = 2;
  tensor.shape = shape;
  tensor.strides = strides;
  return tensor;
}

int main(int argc, char **argv) {
  static const int64_t shape[2] = {2, 2};
  fovea_error error = FOVEA_ERROR_INIT;
  fovea_program *program = 0;
  fovea_exe *exe = 0;
  fovea_input inputs[2] = {FOVEA_INPUT_INIT, FOVEA_INPUT_INIT};
  inputs[0].name = "x";
  inputs[1].name = "w";
  for (int i = 0; i < 2; ++i) {
    inputs[i].dtype = FOVEA_F32;
    inputs[i].rank = 2;
  }
  fovea_request request = FOVEA_REQUEST_INIT;
  request.function = "linear";
  request.backend = argc > 1 ? argv[1] : 0;
  request.inputs = inputs;
  request.input_count = 2;
  fovea_code code = fovea_program_parse("linear.fov", text, strlen(text), 0,
                                        &program, &error);
  if (code == FOVEA_OK)
    code = fovea_compile(program, &request, 0, &exe, &error);
  for (int run = 0; run < 3 && code == FOVEA_OK; ++run) {
    float x[4] = {1, 2, 3, 4}, y[4];
    float w[4] = {1, 0, 0, (float)(run < 2 ? 1 : 10)};
    const fovea_tensor in[2] = {matrix(x, shape, 0),
                                matrix(w, shape, run < 2 ? 5 : 6)};
    const fovea_tensor out = matrix(y, shape, 0);
    code = fovea_run(exe, 0, in, 2, &out, 1, sizeof(out), &error);
    if (code == FOVEA_OK)
      printf("%g %g %g %g\n", y[0], y[1], y[2], y[3]);
  }
  if (code != FOVEA_OK)
    fprintf(stderr, "%s\n", error.message);
  fovea_exe_free(exe);
  fovea_program_free(program);
  return code != FOVEA_OK;
}
