//===- fuzz-main.cpp - damaged containers and manifests -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
//   fovea-fuzz containers COUNT SEED FILE.fov...
//   fovea-fuzz manifests COUNT SEED FILE.json...
//
// Mutates what the files give and reads it. Containers get the right checksum
// again, or nothing behind it would ever be tested; one that is taken must make
// a function that verifies. Ends with counts. A crash is a failure, and so is
// it if all were refused, or all taken: then nothing was tested.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Manifest.h"
#include "backends/plugin/Container.h"
#include "backends/plugin/PluginBackend.h"
#include "backends/plugin/Unflatten.h"
#include "frontend/Program.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

using namespace fovea;
using namespace fovea::plugin;

namespace {
using Random = std::mt19937_64;

struct Counts {
  uint64_t refused = 0;
  uint64_t taken = 0;
};

uint64_t below(Random &random, uint64_t limit) { return random() % limit; }

/// Changes a few places by what is likely to be near the mark: a small number,
/// an extreme one, a copy of what stands elsewhere, one bit.
void mutate(std::string &bytes, size_t from, Random &random) {
  if (bytes.size() <= from + 8)
    return;
  const size_t words = (bytes.size() - from) / 4;
  for (uint64_t n = 1 + below(random, 4); n-- > 0;) {
    const size_t at = from + 4 * below(random, words);
    uint32_t value = 0;
    switch (below(random, 5)) {
    case 0:
      value = static_cast<uint32_t>(below(random, 24));
      break;
    case 1:
      value = random() % 2 ? FOVEA_NONE : 0x7fffffff;
      break;
    case 2:
      std::memcpy(&value, bytes.data() + from + 4 * below(random, words), 4);
      break;
    case 3:
      std::memcpy(&value, bytes.data() + at, 4);
      value ^= 1u << below(random, 32);
      break;
    default:
      std::memcpy(&value, bytes.data() + at, 4);
      value += random() % 2 ? 1 : -1;
    }
    std::memcpy(bytes.data() + at, &value, 4);
  }
  if (below(random, 16) == 0)
    bytes.resize(below(random, bytes.size()));
}

std::vector<std::string> containersOf(const std::vector<std::string> &files) {
  std::vector<std::string> containers;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<ir::FoveaDialect>();
  for (const std::string &file : files) {
    Diagnostics diagnostics;
    auto program = Program::load(file, diagnostics);
    if (!program)
      continue;
    for (size_t i = 0; i < program->tests().size(); ++i) {
      auto module = program->instantiateTest(i, context, diagnostics);
      if (!module)
        continue;
      auto clusters = clustersOf(*module->getOps<ir::FuncOp>().begin());
      if (clusters)
        for (const PlacedCluster &placed : clusters->clusters)
          containers.push_back(toContainer(placed.cluster));
    }
  }
  return containers;
}

/// A container that is taken must be a function; says so if it is not.
bool isSound(const Cluster &cluster) {
  // A context keeps every attribute that it ever saw.
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<ir::FoveaDialect>();
  auto module = unflatten(cluster, context);
  if (!module)
    std::printf("%s\n", module.status().message().c_str());
  return static_cast<bool>(module);
}

bool fuzzContainers(uint64_t count, uint64_t seed,
                    const std::vector<std::string> &files, Counts &counts) {
  const std::vector<std::string> containers = containersOf(files);
  if (containers.empty())
    return false;
  for (uint64_t i = 0; i < count; ++i) {
    Random random(seed + i);
    std::string bytes = containers[below(random, containers.size())];
    // The arrays' offsets more rarely than what they hold.
    mutate(bytes, below(random, 8) == 0 ? 32 : 48 + 14 * 24, random);
    if (bytes.size() >= 48) {
      const uint64_t size = bytes.size();
      std::memcpy(bytes.data() + 16, &size, sizeof(size));
      sealContainer(bytes);
    }
    Expected<Cluster> cluster = fromContainer(bytes);
    ++(cluster ? counts.taken : counts.refused);
    if (cluster && !isSound(*cluster)) {
      std::printf("container %llu of seed %llu\n",
                  static_cast<unsigned long long>(i),
                  static_cast<unsigned long long>(seed));
      return false;
    }
  }
  return true;
}

bool fuzzManifests(uint64_t count, uint64_t seed,
                   const std::vector<std::string> &files, Counts &counts) {
  std::vector<std::string> texts;
  for (const std::string &file : files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    texts.push_back(text.str());
  }
  if (texts.empty())
    return false;
  static constexpr char likely[] = "{}[]\",:0123456789\\unltrue-e.\0\xff";
  for (uint64_t i = 0; i < count; ++i) {
    Random random(seed + i);
    std::string text = texts[below(random, texts.size())];
    for (uint64_t n = 1 + below(random, 6); n-- > 0 && !text.empty();) {
      const size_t at = below(random, text.size());
      const char letter = likely[below(random, sizeof(likely) - 1)];
      switch (below(random, 5)) {
      case 4: {
        // Half of them where a number stands: what no number has room for.
        const size_t digit = text.find_first_of("0123456789", at);
        const bool isNumber = below(random, 2) && digit != std::string::npos;
        text.insert(isNumber ? digit + 1 : at,
                    below(random, 2)
                        ? "e" + std::to_string(below(random, 1000))
                        : std::string(1 + below(random, 400), '9'));
        break;
      }
      case 0:
        text[at] = letter;
        break;
      case 1:
        text.erase(at, 1 + below(random, 8));
        break;
      case 2:
        text.insert(at, 1 + below(random, 4), letter);
        break;
      default:
        text.insert(at, text.substr(below(random, text.size()), 20));
      }
    }
    ++(parseManifest(text) ? counts.taken : counts.refused);
  }
  return true;
}
} // namespace

int main(int argc, char **argv) {
  if (argc < 5) {
    std::fprintf(stderr,
                 "fovea-fuzz containers|manifests COUNT SEED FILE...\n");
    return 2;
  }
  const bool isContainers = std::strcmp(argv[1], "containers") == 0;
  const std::vector<std::string> files(argv + 4, argv + argc);
  Counts counts;
  const bool passed = (isContainers ? fuzzContainers : fuzzManifests)(
      std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10),
      files, counts);
  std::printf("%llu refused, %llu taken\n",
              static_cast<unsigned long long>(counts.refused),
              static_cast<unsigned long long>(counts.taken));
  if (passed && (counts.refused == 0 || counts.taken == 0)) {
    std::printf("some have to be refused, and some taken\n");
    return 1;
  }
  return passed ? 0 : 1;
}
