//===- ContainerTest.cpp - clusters as bytes ------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Container.h"
#include "tests/backends/plugin/Clusters.h"

#include <cstring>

using namespace fovea;
using namespace fovea::plugin;

TEST_CASE("a cluster survives its container") {
  for (const Cluster &cluster : test::variousClusters()) {
    const std::string bytes = toContainer(cluster);
    Expected<Cluster> read = fromContainer(bytes);
    INFO(read.status().text());
    REQUIRE(read);
    CHECK(toContainer(*read) == bytes);
    CHECK(read->hash == hashOf(*read));
  }
}

static std::string complaint(std::string bytes) {
  return fromContainer(bytes).status().message();
}

template <class T> static void put(std::string &bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

TEST_CASE("a container that is none, or is damaged") {
  const std::string bytes = toContainer(test::variousClusters().front());
  CHECK(complaint("") == "the container has 0 bytes; its head alone has 48");
  std::string other = bytes;
  other[0] = 'F';
  CHECK(complaint(other) == "the container does not begin with \"fovea.c\\n\"");
  other = bytes;
  put<uint32_t>(other, 8, 2);
  CHECK(complaint(other) == "the container has version 2; this Fovea reads 1");
  other = bytes;
  put<uint32_t>(other, 12, 2 << 16);
  CHECK(complaint(other) == "the container is of version 2 of the plugin "
                            "interface; this Fovea reads 1");
  CHECK(complaint(bytes.substr(0, bytes.size() - 1)).find("says that it has") !=
        std::string::npos);
  other = bytes;
  other[bytes.size() - 20] ^= 1;
  CHECK(complaint(other) ==
        "the container is damaged: its checksum is another one");
  other = bytes;
  put<uint64_t>(other, 48 + 8, uint64_t(1) << 40);
  sealContainer(other);
  CHECK(complaint(other).find("beyond its end") != std::string::npos);
  other = bytes;
  put<uint32_t>(other, 40, 13);
  sealContainer(other);
  CHECK(complaint(other) == "the container lacks the array `text`");
}

TEST_CASE("the hash that a container says is not believed") {
  const Cluster cluster = test::variousClusters().front();
  std::string bytes = toContainer(cluster);
  put<uint64_t>(bytes, 32, cluster.hash + 1);
  sealContainer(bytes);
  Expected<Cluster> read = fromContainer(bytes);
  REQUIRE(read);
  CHECK(read->hash == cluster.hash);
}

TEST_CASE("equal formulas have equal hashes, whatever their names") {
  auto hashes = [](const std::string &text) {
    std::vector<uint64_t> all;
    for (const Cluster &cluster : test::clustersOf(text))
      all.push_back(cluster.hash);
    return all;
  };
  const auto one = hashes("fn f(x: f32[N]) -> f32 { return sum[i](x[i] * 2) }");
  CHECK(one == hashes("fn g(a: f32[K]) -> f32 {\n return sum[z](a[z] * 2)\n}"));
  CHECK(one != hashes("fn f(x: f32[N]) -> f32 { return sum[i](x[i] * 3) }"));
}

TEST_CASE(
    "elements that are longer than here are read as far as they are known") {
  const Cluster cluster = test::variousClusters().front();
  fovea_cluster view = cluster.view();
  std::vector<char> longer;
  const size_t stride = sizeof(fovea_op) + 24;
  longer.assign(cluster.ops.size() * stride, '\x7f');
  for (size_t i = 0; i < cluster.ops.size(); ++i)
    std::memcpy(longer.data() + i * stride, &cluster.ops[i], sizeof(fovea_op));
  view.ops = {longer.data(), cluster.ops.size(), stride};
  Expected<Cluster> copy = copyOf(view);
  REQUIRE(copy);
  CHECK(toContainer(*copy) == toContainer(cluster));
  view.ops.stride = sizeof(fovea_op) - 8;
  CHECK_FALSE(copyOf(view));
  view.ops = {nullptr, 1, stride};
  CHECK_FALSE(copyOf(view));
}

namespace {
/// An element that got a field since version 1.0.
struct Grown {
  uint32_t first;
  uint32_t since;
};
} // namespace
template <> inline constexpr size_t plugin::firstSize<Grown> = 4;

TEST_CASE("of elements that are shorter than here the rest is zero") {
  const uint32_t older[] = {7, 8, 9};
  std::vector<Grown> read = {{1, 1}};
  REQUIRE(copyElements({older, 3, sizeof older[0]}, read));
  REQUIRE(read.size() == 3);
  for (uint32_t i = 0; i < 3; ++i) {
    CHECK(read[i].first == 7 + i);
    CHECK(read[i].since == 0);
  }
  CHECK_FALSE(copyElements({older, 3, 3}, read));
  CHECK_FALSE(copyElements({nullptr, 1, 4}, read));
  CHECK(copyElements({nullptr, 0, 0}, read));
  CHECK(read.empty());
}

TEST_CASE("a cluster of another minor version") {
  struct Longer {
    fovea_cluster cluster;
    char tail[9];
  } longer = {};
  const Cluster cluster = test::variousClusters().front();
  longer.cluster = cluster.view();
  longer.cluster.size = offsetof(Longer, tail) + sizeof longer.tail;
  CHECK(copyOf(longer.cluster));
  longer.tail[8] = 1;
  CHECK(copyOf(longer.cluster).status().text() ==
        "the cluster has something of a later version than 1.0");
  CHECK(copyOf(longer.cluster).status().code() == StatusCode::Unsupported);
  longer.cluster.size = sizeof(fovea_cluster) - 1;
  CHECK(copyOf(longer.cluster).status().text() ==
        "the cluster has 351 bytes; version 1.0 has 352");
}
