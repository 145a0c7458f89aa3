//===- RoundTripTest.cpp - a function, its clusters, and back -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A function that is optimised, cut into clusters, flattened and made functions
// of again gives what the function itself gives on the reference, whether
// clusters are joined or not. Of all programs of the conformance kit, the
// random ones included.
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
struct Forms {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<Executable> whole, joined, apart;
};
} // namespace

static std::unique_ptr<Executable>
byArrays(ir::FuncOp func, std::shared_ptr<const plugin::Library> library) {
  auto device = plugin::Device::open(std::move(library), {});
  REQUIRE(device);
  plugin::PluginBackend backend({{*device}, true}, "reference");
  auto executable = backend.compile(func);
  INFO(executable.status().text());
  REQUIRE(executable);
  return *std::move(executable);
}

static std::unique_ptr<Forms> formsOf(const kit::Program &source) {
  auto forms = std::make_unique<Forms>();
  forms->context.loadDialect<ir::FoveaDialect>();
  Diagnostics diagnostics;
  auto program = Program::fromText("test.fov", source.text, diagnostics);
  REQUIRE(program);
  const FunctionInfo function = program->functions().back();
  Instance instance{function.name, {}, {}};
  for (const ParamInfo &param : function.params)
    instance.inputs.push_back(
        {param.name, param.dtype, static_cast<unsigned>(param.dims.size())});
  forms->module = program->instantiate(instance, forms->context, diagnostics);
  INFO(diagnostics.render());
  REQUIRE(forms->module);
  ir::FuncOp func = *forms->module->getOps<ir::FuncOp>().begin();
  forms->whole = test::compiled(createReferenceBackend(), func);
  auto library = plugin::builtIn(
      "reference", [] { return createReferenceBackend(); },
      FOVEA_CLAIM_DECOMPOSED);
  REQUIRE(library);
  static const fovea_plugin joins = [&] {
    fovea_plugin table = (*library)->table();
    table.name = "joins";
    table.flags |= FOVEA_PLUGIN_JOINS;
    return table;
  }();
  auto other = plugin::Library::fromTable(&joins, "in a test");
  REQUIRE(other);
  forms->joined = byArrays(func, *other);
  forms->apart = byArrays(func, *library);
  return forms;
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

/// Runs all. Whether there are such sizes.
static bool agreeAt(const Forms &forms, const std::vector<int64_t> &sizes,
                    uint64_t seed) {
  const Signature &signature = forms.whole->signature();
  std::vector<int64_t> dims;
  for (size_t i = 0; i < signature.dims.size(); ++i)
    dims.push_back(sizes[i % sizes.size()]);
  auto inputs = arraysOf(signature.inputs, dims);
  auto wanted = arraysOf(signature.results, dims);
  if (!inputs || !wanted)
    return false;
  std::mt19937_64 random(seed);
  for (size_t i = 0; i < inputs->size(); ++i)
    fill((*inputs)[i], signature.inputs[i].name, std::ranges::min(sizes),
         random);
  const Status right = forms.whole->runSolved(*inputs, *wanted, dims);
  for (const Executable *form : {forms.joined.get(), forms.apart.get()}) {
    auto got = arraysOf(signature.results, dims);
    const Status status = form->runSolved(*inputs, *got, dims);
    INFO((form == forms.apart.get() ? "apart; " : "joined; ")
         << "wanted: " << right.message() << "; got: " << status.message());
    CHECK(status.code() == right.code());
    for (size_t i = 0; right.isOk() && status.isOk() && i < got->size(); ++i) {
      auto difference =
          compare((*got)[i], (*wanted)[i], toleranceOf((*got)[i].dtype()));
      REQUIRE(difference);
      const bool agrees = !*difference;
      INFO(
          (agrees ? "" : (*difference)->got + " for " + (*difference)->wanted));
      CHECK(agrees);
    }
  }
  return true;
}

static void check(const std::vector<kit::Program> &programs) {
  for (const kit::Program &program : programs) {
    INFO(program.name << "\n" << program.text);
    const std::unique_ptr<Forms> forms = formsOf(program);
    // The same ports in the same order.
    CHECK(forms->joined->signature().dims == forms->whole->signature().dims);
    int runs = 0;
    uint64_t seed = 1;
    for (const std::vector<int64_t> &sizes : std::vector<std::vector<int64_t>>{
             {1}, {0}, {5, 7, 3, 4, 2}, {3, 0, 2}, {0, 3, 2}, {2, 1}}) {
      INFO("first sizes: " << sizes[0] << ", " << sizes.back());
      runs += agreeAt(*forms, sizes, seed++);
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
