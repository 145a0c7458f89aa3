//===- Container.h - clusters as bytes --------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A cluster in one piece: the arrays of `fovea_cluster` as they are, with
// offsets in place of pointers. All numbers are little-endian.
//
//   offset  bytes
//   0       8      "fovea.c\n"
//   8       4      version of this layout: 1
//   12      4      FOVEA_PLUGIN_VERSION of the writer
//   16      8      bytes of the whole
//   24      8      checksum: XXH3 (64 bits) of all bytes from 32 on
//   32      8      fovea_cluster::hash; a reader makes its own
//   40      4      number of arrays: 14, later perhaps more
//   44      4      0
//   48      24     for each array in the order of the header: its offset from
//                  the beginning (a multiple of 8), its count, its stride
//   then the elements
//
// A file of clusters (.fovc) is one container behind the other.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_CONTAINER_H
#define FOVEA_BACKENDS_PLUGIN_CONTAINER_H

#include "backends/plugin/Cluster.h"

namespace fovea::plugin {

std::string toContainer(const Cluster &cluster);

/// Reads what anybody may have written. Errors (InvalidArgument): no container,
/// another version, bytes that are missing or do not fit the checksum, or a
/// cluster that `check` refuses.
Expected<Cluster> fromContainer(std::string_view bytes);

/// All of a file. Errors: those of fromContainer; there is not even one.
Expected<std::vector<Cluster>> fromContainers(std::string_view bytes);

/// Puts the right checksum into bytes that are long enough to have one.
void sealContainer(std::string &bytes);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_CONTAINER_H
