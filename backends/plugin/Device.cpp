//===- Device.cpp - an opened plugin, seen from C++ -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Device.h"

#include "backends/plugin/Request.h"
#include "runtime/PlainText.h"

#include <algorithm>
#include <cstring>
#include <tuple>

using namespace fovea;
using namespace fovea::plugin;

//===----------------------------------------------------------------------===//
// Device
//===----------------------------------------------------------------------===//

Status Device::statusOf(const char *what, const Cluster *cluster,
                        fovea_code code, const fovea_error &error) const {
  if (code == FOVEA_OK)
    return Status::ok();
  const Status given = statusFromC(code, error);
  const std::string_view function = what;
  const bool isRun = function == "run";
  // Who says no more than a code has to be told as well.
  const bool isBare = error.message[0] == '\0';
  const bool isOfData =
      code == FOVEA_OUT_OF_RANGE || code == FOVEA_DIVISION_BY_ZERO;
  // What the program or its user brings about in a run.
  const bool isUsers =
      isRun && ((isOfData && cluster &&
                 std::ranges::any_of(cluster->ops,
                                     [](const fovea_op &op) {
                                       return op.flags & FOVEA_OP_MAY_FAIL;
                                     })) ||
                code == FOVEA_CANCELLED);
  // Of an option, or of a file that one names; nobody can tell without a text.
  const bool isOfArguments = code == FOVEA_INVALID_ARGUMENT ||
                             code == FOVEA_SHAPE || code == FOVEA_DTYPE ||
                             code == FOVEA_IO;
  // It may be a code that is not known here, or one that its function has no
  // business with. Whatever it is, it is not a fault of Fovea or its user.
  const bool isTheirs =
      !lib->isOurs() &&
      (given.code() == StatusCode::Internal || code == FOVEA_INVALID_PROGRAM ||
       (isOfArguments && isBare && function != "open") ||
       (!isUsers && (isOfData || code == FOVEA_CANCELLED)));
  const StatusDetails &details = given.details();
  Status status =
      Status::error(isTheirs ? StatusCode::Backend : given.code(),
                    plainLine(given.message()), plainLine(given.fix()))
          .withTensor(plainLine(details.tensor))
          .withPosition(details.position);
  if (details.value)
    status = std::move(status).withValue(*details.value);
  // That is no error but an answer: another one may do these sizes.
  const bool isAnswer =
      code == FOVEA_UNSUPPORTED_SHAPE && function == "prepare";
  if ((!isUsers && !isAnswer) || isBare)
    status = std::move(status).withContext("plugin `" + name() + "`, `" + what +
                                           "`");
  // A plugin knows ops; lines of the program are not its to tell.
  return cluster ? std::move(status).withPlaces(cluster->placesOf(error.op))
                 : status;
}

Status Device::thrownIn(const char *what) const {
  return Status::error(StatusCode::Backend,
                       "plugin `" + name() + "` threw an exception out of `" +
                           what + "`",
                       "this is a fault of the plugin");
}

void Device::warn(const Status &status) {
  // It is the host that speaks.
  const PluginCall none({});
  host().log(&host(), FOVEA_LOG_WARNING, ("warning: " + status.text()).c_str());
}

Expected<std::shared_ptr<Device>>
Device::open(std::shared_ptr<const Library> library,
             std::span<const Option> options) {
  std::shared_ptr<Device> device(new Device(std::move(library)));
  std::vector<fovea_backend_option> list;
  for (const Option &option : options)
    list.push_back({option.key.c_str(), option.value.c_str()});
  auto request = made<fovea_open_request>();
  request.host = &host();
  request.options = {list.data(), list.size(), sizeof(list[0])};
  Status status = device->invoke("open", nullptr, [&](fovea_error &error) {
    return device->lib->table().open(&request, &device->backend, &error);
  });
  if (status.failed()) {
    device->backend = nullptr;
    return status;
  }
  if (!device->backend)
    return Status::error(StatusCode::Backend,
                         "plugin `" + device->name() +
                             "` opens without an error, but gives no backend");
  return device;
}

Device::~Device() {
  if (backend)
    release("close", [&] { lib->table().close(backend); });
}

/// Up to its zero, which may be missing.
template <size_t size>
static std::string_view textOf(const char (&text)[size]) {
  return {text, strnlen(text, size)};
}

