//===- Run.cpp - running what was compiled --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/libfovea/Entry.h"
#include "tools/libfovea/Objects.h"

using namespace fovea;

/// Checks the caller's arrays one by one and adds a view of each to `views`.
/// `list` gives their names; `what` is "input" or "output".
static Status viewsOf(const fovea_tensor *tensors, uint64_t count,
                      uint64_t stride, const std::vector<DescribedArray> &list,
                      const char *what, Access access,
                      std::vector<Tensor> &views) {
  if (count != list.size())
    return misuse(std::to_string(count) + " " + what +
                  (count == 1 ? " is" : "s are") + " given, but " +
                  std::to_string(list.size()) +
                  (list.size() == 1 ? " is" : " are") + " needed");
  if (count && !tensors)
    return misuse(std::string("the array of ") + what + "s is null");
  for (uint64_t i = 0; i < count; ++i) {
    Expected<Tensor> view =
        fromC(*element(tensors, stride, i), list[i].parameter.name, access);
    if (!view)
      return view.status();
    views.push_back(*std::move(view));
  }
  return Status::ok();
}

fovea_code fovea_exe_prepare(const fovea_exe *exe, fovea_call *call,
                             const int64_t *dims, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!exe)
      return misuse("`exe` is null");
    auto known = knownDims(*exe, dims);
    if (!known)
      return known.status();
    return located(exe->executable->prepare(*known), *exe->program, call);
  });
}

fovea_code fovea_run(const fovea_exe *exe, fovea_call *call,
                     const fovea_tensor *inputs, uint64_t input_count,
                     const fovea_tensor *outputs, uint64_t output_count,
                     uint64_t stride, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!exe)
      return misuse("`exe` is null");
    if (stride < structHead && input_count + output_count > 1)
      return misuse("the stride of the arrays is less than a fovea_tensor");
    std::vector<Tensor> in, out;
    Status status = viewsOf(inputs, input_count, stride, exe->inputs, "input",
                            Access::Read, in);
    if (status.isOk())
      status = viewsOf(outputs, output_count, stride, exe->results, "output",
                       Access::Write, out);
    if (status.failed())
      return status;
    status = exe->executable->run(in, out, call ? &call->cancel : nullptr);
    // Whoever asked has his answer.
    if (call && status.code() == StatusCode::Cancelled)
      call->cancel = false;
    return located(std::move(status), *exe->program, call);
  });
}
