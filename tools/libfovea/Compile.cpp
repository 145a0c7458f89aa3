//===- Compile.cpp - from a request to a compiled function ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/libfovea/Compile.h"

#include "tools/certificate/RoundingBound.h"
#include "tools/libfovea/Backends.h"
#include "tools/libfovea/Entry.h"

using namespace fovea;

std::unique_ptr<mlir::MLIRContext> fovea::newContext() {
  auto context = std::make_unique<mlir::MLIRContext>(
      mlir::MLIRContext::Threading::DISABLED);
  context->loadDialect<ir::FoveaDialect>();
  return context;
}

CompilerMessages::CompilerMessages(mlir::MLIRContext &context)
    : handler(&context, [this](mlir::Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
          text += (text.empty() ? "" : "; ") + diagnostic.str();
        return mlir::success();
      }) {}

Status CompilerMessages::statusIfAny() const {
  if (text.empty())
    return Status::ok();
  return Status::error(StatusCode::Internal, text);
}

Expected<mlir::OwningOpRef<mlir::ModuleOp>>
fovea::instantiate(const fovea_program &program, const Instance &instance,
                   mlir::MLIRContext &context, fovea_call *call) {
  Diagnostics diagnostics;
  CompilerMessages messages(context);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      program.program->instantiate(instance, context, diagnostics);
  if (Status status = statusOf(diagnostics, call); status.failed())
    return status;
  if (Status status = messages.statusIfAny(); status.failed())
    return status;
  if (!module)
    return Status::error(StatusCode::Internal,
                         "`" + instance.function +
                             "` was not translated, and no reason is known");
  return module;
}

Expected<Instantiated> fovea::instantiate(const fovea_program &program,
                                          const fovea_request &request,
                                          fovea_call *call) {
  Expected<Instance> instance = instanceFor(program, request);
  if (!instance)
    return instance.status();
  Instantiated made;
  made.context = newContext();
  auto module = instantiate(program, *instance, *made.context, call);
  if (!module)
    return module.status();
  made.module = *std::move(module);
  return made;
}

ir::FuncOp fovea::functionIn(mlir::ModuleOp module) {
  return *module.getOps<ir::FuncOp>().begin();
}

Expected<std::unique_ptr<Executable>> fovea::compile(mlir::ModuleOp module,
                                                     Backend &backend) {
  CompilerMessages messages(*module.getContext());
  Expected<std::unique_ptr<Executable>> executable =
      backend.compile(functionIn(module));
  if (executable || executable.status().code() != StatusCode::Internal)
    return executable;
  // What MLIR said is the better half of an internal error.
  Status said = messages.statusIfAny();
  return said.failed()
             ? Expected<std::unique_ptr<Executable>>(
                   std::move(said).withContext(executable.status().message()))
             : std::move(executable);
}

static std::vector<DescribedArray> describe(const std::vector<Parameter> &list,
                                            const Signature &signature) {
  std::vector<DescribedArray> out;
  for (const Parameter &parameter : list) {
    std::vector<std::string> sizes;
    for (const SizeExpr &size : parameter.shape)
      sizes.push_back(text(size, signature));
    out.push_back({parameter, CStrings(std::move(sizes))});
  }
  return out;
}

/// Compiles what `change` makes of the function that is asked for.
static fovea_code compileChanged(const fovea_program *program,
                                 const fovea_request *request, fovea_call *call,
                                 fovea_exe **exe, fovea_error *error,
                                 const char *backendName,
                                 void (*change)(ir::FuncOp)) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!program || !exe)
      return misuse("`program` or `exe` is null");
    Expected<fovea_request> asked = fovea::request(request, "the request");
    if (!asked)
      return asked.status();
    auto made = std::make_unique<fovea_exe>();
    Expected<std::shared_ptr<Backend>> backend =
        backendNamed(backendName ? backendName : asked->backend,
                     asked->allow_materialize != 0);
    if (!backend)
      return backend.status();
    made->backend = *backend;
    Expected<Instantiated> source = instantiate(*program, *asked, call);
    if (!source)
      return source.status();
    change(functionIn(*source->module));
    made->program = program->program;
    made->context = std::move(source->context);
    auto executable = compile(*source->module, *made->backend);
    if (!executable)
      return located(executable.status(), *made->program, call);
    made->executable = *std::move(executable);
    const Signature &signature = made->executable->signature();
    made->signature = text(signature);
    made->dims = CStrings(signature.dims);
    made->inputs = describe(signature.inputs, signature);
    made->results = describe(signature.results, signature);
    *exe = made.release();
    return Status::ok();
  });
}

fovea_code fovea_compile(const fovea_program *program,
                         const fovea_request *request, fovea_call *call,
                         fovea_exe **exe, fovea_error *error) {
  return compileChanged(program, request, call, exe, error,
                        /*backendName=*/nullptr, [](ir::FuncOp) {});
}

fovea_code fovea_compile_magnitudes(const fovea_program *program,
                                    const fovea_request *request,
                                    fovea_call *call, fovea_exe **exe,
                                    fovea_error *error) {
  return compileChanged(program, request, call, exe, error, "reference",
                        certificate::replaceByRoundingBounds);
}

void fovea_exe_free(fovea_exe *exe) { delete exe; }
