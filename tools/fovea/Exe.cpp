//===- Exe.cpp - a compiled function, seen from C++ -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Failure.h"
#include "tools/fovea/Library.h"
#include "tools/fovea/Session.h"

using namespace fovea;
using namespace fovea::driver;

/// Throws for a code that is not success.
static void check(fovea_code code, const fovea_error &error) {
  if (code != FOVEA_OK)
    throw Failure(statusFromC(code, error));
}

static Array arrayOf(const fovea_array_info &info) {
  std::optional<DType> dtype = dtypeFromC(info.dtype);
  if (!dtype)
    throw Failure(Exit::Internal,
                  "`" + std::string(info.name) + "` has no known dtype");
  return {info.name, *dtype, info.rank, {info.shape, info.shape + info.rank}};
}

Exe::Exe(fovea_exe *handle, std::shared_ptr<fovea_call> call)
    : handle(handle, library().exe_free), call(std::move(call)) {
  fovea_error error = FOVEA_ERROR_INIT;
  fovea_exe_info info = FOVEA_EXE_INFO_INIT;
  check(library().exe_describe(handle, &info, &error), error);
  head = info.signature;
  dimNames.assign(info.dims, info.dims + info.dim_count);
  for (uint64_t i = 0; i < info.input_count; ++i) {
    fovea_array_info array = FOVEA_ARRAY_INFO_INIT;
    check(library().exe_input(handle, i, &array, &error), error);
    inputList.push_back(arrayOf(array));
  }
  for (uint64_t i = 0; i < info.result_count; ++i) {
    fovea_array_info array = FOVEA_ARRAY_INFO_INIT;
    check(library().exe_result(handle, i, &array, &error), error);
    resultList.push_back(arrayOf(array));
  }
}

void Exe::solve(const std::vector<std::vector<int64_t>> &shapes,
                std::vector<int64_t> &dims) const {
  // A scalar's shape is empty and known; the list of a known one is not null.
  std::vector<const int64_t *> pointers;
  static const int64_t none = 0;
  for (size_t i = 0; i < shapes.size(); ++i)
    pointers.push_back(inputList[i].rank == 0 ? &none
                       : shapes[i].empty()    ? nullptr
                                              : shapes[i].data());
  fovea_error error = FOVEA_ERROR_INIT;
  check(library().exe_solve(handle.get(), pointers.data(), dims.data(), &error),
        error);
}

std::vector<int64_t> Exe::inputShape(size_t input,
                                     const std::vector<int64_t> &dims) const {
  std::vector<int64_t> shape(inputList[input].rank);
  fovea_error error = FOVEA_ERROR_INIT;
  check(library().exe_input_shape(handle.get(), input, dims.data(),
                                  shape.data(), &error),
        error);
  return shape;
}

std::vector<int64_t> Exe::resultShape(size_t result,
                                      const std::vector<int64_t> &dims) const {
  std::vector<int64_t> shape(resultList[result].rank);
  fovea_error error = FOVEA_ERROR_INIT;
  check(library().exe_result_shape(handle.get(), result, dims.data(),
                                   shape.data(), &error),
        error);
  return shape;
}

void Exe::prepare(const std::vector<int64_t> &dims) const {
  fovea_error error = FOVEA_ERROR_INIT;
  const fovea_code code =
      library().exe_prepare(handle.get(), call.get(), dims.data(), &error);
  if (code != FOVEA_OK)
    throw failureOf(code, error, call.get());
}

static std::vector<fovea_tensor> toC(const std::vector<Tensor> &tensors) {
  std::vector<fovea_tensor> out;
  for (const Tensor &tensor : tensors)
    out.push_back(fovea::toC(tensor));
  return out;
}

void Exe::run(const std::vector<Tensor> &inputs,
              const std::vector<Tensor> &outputs) const {
  const std::vector<fovea_tensor> in = ::toC(inputs), out = ::toC(outputs);
  fovea_error error = FOVEA_ERROR_INIT;
  const fovea_code code =
      library().run(handle.get(), call.get(), in.data(), in.size(), out.data(),
                    out.size(), sizeof(fovea_tensor), &error);
  if (code != FOVEA_OK)
    throw failureOf(code, error, call.get());
}

std::string Exe::report() const {
  fovea_error error = FOVEA_ERROR_INIT;
  check(library().exe_report(handle.get(), call.get(), &error), error);
  return library().call_text(call.get());
}
