//===- fovea_plugin.hpp - fovea_plugin.h for C++ authors --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Optional, header-only, C++17; all of it is in fovea::sdk. Write three classes
// and export the last:
//
// clang-format off
//   struct MyInstance : fovea::sdk::Instance {
//     void run(const fovea_run_request &) override;
//   };
//   struct MyExe : fovea::sdk::Exe {
//     std::unique_ptr<fovea::sdk::Instance>
//     prepare(const fovea_prepare_request &, fovea_prepared &) override;
//   };
//   struct MyBackend : fovea::sdk::Backend {
//     explicit MyBackend(const fovea_open_request &);
//     void query(const fovea_cluster &, fovea_claim &) override;
//     std::unique_ptr<fovea::sdk::Exe> compile(const fovea_cluster &) override;
//   };
//   FOVEA_PLUGIN(MyBackend, "my-name", "build 1", /*flags=*/0)
// clang-format on
//
// What they throw becomes the error of the call: plugin_error as it says,
// std::bad_alloc FOVEA_BACKEND, anything else FOVEA_INTERNAL. Items of the
// host's parallel_for may not throw; those of parallelFor here may. Heads of
// requests, their tails and required extensions are checked before a function
// is called; fields that an older host does not know are zero, of elements of
// its arrays too, and what is said in those of a result is dropped.
//
// The rest reads clusters: view steps over an array by its stride, list and
// text follow numbers, Sizes evaluates sizes for given dims.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_FOVEA_PLUGIN_HPP
#define FOVEA_BACKENDS_FOVEA_PLUGIN_HPP

#include "backends/fovea_plugin.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <exception>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fovea::sdk {

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

/// What a plugin throws. The setters chain:
///   throw plugin_error(FOVEA_UNSUPPORTED, "no f64").atOp(7);
class plugin_error : public std::exception {
public:
  plugin_error(fovea_code code, std::string message)
      : code(code), message(std::move(message)) {}
  plugin_error &&atOp(uint32_t number) && {
    op = static_cast<int32_t>(number);
    return std::move(*this);
  }
  plugin_error &&inTensor(std::string name) && {
    tensor = std::move(name);
    return std::move(*this);
  }
  plugin_error &&withValue(int64_t offending) && {
    value = offending;
    hasValue = true;
    return std::move(*this);
  }
  plugin_error &&atPosition(std::vector<int64_t> place) && {
    position = std::move(place);
    return std::move(*this);
  }
  plugin_error &&withFix(std::string text) && {
    fix = std::move(text);
    return std::move(*this);
  }
  const char *what() const noexcept override { return message.c_str(); }

  fovea_code code;
  std::string message;
  std::string fix;
  std::string tensor;
  int32_t op = -1;
  bool hasValue = false;
  int64_t value = 0;
  std::vector<int64_t> position;
};

