//===- BackendTest.cpp - calls, signatures and the registry ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Overlap.h"
#include "backends/Registry.h"
#include "tests/ParsedFunction.h"

using namespace fovea;

namespace {
/// Writes 1 into every element of every output.
class Ones : public Executable {
public:
  using Executable::Executable;

protected:
  Status execute(std::span<const Tensor>, std::span<Tensor> outputs,
                 std::span<const int64_t> dims, CancelFlag) const override {
    CHECK(dims.size() == signature().dims.size());
    for (Tensor &output : outputs)
      for (int64_t i = 0; i < output.numElements(); ++i)
        output.store(output.offsetOfOrdinal(i), 1.0);
    return Status::ok();
  }
};

/// f(x: f32[N, M]) -> (a: f32[M, N], b: f32[N])
Ones ones() {
  Signature sig;
  sig.name = "f";
  sig.dims = {"N", "M"};
  SizeExpr n = SizeExpr::dim(0), m = SizeExpr::dim(1);
  sig.inputs = {{"x", DType::F32, {n, m}}};
  sig.results = {{"a", DType::F32, {m, n}}, {"b", DType::F32, {n}}};
  return Ones(sig);
}
} // namespace

static Tensor zeros(std::vector<int64_t> shape, DType dtype = DType::F32) {
  return *Tensor::allocate(dtype, std::move(shape));
}

static Status run(std::vector<Tensor> inputs, std::vector<Tensor> outputs) {
  return ones().run(inputs, outputs);
}

TEST_CASE("executable: results are allocated in the solved shapes") {
  auto out = ones().run(std::vector<Tensor>{zeros({2, 3})});
  REQUIRE(out);
  CHECK((*out)[0].shape() == std::vector<int64_t>{3, 2});
  CHECK((*out)[1].shape() == std::vector<int64_t>{2});
  CHECK((*out)[0].at(2, 1) == 1);
}

TEST_CASE("executable: inputs that do not fit are refused") {
  CHECK_FALSE(ones().run(std::vector<Tensor>{}));
  CHECK_FALSE(ones().run(std::vector<Tensor>{zeros({2})}));
  CHECK(run({zeros({2})}, {zeros({3, 2}), zeros({2})}).failed());
}

TEST_CASE("executable: outputs are checked") {
  Tensor x = zeros({2, 3});
  CHECK(run({x}, {zeros({3, 2}), zeros({2})}).isOk());
  CHECK(run({x}, {zeros({3, 2})}).message() ==
        "`f` has 2 results, but 1 outputs are given");
  CHECK(run({x}, {zeros({3, 2}, DType::F64), zeros({2})}).message() ==
        "output `a` is f64, but the result is f32");
  CHECK(run({x}, {zeros({2, 3}), zeros({2})}).message() ==
        "output `a` has shape [2, 3], but the result has [3, 2]");
  Tensor one = zeros({1});
  Tensor repeated = Tensor::view(one.data(), DType::F32, {2}, {0});
  CHECK(run({x}, {zeros({3, 2}), repeated}).message() ==
        "output `b` has several elements in one place, with strides [0]");
  Tensor part = Tensor::view(x.data(), DType::F32, {2});
  CHECK(run({x}, {zeros({3, 2}), part}).message() ==
        "output `b` overlaps input `x`");
  Tensor a = zeros({3, 2});
  CHECK(run({x}, {a, Tensor::view(a.data(), DType::F32, {2})}).message() ==
        "output `b` overlaps output `a`");
}

