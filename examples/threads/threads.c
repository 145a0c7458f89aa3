//===- threads.c - one compiled program, four threads ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Attention, compiled once. Four threads run it at the same time, each with a
// `fovea_call` and buffers of its own, and with a length of its own. The keys
// are all equal, so every result is the mean of the values, and easy to check.
//
//===----------------------------------------------------------------------===//

#include "runtime/fovea.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { threads = 4, rounds = 50, width = 8 };

/* What a thread gets and gives. */
typedef struct {
  const fovea_exe *exe;
  int64_t length;
  const char *failure;
  fovea_error error;
} job;

static fovea_tensor matrix(float *data, const int64_t *shape,
                           const int64_t *strides) {
  fovea_tensor tensor = {
      sizeof(fovea_tensor), FOVEA_ABI_VERSION, {0}, 0, FOVEA_F32, 2, 0, 0};
  tensor.buffer.data = data;
  tensor.buffer.size = (uint64_t)(shape[0] * shape[1]) * sizeof(float);
  tensor.shape = shape;
  tensor.strides = strides;
  return tensor;
}

/* One run; true if the result is what it must be. */
static int run_once(job *mine, fovea_call *call, float *q, float *kv,
                    float *out) {
  const int64_t shape[2] = {mine->length, width};
  const int64_t strides[2] = {width, 1};
  float *values = kv + mine->length * width;
  const fovea_tensor inputs[3] = {matrix(q, shape, strides),
                                  matrix(kv, shape, strides),
                                  matrix(values, shape, strides)};
  const fovea_tensor output = matrix(out, shape, strides);
  if (fovea_run(mine->exe, call, inputs, 3, &output, 1, sizeof(fovea_tensor),
                &mine->error) != FOVEA_OK) {
    mine->failure = mine->error.message;
    return 0;
  }
  /* Row j of the values is j, so their mean is (length - 1) / 2. */
  const float mean = (float)(mine->length - 1) / 2;
  for (int64_t i = 0; i < mine->length * width; ++i)
    if (fabsf(out[i] - mean) > 1e-4f * (1 + mean)) {
      mine->failure = "a wrong result";
      return 0;
    }
  return 1;
}

static void *work(void *argument) {
  job *mine = argument;
  const size_t count = (size_t)mine->length * width;
  float *q = malloc(count * sizeof(float));
  float *kv = malloc(2 * count * sizeof(float));
  float *out = malloc(count * sizeof(float));
  fovea_call *call = 0;
  if (!q || !kv || !out || fovea_call_create(&call, &mine->error) != FOVEA_OK) {
    mine->failure = "not enough memory";
  } else {
    for (size_t i = 0; i < count; ++i) {
      q[i] = (float)(i % 7) - 3;
      kv[i] = 1;
      kv[count + i] = (float)(i / width);
    }
    for (int round = 0; round < rounds; ++round)
      if (!run_once(mine, call, q, kv, out))
        break;
  }
  fovea_call_free(call);
  free(q);
  free(kv);
  free(out);
  return 0;
}

int main(int argc, char **argv) {
  fovea_error error = FOVEA_ERROR_INIT;
  fovea_program *program = 0;
  fovea_exe *exe = 0;
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
  request.backend = argc > 2 ? argv[2] : 0;
  request.inputs = inputs;
  request.input_count = 3;
  if (fovea_program_load(argc > 1 ? argv[1] : "attention.fov", 0, &program,
                         &error) != FOVEA_OK ||
      fovea_compile(program, &request, 0, &exe, &error) != FOVEA_OK) {
    fprintf(stderr, "%s\n", error.message);
    fovea_program_free(program);
    return 1;
  }

  job jobs[threads];
  pthread_t handles[threads];
  int failed = 0;
  for (int i = 0; i < threads; ++i) {
    job mine = {exe, 100 + 37 * i, 0, FOVEA_ERROR_INIT};
    jobs[i] = mine;
  }
  for (int i = 0; i < threads; ++i)
    if (pthread_create(&handles[i], 0, work, &jobs[i]) != 0)
      return fprintf(stderr, "cannot start a thread\n"), 1;
  for (int i = 0; i < threads; ++i) {
    pthread_join(handles[i], 0);
    if (jobs[i].failure)
      fprintf(stderr, "thread %d: %s\n", i, jobs[i].failure);
    failed |= jobs[i].failure != 0;
  }
  fovea_exe_free(exe);
  fovea_program_free(program);
  if (!failed)
    printf("%d threads, %d runs each: every result is the mean\n", threads,
           rounds);
  return failed;
}
