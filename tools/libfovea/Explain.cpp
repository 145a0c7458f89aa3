//===- Explain.cpp - what became of a function, and whether it is right ---===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/Pipelines.h"
#include "tools/certificate/Certificate.h"
#include "tools/certificate/Widen.h"
#include "tools/explain/Explanation.h"
#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"

using namespace fovea;

namespace {
/// One function on its way through the passes.
struct Stages {
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> written, optimized, folded;
};
} // namespace

/// All numbers in f64: what the algebra makes of constants (log2 e / sqrt D) is
/// then not rounded to storage.
static void widen(mlir::ModuleOp module) {
  ir::FuncOp func = functionIn(module);
  mlir::OwningOpRef<ir::FuncOp> wide = certificate::widened(func);
  func.erase();
  module.push_back(wide.release());
}

static Expected<Stages> stagesOf(const fovea_program *program,
                                 const fovea_request *request, fovea_call *call,
                                 bool isWide = false) {
  Expected<fovea_request> asked = fovea::request(request, "the request");
  if (!asked)
    return asked.status();
  Expected<Instantiated> source = instantiate(*program, *asked, call);
  if (!source)
    return source.status();
  Stages stages;
  stages.context = std::move(source->context);
  stages.written = std::move(source->module);
  if (isWide)
    widen(*stages.written);
  stages.optimized = stages.written->clone();
  if (Status status = runPasses(*stages.optimized, buildOptimizePipeline);
      status.failed())
    return status;
  stages.folded = stages.optimized->clone();
  if (Status status = runPasses(*stages.folded, buildFusePipeline);
      status.failed())
    return status;
  return stages;
}

/// What became of the folds of `stages` when kernels were formed.
static Expected<mlir::OwningOpRef<mlir::ModuleOp>> formed(Stages &stages) {
  numberOperations(functionIn(*stages.folded));
  mlir::OwningOpRef<mlir::ModuleOp> kernels = stages.folded->clone();
  if (Status status = runPasses(*kernels, buildHostKernels); status.failed())
    return status;
  return kernels;
}

using Form = std::string (*)(const Explanation &);
static constexpr std::pair<const char *, Form> forms[] = {
    {"text", text}, {"json", json}, {"dot", dot}};

static Expected<Form> formNamed(const char *name) {
  std::string known;
  for (auto [each, form] : forms) {
    if (std::string_view(name) == each)
      return form;
    known += (known.empty() ? "`" : ", `") + std::string(each) + "`";
  }
  return misuse("there is no form `" + std::string(name) + "`; there is " +
                known);
}

fovea_code fovea_explain(const fovea_program *program,
                         const fovea_request *request, const char *form,
                         const int64_t *dims, uint64_t dim_count,
                         fovea_call *call, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!program || !form || !call || (dim_count != 0 && !dims))
      return misuse("`program`, `form`, `dims` or `call` is null");
    Expected<Form> write = formNamed(form);
    if (!write)
      return write.status();
    Expected<Stages> stages = stagesOf(program, request, call);
    if (!stages)
      return stages.status();
    ir::FuncOp folded = functionIn(*stages->folded);
    if (dim_count != folded.getDims().size())
      return misuse(
          "the function has " + std::to_string(folded.getDims().size()) +
          " dimensions, and " + std::to_string(dim_count) + " are given");
    auto kernels = formed(*stages);
    if (!kernels)
      return kernels.status();
    Expected<Explanation> explanation =
        explain(functionIn(*stages->optimized), folded, functionIn(**kernels),
                {dims, dim_count});
    if (!explanation)
      return explanation.status();
    call->text = (*write)(*explanation);
    return Status::ok();
  });
}

fovea_code fovea_certify(const fovea_program *program,
                         const fovea_request *request, fovea_call *call,
                         int32_t *holds, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!program || !call || !holds)
      return misuse("`program`, `call` or `holds` is null");
    Expected<Stages> stages = stagesOf(program, request, call, /*isWide=*/true);
    if (!stages)
      return stages.status();
    Expected<Certificate> certificate =
        certify(functionIn(*stages->written), functionIn(*stages->folded));
    if (!certificate)
      return certificate.status();
    call->text = text(*certificate);
    *holds = certificate->holds();
    return Status::ok();
  });
}
