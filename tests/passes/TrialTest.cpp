//===- TrialTest.cpp - right folds, wrong ones ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Trial.h"
#include "tests/Folds.h"
#include "tests/ParsedFunction.h"

using namespace fovea;
using namespace fovea::test;

/// Whether all results of the fold are what is written.
static bool agrees(const FoldPair &pair) {
  mlir::MLIRContext context;
  ParsedFunction written(context, pair.written), folded(context, pair.folded);
  ir::FoldOp fold = *(*folded).getBody().getOps<ir::FoldOp>().begin();
  auto wanted = ir::outputsOf(*written);
  auto given = ir::outputsOf(*folded);
  REQUIRE(wanted.size() == given.size());
  derive::Trial trial(ir::axesOf(fold.getAxes()), [&](ir::ReduceOp reduce) {
    return reduce.getAxes() == fold.getAxes();
  });
  // In the order of the fold's results.
  std::vector<mlir::Value> values(fold.getNumResults());
  for (size_t i = 0; i < given.size(); ++i) {
    auto result = llvm::find(fold.getResults(), given[i].getValue());
    REQUIRE(result != fold.getResults().end());
    values[result - fold.getResults().begin()] = wanted[i].getValue();
  }
  REQUIRE(llvm::all_of(values, [](mlir::Value value) { return !!value; }));
  return trial.wrongOf(fold, values).empty();
}

TEST_CASE("trial: folds that are right") {
  for (const FoldPair &pair : {weighted(), variance(), entropy(), safeNorm()}) {
    INFO(pair.name);
    CHECK(agrees(pair));
  }
}

TEST_CASE("trial: wrong folds are refused") {
  struct Mutation {
    const char *what;
    FoldPair (*pair)();
    const char *from, *to;
  };
  const std::vector<Mutation> mutations = {
      {"old and new gauge exchanged", weighted, "sub %old, %new",
       "sub %new, %old"},
      {"nothing repaired", weighted, "yield %m, %zr, %ar, %seen",
       "yield %m, %z, %a, %seen"},
      {"one accumulator not repaired", weighted, "yield %m, %zr, %ar, %seen",
       "yield %m, %zr, %a, %seen"},
      {"another factor", weighted, "%f = fovea.exp %d", "%f = fovea.exp2 %d"},
      {"elements at no gauge", weighted, "%p = fovea.exp %d",
       "%p = fovea.exp %s"},
      {"the guard of an element dropped", weighted,
       "sum %p : <f32, i: N, j: M> where %c : <i1, i: N, j: M>",
       "sum %p : <f32, i: N, j: M>"},
      {"no guard of what was not seen", weighted, "yield %m, %zr, %ar, %seen",
       "yield %m, %zn, %an, %seen"},
      {"a term dropped", variance, "%ll = fovea.add %l, %lr",
       "%ll = fovea.add %l, %l"},
      {"digits lost: squares of what is not centred", variance,
       "%at = fovea.select %finite, %mean, %zero : <i1, i: N>, <f32, i: N>, "
       "<f32>",
       "%at = fovea.mul %mean, %zero : <f32, i: N>, <f32>"},
      {"a coupled term dropped", entropy, "%td = fovea.add %t, %dz",
       "%td = fovea.add %t, %zero"},
      {"the ratio upside down", safeNorm, "%d = fovea.div %g, %to",
       "%d = fovea.div %to, %g"},
      {"a ratio of the first power", safeNorm, "%qm = fovea.mul %q, %d2",
       "%qm = fovea.mul %q, %d"},
  };
  for (const Mutation &mutation : mutations) {
    FoldPair pair = mutation.pair();
    pair.folded = edited(pair.folded, mutation.from, mutation.to);
    INFO(pair.name << ": " << mutation.what);
    CHECK_FALSE(agrees(pair));
  }
}