namespace detail {
/// Copies a text and cuts it to fit, between characters of UTF-8.
template <size_t N> void copyText(char (&into)[N], const char *text) noexcept {
  size_t count = std::min(std::strlen(text), N - 1);
  if (text[count] != '\0')
    while (count > 0 && (static_cast<unsigned char>(text[count]) >> 6) == 2)
      --count;
  std::memcpy(into, text, count);
  into[count] = '\0';
}

/// Fills in an error that the host owns.
inline fovea_code report(fovea_error *error, fovea_code code,
                         const char *message) noexcept {
  if (error && error->size >= offsetof(fovea_error, line)) {
    error->code = code;
    copyText(error->message, message);
  }
  return code;
}
inline fovea_code report(fovea_error *error,
                         const plugin_error &thrown) noexcept {
  // A failure without a code is still one.
  const fovea_code code =
      thrown.code == FOVEA_OK ? FOVEA_INTERNAL : thrown.code;
  if (!error || error->size < offsetof(fovea_error, line))
    return code;
  report(error, code, thrown.message.c_str());
  copyText(error->fix, thrown.fix.c_str());
  copyText(error->tensor, thrown.tensor.c_str());
  error->op = thrown.op;
  error->has_value = thrown.hasValue;
  error->value = thrown.value;
  error->rank = static_cast<uint32_t>(
      std::min<size_t>(thrown.position.size(), FOVEA_MAX_RANK));
  std::copy_n(thrown.position.begin(), error->rank, error->position);
  return code;
}

/// Calls `fn`; no exception leaves.
template <class Fn> fovea_code guarded(fovea_error *error, Fn &&fn) noexcept {
  try {
    fn();
    return FOVEA_OK;
  } catch (const plugin_error &thrown) {
    return report(error, thrown);
  } catch (const std::bad_alloc &) {
    return report(error, FOVEA_BACKEND, "out of memory");
  } catch (const std::exception &thrown) {
    return report(error, FOVEA_INTERNAL, thrown.what());
  } catch (...) {
    return report(error, FOVEA_INTERNAL, "an unknown exception");
  }
}

/// Bytes of a request in version 1.0, which every host fills in: up to the
/// field that was the last one then. Who appends a field leaves these alone.
#define FOVEA_SDK_LEAST_SIZE(type, field)                                      \
  constexpr size_t leastSize(const type *) {                                   \
    return offsetof(type, field) + sizeof(type::field);                        \
  }
FOVEA_SDK_LEAST_SIZE(fovea_open_request, extensions)
FOVEA_SDK_LEAST_SIZE(fovea_cluster, text)
FOVEA_SDK_LEAST_SIZE(fovea_prepare_request, extensions)
FOVEA_SDK_LEAST_SIZE(fovea_run_request, extensions)
#undef FOVEA_SDK_LEAST_SIZE

/// A request as this header knows it: what an older host does not say is zero,
/// which means nothing. Throws if the host is of another major version, or asks
/// for what this header does not know.
template <class Request> Request known(const Request &request) {
  if (request.version >> 16 != FOVEA_PLUGIN_MAJOR ||
      request.size < leastSize(&request))
    throw plugin_error(FOVEA_INVALID_ARGUMENT,
                       "the host speaks another version of the interface");
  const size_t size = std::min<size_t>(request.size, sizeof(Request));
  const char *bytes = reinterpret_cast<const char *>(&request);
  if (std::any_of(bytes + size, bytes + request.size,
                  [](char byte) { return byte != 0; }))
    throw plugin_error(FOVEA_UNSUPPORTED,
                       "the host asks for what this plugin does not know");
  Request copy{};
  std::memcpy(&copy, bytes, size);
  copy.size = static_cast<uint32_t>(size);
  return copy;
}
/// Calls fn(result) with a result as this header knows it; an older host has
/// room for its first fields only.
template <class Result, class Fn> void answer(Result &result, Fn &&fn) {
  const size_t size = std::min<size_t>(result.size, sizeof(Result));
  Result whole{};
  std::memcpy(&whole, &result, size);
  fn(whole);
  std::memcpy(&result, &whole, size);
}
inline void checkExtensions(const fovea_extension *extension) {
  for (; extension; extension = extension->next)
    if (extension->required)
      throw plugin_error(FOVEA_UNSUPPORTED,
                         "extension " + std::to_string(extension->kind) +
                             " is not known");
}
} // namespace detail

//===----------------------------------------------------------------------===//
// Reading clusters
//===----------------------------------------------------------------------===//

/// The elements of a span, by its stride. They are copies: of an older host's
/// shorter ones the fields that are missing are zero.
template <class T> class view {
public:
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = T;
    iterator() = default;
    iterator(const fovea_span &span, uint64_t at) : span(&span), at(at) {}
    T operator*() const { return element(*span, at); }
    iterator &operator++() {
      ++at;
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++at;
      return before;
    }
    bool operator==(const iterator &other) const { return at == other.at; }
    bool operator!=(const iterator &other) const { return at != other.at; }

  private:
    const fovea_span *span = nullptr;
    uint64_t at = 0;
  };

  explicit view(const fovea_span &span) : span(span) {}
  size_t size() const { return static_cast<size_t>(span.count); }
  bool empty() const { return span.count == 0; }
  T operator[](size_t i) const { return element(span, i); }
  iterator begin() const { return iterator(span, 0); }
  iterator end() const { return iterator(span, span.count); }
  /// A copy that outlives the call.
  std::vector<T> copy() const { return std::vector<T>(begin(), end()); }

private:
  static T element(const fovea_span &span, uint64_t i) {
    static_assert(std::is_trivially_copyable_v<T>, "a span holds C structs");
    T copy{};
    std::memcpy(&copy, FOVEA_AT(T, span, i),
                std::min<size_t>(span.stride, sizeof(T)));
    return copy;
  }

  fovea_span span;
};

/// A list of numbers of a cluster.
inline std::vector<uint32_t> list(const fovea_cluster &cluster,
                                  fovea_list numbers) {
  std::vector<uint32_t> all(numbers.count);
  for (uint32_t i = 0; i < numbers.count; ++i)
    all[i] = *FOVEA_AT(uint32_t, cluster.lists, uint64_t(numbers.first) + i);
  return all;
}

