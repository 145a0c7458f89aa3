//===- BuiltIn.h - our backends as plugins ----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_BUILTIN_H
#define FOVEA_BACKENDS_PLUGIN_BUILTIN_H

#include "backends/Registry.h"
#include "backends/loader/Library.h"

namespace fovea::plugin {

/// A backend of ours behind the plugin interface: it gets the flat arrays and
/// nothing else, makes a function of them, and compiles that. `name` is in
/// builtInBackends; the factory makes a backend for each `open`. It claims,
/// fused or decomposed, every cluster that passes `check`; of others it says
/// what is wrong.
Expected<std::shared_ptr<const Library>> builtIn(const std::string &name,
                                                 Registry::Factory factory,
                                                 fovea_claim_kind claim);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_BUILTIN_H