Expected<Claim> Device::query(const Cluster &cluster) {
  auto claim = made<fovea_claim>();
  claim.op = FOVEA_NONE;
  const fovea_cluster view = cluster.view();
  std::lock_guard<std::mutex> lock(mutex);
  fovea_error given{};
  Status status = invoke("query", &cluster, [&](fovea_error &error) {
    const fovea_code code = lib->table().query(backend, &view, &claim, &error);
    given = error;
    return code;
  });
  // A number of a later version somewhere: the cluster is not for this plugin.
  if (status.code() == StatusCode::Unsupported)
    return Claim{FOVEA_CLAIM_NONE, FOVEA_SIZES_ANY, FOVEA_REASON_OTHER,
                 given.op < 0 ? FOVEA_NONE : static_cast<uint32_t>(given.op),
                 plainLine(textOf(given.message))};
  if (status.failed())
    return status;
  if (claim.kind > FOVEA_CLAIM_DECOMPOSED || claim.sizes > FOVEA_SIZES_STATIC)
    return Status::error(StatusCode::Backend,
                         "plugin `" + name() + "` claims a cluster with kind " +
                             std::to_string(claim.kind) + " and sizes " +
                             std::to_string(claim.sizes) +
                             ", which do not exist");
  return Claim{claim.kind, claim.sizes, claim.reason, claim.op,
               plainLine(textOf(claim.text))};
}

Expected<std::shared_ptr<Exe>>
Device::compile(std::shared_ptr<const Cluster> cluster) {
  std::shared_ptr<Exe> made(new Exe(shared_from_this(), std::move(cluster)));
  const fovea_cluster view = made->cluster().view();
  std::lock_guard<std::mutex> lock(mutex);
  Status status = invoke("compile", &made->cluster(), [&](fovea_error &error) {
    return lib->table().compile(backend, &view, &made->exe, &error);
  });
  if (status.failed()) {
    made->exe = nullptr;
    return status;
  }
  if (!made->exe)
    return Status::error(StatusCode::Backend,
                         "plugin `" + name() +
                             "` compiles without an error, but gives no exe");
  return made;
}

//===----------------------------------------------------------------------===//
// Exe
//===----------------------------------------------------------------------===//

Exe::~Exe() {
  kept.clear();
  if (exe)
    from->release("exe_free", [&] { from->library().table().exe_free(exe); });
}

Exe::Prepared Exe::make(const Key &key) {
  std::shared_ptr<Instance> made(new Instance(*this, key));
  if (Status status = made->prepare(); status.failed())
    return status;
  return std::shared_ptr<const Instance>(std::move(made));
}

void Exe::keep(const Key &key, bool isWorthIt) {
  // Their instances are freed when nobody waits for the lock.
  std::vector<Kept> gone;
  std::lock_guard<std::mutex> lock(mutex);
  auto drop = [&](auto entry) {
    gone.push_back(std::move(entry->second));
    kept.erase(entry);
  };
  const auto own = kept.find(key);
  own->second.isMade = true;
  if (!isWorthIt)
    drop(own);
  // Who is making one will look for it here.
  auto isOlder = [](const auto &a, const auto &b) {
    return std::tuple(!a.second.isMade, a.second.lastUse) <
           std::tuple(!b.second.isMade, b.second.lastUse);
  };
  while (kept.size() > mostSizes) {
    const auto oldest = std::ranges::min_element(kept, isOlder);
    if (!oldest->second.isMade)
      break;
    drop(oldest);
  }
}

Exe::Prepared Exe::prepare(std::span<const int64_t> dims) {
  const Key key(dims.begin(), dims.end());
  std::promise<Prepared> promise;
  {
    std::unique_lock<std::mutex> lock(mutex);
    auto [entry, isNew] = kept.try_emplace(key);
    entry->second.lastUse = ++uses;
    if (!isNew) {
      const std::shared_future<Prepared> known = entry->second.prepared;
      lock.unlock();
      return known.get();
    }
    entry->second.prepared = promise.get_future().share();
  }
  std::optional<Prepared> prepared;
  try {
    prepared = make(key);
  } catch (...) {
    keep(key, false);
    promise.set_exception(std::current_exception());
    throw;
  }
  promise.set_value(*prepared);
  // What else fails (no memory, say) may do another time.
  keep(key,
       *prepared || prepared->status().code() == StatusCode::UnsupportedShape);
  return *std::move(prepared);
}
