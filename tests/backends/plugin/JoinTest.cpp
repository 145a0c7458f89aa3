//===- JoinTest.cpp - neighbours that one device takes as one -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/BuiltIn.h"
#include "backends/plugin/ClusterExecutable.h"
#include "backends/reference/ReferenceBackend.h"
#include "tests/backends/Executables.h"
#include "tests/backends/plugin/Clusters.h"

#include <functional>
#include <set>

using namespace fovea;
using namespace fovea::plugin;

namespace {
/// What the plugin below does, and what was done with it.
struct Behaviour {
  /// The most passes over an array that it claims in one cluster.
  size_t mostPasses = 100;
  /// The kind of claim, by passes.
  std::function<fovea_claim_kind(size_t)> kind = [](size_t) {
    return FOVEA_CLAIM_FUSED;
  };
  /// Whether it takes so many passes at a size.
  std::function<bool(size_t, int64_t)> takes = [](size_t, int64_t) {
    return true;
  };
  size_t queries = 0;
  /// Passes of each cluster that was compiled.
  std::vector<size_t> compiled;
  Cluster last;
};
} // namespace

static Behaviour *behaviour = nullptr;
/// The reference behind the interface, which does the work.
static const fovea_plugin *reference = nullptr;
static std::map<const fovea_plugin_exe *, size_t> passesOfExe;

static size_t passesOf(const fovea_cluster &cluster) {
  size_t passes = cluster.folds.count;
  for (uint64_t i = 0; i < cluster.ops.count; ++i)
    passes += FOVEA_AT(fovea_op, cluster.ops, i)->opcode == FOVEA_OP_REDUCE;
  return passes;
}

static fovea_code query(fovea_backend *, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *) {
  ++behaviour->queries;
  const size_t passes = passesOf(*cluster);
  claim->kind = behaviour->kind(passes);
  if (passes > behaviour->mostPasses)
    claim->kind = FOVEA_CLAIM_NONE;
  return FOVEA_OK;
}

static fovea_code compile(fovea_backend *backend, const fovea_cluster *cluster,
                          fovea_plugin_exe **exe, fovea_error *error) {
  behaviour->compiled.push_back(passesOf(*cluster));
  behaviour->last = *copyOf(*cluster);
  const fovea_code code = reference->compile(backend, cluster, exe, error);
  passesOfExe[*exe] = passesOf(*cluster);
  return code;
}

static fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  if (!behaviour->takes(passesOfExe[exe], *FOVEA_AT(int64_t, request->dims, 0)))
    return error->code = FOVEA_UNSUPPORTED_SHAPE;
  return reference->prepare(exe, request, prepared, error);
}

static std::set<uint32_t> linesOf(const Assignment &assignment) {
  std::set<uint32_t> lines;
  for (const SourcePlace &place : assignment.places)
    lines.insert(place.line);
  return lines;
}

static std::shared_ptr<const Library> referenceLibrary() {
  auto library = builtIn(
      "reference", [] { return createReferenceBackend(); },
      FOVEA_CLAIM_DECOMPOSED);
  REQUIRE(library);
  return *library;
}

static std::shared_ptr<Device> opened(std::shared_ptr<const Library> library) {
  auto device = Device::open(std::move(library), {});
  REQUIRE(device);
  return *std::move(device);
}

namespace {
/// Three passes, each of which needs the one before. `t` is a result as well.
class Passes {
public:
  explicit Passes(Behaviour &given, uint64_t flags = FOVEA_PLUGIN_JOINS) {
    behaviour = &given;
    context.loadDialect<ir::FoveaDialect>();
    Diagnostics diagnostics;
    auto program =
        Program::fromText("test.fov",
                          R"(fn f(x: f32[N, N]) -> (u: f32[N], t: f32[N]) {
  s[i] = sum[j](x[i, j])
  t[i] = sum[j](x[i, j] * s[j])
  u[i] = sum[j](x[i, j] * t[j])
  return u, t
})",
                          diagnostics);
    REQUIRE(program);
    fovea::Instance instance{"f", {{"x", "f32", 2}}, {}};
    module = program->instantiate(instance, context, diagnostics);
    REQUIRE(module);
    const auto library = referenceLibrary();
    reference = &library->table();
    table = *reference;
    table.name = "choosy";
    table.flags = flags;
    table.query = query;
    table.compile = compile;
    table.prepare = prepare;
    auto choosy = Library::fromTable(&table, "in a test");
    REQUIRE(choosy);
    devices = {{opened(*choosy), opened(library)}, true};
  }
  ~Passes() { passesOfExe.clear(); }

  std::unique_ptr<Executable> compiled() {
    auto executable =
        PluginBackend(devices, "choosy,reference").compile(func());
    INFO(executable.status().text());
    REQUIRE(executable);
    return *std::move(executable);
  }
  Partition partition() {
    auto partition =
        PluginBackend(devices, "choosy,reference").partition(func());
    REQUIRE(partition);
    return *std::move(partition);
  }
  /// Runs with N = n, checks the numbers, and says who computed what.
  Partition run(const Executable &executable, int64_t n) {
    const Tensor x = *Tensor::allocate(DType::F32, {n, n});
    for (int64_t at = 0; at < x.numElements(); ++at)
      x.store(at, static_cast<double>(at % 5) - 1);
    const auto wanted =
        test::resultsOf(*test::compiled(createReferenceBackend(), func()), {x});
    const auto got = test::resultsOf(executable, {x});
    REQUIRE(got.size() == wanted.size());
    for (size_t i = 0; i < got.size(); ++i)
      for (int64_t at = 0; at < wanted[i].numElements(); ++at)
        CHECK(got[i].loadAsDouble(at) == wanted[i].loadAsDouble(at));
    return dynamic_cast<const ClusterExecutable &>(executable)
        .lastRun()
        .partition;
  }

