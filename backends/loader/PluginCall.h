//===- PluginCall.h - who is at work in this thread -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A plugin that crashes takes the process with it. Whoever handles the signal
// can say then whose fault it is; and what a plugin logs has its name.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_LOADER_PLUGINCALL_H
#define FOVEA_BACKENDS_LOADER_PLUGINCALL_H

namespace fovea::plugin {

/// As long as it lives, this thread is inside of a plugin's function; with
/// nulls, it is not.
class PluginCall {
public:
  struct Names {
    /// Of the plugin; null outside of plugins.
    const char *plugin;
    /// Without a plugin: what the host is at for one, so that it is not the
    /// plugin's fault.
    const char *function;
  };

  /// The texts live at least as long as this.
  explicit PluginCall(Names names) : outer(current) { current = names; }
  ~PluginCall() { current = outer; }
  PluginCall(const PluginCall &) = delete;

  /// Of this thread. May be called in a signal handler.
  static Names names() { return current; }

private:
  // Memory that each thread has from its start: a signal handler may not be
  // the first to ask for it.
  [[gnu::tls_model(
      "initial-exec")]] static thread_local constinit Names current;
  const Names outer;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_LOADER_PLUGINCALL_H
