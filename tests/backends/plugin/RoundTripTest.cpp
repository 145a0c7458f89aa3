//===- RoundTripTest.cpp - a function, its clusters, and back -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A function that is optimised, cut into clusters, flattened and made functions
// of again gives what the function itself gives on the reference. Of all
// programs of the conformance kit, the random ones included.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/BuiltIn.h"
#include "backends/reference/ReferenceBackend.h"
#include "tests/backends/Executables.h"
#include "tests/backends/plugin/Clusters.h"
#include "tools/Compare.h"
#include "tools/kit/Programs.h"

#include <optional>
#include <random>

using namespace fovea;

namespace {
/// A function on the reference: as it is, and by way of flat arrays.
struct Pair {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<Executable> whole, pieces;
};
} // namespace

static std::unique_ptr<Pair> pairOf(const kit::Program &source) {
  auto pair = std::make_unique<Pair>();
  pair->context.loadDialect<ir::FoveaDialect>();
  Diagnostics diagnostics;
  auto program = Program::fromText("test.fov", source.text, diagnostics);
  REQUIRE(program);
  const FunctionInfo function = program->functions().back();
  Instance instance{function.name, {}, {}};
  for (const ParamInfo &param : function.params)
    instance.inputs.push_back(
        {param.name, param.dtype, static_cast<unsigned>(param.dims.size())});
  pair->module = program->instantiate(instance, pair->context, diagnostics);
  INFO(diagnostics.render());
  REQUIRE(pair->module);
  ir::FuncOp func = *pair->module->getOps<ir::FuncOp>().begin();
  pair->whole = test::compiled(createReferenceBackend(), func);
  auto library = plugin::builtIn(
      "reference", [] { return createReferenceBackend(); },
      FOVEA_CLAIM_DECOMPOSED);
  REQUIRE(library);
  auto device = plugin::Device::open(*library, {});
  REQUIRE(device);
  plugin::PluginBackend backend({{*device}, true}, "reference");
  auto pieces = backend.compile(func);
  INFO(pieces.status().text());
  REQUIRE(pieces);
  pair->pieces = *std::move(pieces);
  return pair;
}

/// Numbers that no program of the kit fails on: see kit::Program.
static void fill(const Tensor &tensor, const std::string &name,
                 int64_t leastExtent, std::mt19937_64 &random) {
  std::normal_distribution<double> normal;
  auto between = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int64_t at = 0; at < tensor.numElements(); ++at) {
    if (isFloat(tensor.dtype()))
      tensor.store(at, normal(random));
    else if (tensor.dtype() == DType::Bool)
      tensor.store(at, between(0, 1));
    else if (name.starts_with("to_") || name.starts_with("len_"))
      tensor.store(at, between(0, std::max<int64_t>(leastExtent - 1, 0)));
    else
      tensor.store(at, between(name == "by" ? 1 : -5, 4));
  }
}

/// Arrays of a signature; nothing if there are no such sizes.
static std::optional<std::vector<Tensor>>
arraysOf(const std::vector<Parameter> &parameters,
         std::span<const int64_t> dims) {
  std::vector<Tensor> tensors;
  for (const Parameter &parameter : parameters) {
    std::vector<int64_t> shape;
    for (const SizeExpr &size : parameter.shape) {
      const Expected<int64_t> extent = evaluate(size, dims);
      if (!extent || *extent < 0)
        return std::nullopt;
      shape.push_back(*extent);
    }
    tensors.push_back(*Tensor::allocate(parameter.dtype, std::move(shape)));
  }
  return tensors;
}

/// Runs both. Whether there are such sizes.
static bool agreesAt(const Pair &pair, const std::vector<int64_t> &sizes,
                     uint64_t seed) {
  const Signature &signature = pair.whole->signature();
  std::vector<int64_t> dims;
  for (size_t i = 0; i < signature.dims.size(); ++i)
    dims.push_back(sizes[i % sizes.size()]);
  auto inputs = arraysOf(signature.inputs, dims);
  auto wanted = arraysOf(signature.results, dims);
  auto got = arraysOf(signature.results, dims);
  if (!inputs || !wanted || !got)
    return false;
  std::mt19937_64 random(seed);
  for (size_t i = 0; i < inputs->size(); ++i)
    fill((*inputs)[i], signature.inputs[i].name, std::ranges::min(sizes),
         random);
  const Status right = pair.whole->runSolved(*inputs, *wanted, dims);
  const Status status = pair.pieces->runSolved(*inputs, *got, dims);
  INFO("wanted: " << right.message() << "; got: " << status.message());
  CHECK(status.code() == right.code());
  for (size_t i = 0; right.isOk() && status.isOk() && i < got->size(); ++i) {
    auto difference =
        compare((*got)[i], (*wanted)[i], toleranceOf((*got)[i].dtype()));
    REQUIRE(difference);
    const bool agrees = !*difference;
    INFO((agrees ? "" : (*difference)->got + " for " + (*difference)->wanted));
    CHECK(agrees);
  }
  return true;
}

static void check(const std::vector<kit::Program> &programs) {
  for (const kit::Program &program : programs) {
    INFO(program.name << "\n" << program.text);
    const std::unique_ptr<Pair> pair = pairOf(program);
    // The same ports in the same order.
    CHECK(pair->pieces->signature().dims == pair->whole->signature().dims);
    int runs = 0;
    uint64_t seed = 1;
    for (const std::vector<int64_t> &sizes : std::vector<std::vector<int64_t>>{
             {1}, {0}, {5, 7, 3, 4, 2}, {3, 0, 2}, {0, 3, 2}, {2, 1}}) {
      INFO("first sizes: " << sizes[0] << ", " << sizes.back());
      runs += agreesAt(*pair, sizes, seed++);
    }
    CHECK(runs > 2);
  }
}

TEST_CASE("ops survive their way through flat arrays") {
  check(kit::opPrograms());
}

TEST_CASE("reductions, folds, gathers and the rest survive it") {
  check(kit::formPrograms());
  check(kit::cornerPrograms());
}

TEST_CASE("random formulas survive it") {
  check(kit::randomPrograms(60, 1000));
}