private:
  ir::FuncOp func() { return *module->getOps<ir::FuncOp>().begin(); }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  fovea_plugin table;
  Devices devices;
};
} // namespace

TEST_CASE("who joins gets neighbours as one cluster") {
  Behaviour all;
  Passes passes(all);
  const auto executable = passes.compiled();
  CHECK(all.compiled == std::vector<size_t>{3});
  const Partition run = passes.run(*executable, 4);
  REQUIRE(run.size() == 1);
  CHECK(run[0].device == "choosy");
  CHECK(linesOf(run[0]) == std::set<uint32_t>{2, 3, 4});
  const Partition planned = passes.partition();
  REQUIRE(planned.size() == 1);
  CHECK(planned[0].label == run[0].label);
  CHECK(run[0].label == "`t`, `u`");
}

TEST_CASE("what is only handed on stays inside, and is stored") {
  Behaviour all;
  CHECK(Passes(all).compiled());
  CHECK(all.last.inputs.size() == 1);
  CHECK(all.last.outputs.size() == 2);
  CHECK(std::ranges::count_if(all.last.ops, [](const fovea_op &op) {
          return op.opcode == FOVEA_OP_REDUCE && op.flags & FOVEA_OP_STORED;
        }) == 3);
}

TEST_CASE("who does not join gets each by itself") {
  Behaviour all;
  Passes passes(all, 0);
  const auto executable = passes.compiled();
  CHECK(all.compiled == std::vector<size_t>{1, 1, 1});
  CHECK(passes.run(*executable, 4).size() == 3);
  CHECK(all.queries == 3);
}

TEST_CASE("what is not claimed as one is claimed in parts") {
  Behaviour single, pairs, stores;
  single.mostPasses = 1;
  CHECK(Passes(single).compiled());
  CHECK(single.compiled == std::vector<size_t>{1, 1, 1});
  pairs.mostPasses = 2;
  Passes passes(pairs);
  const auto executable = passes.compiled();
  CHECK(pairs.compiled == std::vector<size_t>{1, 2});
  CHECK(passes.run(*executable, 4).size() == 2);
  // A claim of another kind is none of these.
  stores.kind = [](size_t count) {
    return count > 1 ? FOVEA_CLAIM_DECOMPOSED : FOVEA_CLAIM_FUSED;
  };
  CHECK(Passes(stores).compiled());
  CHECK(stores.compiled == std::vector<size_t>{1, 1, 1});
}

TEST_CASE("sizes that are not done as one are done in parts") {
  Behaviour few;
  few.takes = [](size_t count, int64_t n) { return count == 1 || n != 2; };
  Passes passes(few);
  const auto executable = passes.compiled();
  for (int64_t n : {4, 2, 0, 2, 5}) {
    INFO(n);
    const Partition run = passes.run(*executable, n);
    CHECK(run.size() == (n == 2 ? 3 : 1));
    for (const Assignment &one : run) {
      CHECK(one.device == "choosy");
      CHECK(one.refusals.empty());
    }
  }
  // The parts only once, when they were needed.
  CHECK(few.compiled == std::vector<size_t>{3, 1, 1, 1});
}

TEST_CASE("what is prepared ahead is not prepared in the run") {
  Behaviour few;
  few.takes = [](size_t count, int64_t n) { return count == 1 || n != 2; };
  Passes passes(few);
  const auto executable = passes.compiled();
  const int64_t dims[] = {2};
  REQUIRE(executable->prepare(dims).isOk());
  // The parts instead of the whole, as in the run.
  CHECK(few.compiled == std::vector<size_t>{3, 1, 1, 1});
  few.takes = [](size_t, int64_t) { return false; };
  CHECK(passes.run(*executable, 2).size() == 3);
}

TEST_CASE("sizes that are not done at all go to the next device") {
  Behaviour none;
  none.takes = [](size_t, int64_t n) { return n != 2; };
  Passes passes(none);
  const auto executable = passes.compiled();
  CHECK(passes.run(*executable, 3).size() == 1);
  const Partition run = passes.run(*executable, 2);
  REQUIRE(run.size() == 3);
  for (const Assignment &one : run) {
    CHECK(one.device == "reference");
    REQUIRE(one.refusals.size() == 1);
    CHECK(one.refusals[0].kind == "sizes");
  }
}