/// A text of a cluster.
inline std::string text(const fovea_cluster &cluster, uint32_t offset) {
  std::string all;
  for (uint64_t i = offset; i < cluster.text.count; ++i) {
    const char c = *FOVEA_AT(char, cluster.text, i);
    if (c == '\0')
      break;
    all += c;
  }
  return all;
}

/// a * b of what is at least 0. Throws FOVEA_UNSUPPORTED_SHAPE on overflow.
inline int64_t checkedProduct(int64_t a, int64_t b) {
  if (a != 0 && b > std::numeric_limits<int64_t>::max() / a)
    throw plugin_error(FOVEA_UNSUPPORTED_SHAPE, "a size does not fit 64 bits");
  return a * b;
}

/// The sizes of a cluster as formulas; a copy, so that an exe can keep it.
class Sizes {
public:
  Sizes() = default;
  explicit Sizes(const fovea_cluster &cluster)
      : sizes(view<fovea_size>(cluster.sizes).copy()) {}

  /// Their values for the dims of a request. Throws FOVEA_UNSUPPORTED_SHAPE if
  /// one does not fit 64 bits or divides by zero.
  std::vector<int64_t> values(const fovea_span &dims) const {
    std::vector<int64_t> all(sizes.size());
    const fovea_span span = {sizes.data(), sizes.size(), sizeof(fovea_size)};
    switch (const fovea_code code =
                fovea_evaluate_sizes(span, dims, all.data())) {
    case FOVEA_OK:
      return all;
    case FOVEA_SHAPE:
      throw plugin_error(FOVEA_UNSUPPORTED_SHAPE,
                         "a size does not fit 64 bits");
    case FOVEA_DIVISION_BY_ZERO:
      throw plugin_error(FOVEA_UNSUPPORTED_SHAPE, "a size is divided by zero");
    case FOVEA_INVALID_ARGUMENT:
      throw plugin_error(code, "a dimension is missing");
    default:
      throw plugin_error(code, "there is a size of a kind that this plugin "
                               "does not know");
    }
  }

private:
  std::vector<fovea_size> sizes;
};

//===----------------------------------------------------------------------===//
// What a plugin author writes
//===----------------------------------------------------------------------===//

/// An exe for given sizes.
class Instance {
public:
  virtual ~Instance() = default;
  /// Computes; from several threads at once unless the flags say otherwise.
  virtual void run(const fovea_run_request &request) = 0;
};

/// A compiled cluster.
class Exe {
public:
  virtual ~Exe() = default;
  /// Makes it ready for sizes. `prepared` comes as the host initialised it;
  /// its `instance` is set by the wrapper.
  virtual std::unique_ptr<Instance>
  prepare(const fovea_prepare_request &request, fovea_prepared &prepared) = 0;
};

/// A backend that the user opened. Its constructor takes the request, whose
/// head and extensions are checked.
class Backend {
public:
  virtual ~Backend() = default;
  /// Says in `claim` whether it would compute the cluster.
  virtual void query(const fovea_cluster &cluster, fovea_claim &claim) = 0;
  virtual std::unique_ptr<Exe> compile(const fovea_cluster &cluster) = 0;
};

/// Options of a request as pairs. One that is not among `known` is an error
/// that lists those.
inline std::vector<std::pair<std::string, std::string>>
options(const fovea_open_request &request,
        const std::vector<std::string> &known) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const fovea_backend_option &one :
       view<fovea_backend_option>(request.options)) {
    if (std::find(known.begin(), known.end(), one.key) == known.end()) {
      std::string message =
          "there is no option `" + std::string(one.key) + "`; there is";
      for (const std::string &name : known)
        message += (&name == known.data() ? " `" : ", `") + name + "`";
      throw plugin_error(FOVEA_INVALID_ARGUMENT,
                         known.empty() ? message + " none" : message);
    }
    all.emplace_back(one.key, one.value);
  }
  return all;
}

