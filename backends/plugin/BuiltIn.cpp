//===- BuiltIn.cpp - our backends as plugins ------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/BuiltIn.h"

#include "backends/loader/Manifest.h"
#include "backends/plugin/Cluster.h"
#include "backends/plugin/Host.h"
#include "backends/plugin/Request.h"
#include "backends/plugin/Unflatten.h"

#include "mlir/IR/MLIRContext.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

using namespace fovea;
using namespace fovea::plugin;

struct fovea_backend {
  std::unique_ptr<Backend> backend;
  fovea_claim_kind claim;
};

struct fovea_plugin_exe {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  std::unique_ptr<Executable> executable;
};

struct fovea_instance {
  const fovea_plugin_exe *exe;
  std::vector<int64_t> dims;
};

/// The op stands in the place of its text (see locationOf).
static fovea_code report(const Status &status, fovea_error *error) {
  toC(status, *error);
  const std::vector<SourcePlace> &places = status.details().places;
  if (status.failed() && !places.empty()) {
    error->op = static_cast<int32_t>(places.front().line) - 1;
    error->line = error->column = error->end_line = error->end_column = 0;
    error->file[0] = '\0';
  }
  return static_cast<fovea_code>(status.code());
}

template <class Fn>
static fovea_code guarded(fovea_error *error, Fn &&fn) noexcept {
  try {
    return report(fn(), error);
  } catch (const std::exception &fault) {
    return report(Status::error(StatusCode::Internal, fault.what()), error);
  } catch (...) {
    return report(Status::error(StatusCode::Internal, "an unknown exception"),
                  error);
  }
}

/// Whether a request asks only for what is known here.
template <class T> static Status checkRequest(const T &request) {
  if (hasUnknownTail(request))
    return Status::error(
        StatusCode::Unsupported,
        "a request asks for something of a later version than " +
            versionText(FOVEA_PLUGIN_VERSION));
  for (const fovea_extension *one = request.extensions; one; one = one->next)
    if (one->required)
      return Status::error(StatusCode::Unsupported,
                           "extension " + std::to_string(one->kind) +
                               " is required, but not known");
  return Status::ok();
}

static void close(fovea_backend *backend) { delete backend; }

static fovea_code query(fovea_backend *backend, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *error) {
  return guarded(error, [&]() -> Status {
    Expected<Cluster> copy = copyOf(*cluster);
    if (!copy)
      return copy.status();
    // What comes from a later version than this has numbers that no opcode has.
    if (const Status status = check(*copy); status.failed()) {
      claim->kind = FOVEA_CLAIM_NONE;
      claim->reason = FOVEA_REASON_OP;
      std::snprintf(claim->text, sizeof claim->text, "%s",
                    status.message().c_str());
      return Status::ok();
    }
    claim->kind = backend->claim;
    claim->sizes = FOVEA_SIZES_ANY;
    return Status::ok();
  });
}

static fovea_code compile(fovea_backend *backend, const fovea_cluster *cluster,
                          fovea_plugin_exe **exe, fovea_error *error) {
  return guarded(error, [&]() -> Status {
    Expected<Cluster> copy = copyOf(*cluster);
    if (!copy)
      return copy.status();
    if (Status status = check(*copy); status.failed())
      return status;
    auto made = std::make_unique<fovea_plugin_exe>();
    made->context.loadDialect<ir::FoveaDialect>();
    auto module = unflatten(*copy, made->context);
    if (!module)
      return module.status();
    auto executable =
        backend->backend->compile(*(*module)->getOps<ir::FuncOp>().begin());
    if (!executable)
      return executable.status();
    made->executable = *std::move(executable);
    *exe = made.release();
    return Status::ok();
  });
}

static void freeExe(fovea_plugin_exe *exe) { delete exe; }

static fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  return guarded(error, [&]() -> Status {
    if (Status status = checkRequest(*request); status.failed())
      return status;
    auto made = std::make_unique<fovea_instance>();
    made->exe = exe;
    for (uint64_t i = 0; i < request->dims.count; ++i)
      made->dims.push_back(*FOVEA_AT(int64_t, request->dims, i));
    if (Status status = exe->executable->prepare(made->dims); status.failed())
      return status;
    prepared->instance = made.release();
    return Status::ok();
  });
}