TEST_CASE("overlap: slices of one array") {
  std::vector<float> data(64);
  auto view = [&](int64_t offset, std::vector<int64_t> shape,
                  std::vector<int64_t> strides) {
    return Tensor::view(data.data() + offset, DType::F32, shape, strides);
  };
  // Halves of the columns of 8 x 8; then columns that meet.
  CHECK_FALSE(mayOverlap(view(0, {8, 4}, {8, 1}), view(4, {8, 4}, {8, 1})));
  CHECK(mayOverlap(view(0, {8, 5}, {8, 1}), view(4, {8, 4}, {8, 1})));
  CHECK(mayOverlap(view(4, {8, 5}, {8, 1}), view(8, {7, 4}, {8, 1})));
  // Halves of the rows, the second one backwards.
  CHECK_FALSE(mayOverlap(view(0, {4, 8}, {8, 1}), view(63, {32}, {-1})));
  CHECK(mayOverlap(view(0, {4, 8}, {8, 1}), view(63, {33}, {-1})));
  // Even and odd elements.
  CHECK_FALSE(mayOverlap(view(0, {32}, {2}), view(1, {32}, {2})));
  CHECK_FALSE(mayOverlap(view(0, {0, 8}, {8, 1}), view(0, {8}, {1})));

  CHECK_FALSE(mayOverlapItself(view(0, {4, 8}, {1, 4})));
  CHECK_FALSE(mayOverlapItself(view(63, {8, 4}, {-8, -2})));
  CHECK_FALSE(mayOverlapItself(view(0, {1, 8}, {0, 1})));
  // Of one element the stride is any number.
  CHECK_FALSE(mayOverlapItself(view(0, {1, 8}, {int64_t(1) << 62, 1})));
  CHECK(mayOverlapItself(view(0, {4, 8}, {7, 1})));
  CHECK(mayOverlapItself(view(0, {2, 2}, {0, 1})));
}

TEST_CASE("backend: the signature of a function") {
  mlir::MLIRContext context;
  test::ParsedFunction func(context, R"(
    fovea.func @gqa dims ["G", "R", "N"] requires [#fovea.require<mod(N, G) eq 0 "N % G == 0">] {
      %q = fovea.input "q" [#fovea.axis<n: N>, #fovea.axis<h: G * R>] : !fovea.array<f16, h: G * R, n: N>
      %k = fovea.input "k" [#fovea.axis<g: G>] : !fovea.array<i1, g: G>
      %s = fovea.index <m: floordiv(N, G)> : !fovea.array<i64, m: floordiv(N, G)>
      fovea.output "o" %q [#fovea.axis<h: G * R>, #fovea.axis<n: N>] : !fovea.array<f16, h: G * R, n: N>
      fovea.output "p" %s [#fovea.axis<m: floordiv(N, G)>] : !fovea.array<i64, m: floordiv(N, G)>
    })");
  Signature sig = signatureOf(*func);
  CHECK(sig.name == "gqa");
  CHECK(sig.dims == std::vector<std::string>{"G", "R", "N"});
  REQUIRE(sig.inputs.size() == 2);
  CHECK(sig.inputs[0].name == "q");
  CHECK(sig.inputs[0].dtype == DType::F16);
  REQUIRE(sig.inputs[0].shape.size() == 2);
  CHECK(text(sig.inputs[0].shape[0], sig) == "N");
  CHECK(text(sig.inputs[0].shape[1], sig) == "G * R");
  CHECK(sig.inputs[1].dtype == DType::Bool);
  REQUIRE(sig.results.size() == 2);
  CHECK(text(sig.results[0].shape[0], sig) == "G * R");
  CHECK(text(sig.results[1].shape[0], sig) == "N // G");
  CHECK(sig.results[1].dtype == DType::I64);
  REQUIRE(sig.requirements.size() == 1);
  CHECK(sig.requirements[0].text == "N % G == 0");
  CHECK(sig.requirements[0].relation == Requirement::Relation::Eq);
}

TEST_CASE("registry: backends by name") {
  struct Named : Backend {
    std::string_view name() const override { return "named"; }
    Expected<std::unique_ptr<Executable>> compile(ir::FuncOp) override {
      return Status::error(StatusCode::Unsupported, "nothing");
    }
  };
  Registry registry;
  CHECK(registry.create("cpu").status().message() ==
        "no backend is called `cpu`; there is none");
  registry.add("a", []() -> Expected<std::unique_ptr<Backend>> {
    return std::unique_ptr<Backend>(std::make_unique<Named>());
  });
  registry.add("b", []() -> Expected<std::unique_ptr<Backend>> {
    return Status::error(StatusCode::Backend, "no such machine");
  });
  CHECK(registry.names() == std::vector<std::string>{"a", "b"});
  auto backend = registry.create("a");
  REQUIRE(backend);
  CHECK((*backend)->name() == "named");
  CHECK(registry.create("b").status().message() == "no such machine");
  CHECK(registry.create("cpu").status().message() ==
        "no backend is called `cpu`; there is `a`, `b`");
}