/// fovea_host::parallel_for of fn(item, worker), which may throw: what the item
/// with the smallest number threw is thrown here, when all have returned. Items
/// behind one that threw may be left out.
template <class Fn>
void parallelFor(const fovea_host &host, fovea_run_handle *run, uint64_t count,
                 Fn &&fn) {
  struct Work {
    std::remove_reference_t<Fn> &fn;
    std::atomic<uint64_t> first; ///< item that threw, or `count`
    std::mutex mutex;
    std::exception_ptr thrown; ///< guarded; by `first`
  } work{fn, {count}, {}, {}};
  host.parallel_for(
      run, count,
      [](void *context, uint64_t item, uint32_t worker) {
        Work &work = *static_cast<Work *>(context);
        if (item > work.first)
          return;
        try {
          work.fn(item, worker);
        } catch (...) {
          const std::lock_guard<std::mutex> lock(work.mutex);
          if (item < work.first) {
            work.first = item;
            work.thrown = std::current_exception();
          }
        }
      },
      &work);
  if (work.thrown)
    std::rethrow_exception(work.thrown);
}

/// The text of a claim, cut to fit.
inline void setText(fovea_claim &claim, const std::string &text) {
  detail::copyText(claim.text, text.c_str());
}

namespace detail {
// The host's pointers are to the base classes.
inline Backend *of(fovea_backend *p) { return reinterpret_cast<Backend *>(p); }
inline Exe *of(fovea_plugin_exe *p) { return reinterpret_cast<Exe *>(p); }
inline Instance *of(fovea_instance *p) {
  return reinterpret_cast<Instance *>(p);
}

template <class B>
fovea_code open(const fovea_open_request *request, fovea_backend **backend,
                fovea_error *error) {
  return guarded(error, [&] {
    const fovea_open_request whole = known(*request);
    checkExtensions(whole.extensions);
    std::unique_ptr<Backend> made = std::make_unique<B>(whole);
    *backend = reinterpret_cast<fovea_backend *>(made.release());
  });
}
inline void close(fovea_backend *backend) { delete of(backend); }
inline fovea_code query(fovea_backend *backend, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *error) {
  return guarded(error, [&] {
    answer(*claim, [&](fovea_claim &whole) {
      of(backend)->query(known(*cluster), whole);
    });
  });
}
inline fovea_code compile(fovea_backend *backend, const fovea_cluster *cluster,
                          fovea_plugin_exe **exe, fovea_error *error) {
  return guarded(error, [&] {
    std::unique_ptr<Exe> made = of(backend)->compile(known(*cluster));
    *exe = reinterpret_cast<fovea_plugin_exe *>(made.release());
  });
}
inline void freeExe(fovea_plugin_exe *exe) { delete of(exe); }
inline fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  return guarded(error, [&] {
    const fovea_prepare_request whole = known(*request);
    checkExtensions(whole.extensions);
    std::unique_ptr<Instance> made;
    answer(*prepared, [&](fovea_prepared &answered) {
      made = of(exe)->prepare(whole, answered);
    });
    prepared->instance = reinterpret_cast<fovea_instance *>(made.release());
  });
}
inline void freeInstance(fovea_instance *instance) { delete of(instance); }
inline fovea_code run(fovea_instance *instance,
                      const fovea_run_request *request, fovea_error *error) {
  return guarded(error, [&] {
    const fovea_run_request whole = known(*request);
    checkExtensions(whole.extensions);
    of(instance)->run(whole);
  });
}
} // namespace detail

/// The table of a plugin whose backend is `B`. Null if the host's major version
/// is another.
template <class B>
const fovea_plugin *pluginTable(uint32_t hostVersion, const char *name,
                                const char *build, uint64_t flags) noexcept {
  static const fovea_plugin table = {sizeof(fovea_plugin),
                                     FOVEA_PLUGIN_VERSION,
                                     name,
                                     build,
                                     flags,
                                     detail::open<B>,
                                     detail::close,
                                     detail::query,
                                     detail::compile,
                                     detail::freeExe,
                                     detail::prepare,
                                     detail::freeInstance,
                                     detail::run,
                                     nullptr,
                                     nullptr};
  return hostVersion >> 16 == FOVEA_PLUGIN_MAJOR ? &table : nullptr;
}

} // namespace fovea::sdk

/// Exports a backend class as the plugin of this library.
#define FOVEA_PLUGIN(BACKEND, NAME, BUILD, FLAGS)                              \
  extern "C" FOVEA_PLUGIN_EXPORT const fovea_plugin *fovea_plugin_entry(       \
      uint32_t hostVersion) {                                                  \
    return fovea::sdk::pluginTable<BACKEND>(hostVersion, NAME, BUILD, FLAGS);  \
  }

#endif // FOVEA_BACKENDS_FOVEA_PLUGIN_HPP