static void freeInstance(fovea_instance *instance) { delete instance; }

static Status viewsOf(const fovea_span &span, const char *what, Access access,
                      std::vector<Tensor> &views) {
  for (uint64_t i = 0; i < span.count; ++i) {
    Expected<Tensor> view =
        fromC(*FOVEA_AT(fovea_tensor, span, i), what, access);
    if (!view)
      return view.status();
    views.push_back(*std::move(view));
  }
  return Status::ok();
}

static fovea_code run(fovea_instance *instance,
                      const fovea_run_request *request, fovea_error *error) {
  return guarded(error, [&]() -> Status {
    std::vector<Tensor> inputs, outputs;
    Status status = checkRequest(*request);
    if (status.isOk())
      status = viewsOf(request->inputs, "input", Access::Read, inputs);
    if (status.isOk())
      status = viewsOf(request->outputs, "output", Access::Write, outputs);
    if (status.isOk())
      // Only who is of the house knows what is behind the handle; a plugin asks
      // fovea_host::cancelled.
      status = instance->exe->executable->runSolved(
          inputs, outputs, instance->dims, request->run->cancel);
    return status;
  });
}

namespace {
/// One table for each built-in backend, for ever. `open` has no place for a
/// context, so each table has an `open` of its own.
struct Entry {
  std::string name;
  Registry::Factory factory;
  fovea_claim_kind claim;
  std::shared_ptr<const Library> library;
};
constexpr size_t mostBuiltIn = std::size(builtInBackends);
/// Written before the table with its `open` is given to anybody.
std::array<Entry, mostBuiltIn> entries;

template <size_t number>
fovea_code open(const fovea_open_request *request, fovea_backend **backend,
                fovea_error *error) {
  return guarded(error, [&]() -> Status {
    if (Status status = checkRequest(*request); status.failed())
      return status;
    const Entry &entry = entries[number];
    if (request->options.count != 0)
      return Status::error(
          StatusCode::InvalidArgument,
          "there is no option `" +
              std::string(
                  FOVEA_AT(fovea_backend_option, request->options, 0)->key) +
              "`; `" + entry.name + "` has none");
    Expected<std::unique_ptr<Backend>> made = entry.factory();
    if (!made)
      return made.status();
    *backend = new fovea_backend{*std::move(made), entry.claim};
    return Status::ok();
  });
}

template <size_t... numbers>
constexpr auto opensOf(std::index_sequence<numbers...>) {
  return std::array{&open<numbers>...};
}
constexpr auto opens = opensOf(std::make_index_sequence<mostBuiltIn>());
} // namespace

Expected<std::shared_ptr<const Library>>
plugin::builtIn(const std::string &name, Registry::Factory factory,
                fovea_claim_kind claim) {
  static std::mutex mutex;
  static size_t count = 0;
  std::lock_guard<std::mutex> lock(mutex);
  const auto end = entries.begin() + count;
  if (auto known =
          std::find_if(entries.begin(), end,
                       [&](const Entry &entry) { return entry.name == name; });
      known != end)
    return known->library;
  if (count == mostBuiltIn)
    return Status::error(StatusCode::Internal,
                         "`" + name + "` is not in builtInBackends");
  Entry &entry = entries[count];
  entry = {name, factory, claim, nullptr};
  fovea_plugin table{};
  table.size = sizeof(table);
  table.version = FOVEA_PLUGIN_VERSION;
  table.name = entry.name.c_str();
  table.build = FOVEA_VERSION_STRING;
  // Not FOVEA_PLUGIN_JOINS: what the passes have made of several clusters they
  // do not always take again (silent heads in examples/variants.fov).
  table.flags = 0;
  table.open = opens[count];
  table.close = close;
  table.query = query;
  table.compile = compile;
  table.exe_free = freeExe;
  table.prepare = prepare;
  table.instance_free = freeInstance;
  table.run = run;
  auto library = Library::fromTable(&table, "built in", /*isOurs=*/true);
  if (library)
    entry.library = *library;
  ++count;
  return library;
}
