//===- CheckFoldsTest.cpp - folds that make no sense ----------------------
//===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Each refusal of `check` has a case: a right cluster with one thing changed.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/plugin/Damage.h"

using namespace fovea;
using namespace fovea::test;

TEST_CASE("folds and their parts") {
  checkAll({
      {"a fold has no axes",
       fold([](Cluster &, fovea_fold &f) { f.axes.count = 0; })},
      {"a fold accumulates nothing",
       fold([](Cluster &, fovea_fold &f) { f.accumulators.count = 0; })},
      {"a fold has parts that are not there",
       fold([](Cluster &, fovea_fold &f) { f.gauges.first = nowhere; })},
      {"two folds have the same part",
       fold([](Cluster &c, fovea_fold &f) { c.folds.push_back(f); })},
      {"an accumulator or a gauge belongs to no fold",
       fold([](Cluster &, fovea_fold &f) { --f.accumulators.count; })},
      {"there is no join 8",
       fold([](Cluster &c, fovea_fold &f) { part(c, f, 0).join = 8; })},
      {"an accumulator has a dtype that cannot be joined",
       fold([](Cluster &c, fovea_fold &f) { part(c, f, 0).join = FOVEA_ALL; })},
      {"an accumulator has a dtype that cannot be joined",
       fold([](Cluster &c, fovea_fold &f) {
         part(c, f, 0).dtype = FOVEA_BF16;
       })},
      {"a gauge has a dtype that is not computed with",
       fold([](Cluster &c, fovea_fold &f) { gauge(c, f).dtype = FOVEA_F16; })},
      {"there is no such fold",
       op(FOVEA_OP_GAUGE, [](fovea_op &op) { op.selector = nowhere; })},
      {"the fold has no such part",
       op(FOVEA_OP_GAUGE, [](fovea_op &op) { op.integer = -1; })},
      {"is not like that gauge",
       op(FOVEA_OP_GAUGE, [](fovea_op &op) { op.dtype = FOVEA_I32; })},
      {"is not like that accumulator",
       op(FOVEA_OP_ACCUMULATOR, [](fovea_op &op) { op.dtype = FOVEA_I32; })},
      {"the fold has no such result",
       op(FOVEA_OP_FOLD, [](fovea_op &op) { op.integer = nowhere; })},
      {"gives a result that another op gives",
       [](Cluster &c) {
         const fovea_op *result = find(c, FOVEA_OP_FOLD);
         if (result)
           newOp(c, fovea_op(*result));
         return find(c, FOVEA_OP_FOLD) != nullptr;
       }},
      {"comes before what its fold is made of",
       fold([](Cluster &c, fovea_fold &f) {
         part(c, f, 0).repair = newConstant(c, FOVEA_F32);
       })},
      {"is not like that result",
       op(FOVEA_OP_FOLD, [](fovea_op &op) { op.dtype = FOVEA_BOOL; })},
  });
}

TEST_CASE("what parts of folds are like, and what they see") {
  checkAll({
      {"accumulators do not see ever more gauges",
       fold([](Cluster &c, fovea_fold &f) { part(c, f, 0).gauges = 9; })},
      {"accumulators do not see ever more gauges",
       fold([](Cluster &c, fovea_fold &f) {
         part(c, f, 1).gauges = 0, part(c, f, 0).gauges = 1;
       })},
      {"an accumulator sees other gauges than there are before it",
       fold([](Cluster &c, fovea_fold &f) {
         gauge(c, f).after = f.accumulators.count;
       })},
      {"gauges do not come one after the other",
       fold([](Cluster &c, fovea_fold &f) { gauge(c, f).after = nowhere; })},
      {"a part of a fold uses a state that it cannot see",
       fold([](Cluster &c, fovea_fold &f) {
         // The element at the gauge where there is none yet.
         part(c, f, 0).element = part(c, f, 1).element;
       })},
      {"an element has another dtype", fold([](Cluster &c, fovea_fold &f) {
         part(c, f, 0).element =
             static_cast<uint32_t>(find(c, FOVEA_OP_INDEX) - c.ops.data());
       })},
      {"a repair has another dtype", fold([](Cluster &c, fovea_fold &f) {
         part(c, f, 0).repair =
             static_cast<uint32_t>(find(c, FOVEA_OP_INDEX) - c.ops.data());
       })},
      {"a guard is no bool", fold([](Cluster &c, fovea_fold &f) {
         part(c, f, 0).guard =
             static_cast<uint32_t>(find(c, FOVEA_OP_INDEX) - c.ops.data());
       })},
      {"a gauge is not like its value", fold([](Cluster &c, fovea_fold &f) {
         gauge(c, f).value =
             static_cast<uint32_t>(find(c, FOVEA_OP_INDEX) - c.ops.data());
       })},
      {"an accumulator lacks an axis of what it joins",
       fold([](Cluster &c, fovea_fold &f) {
         // An array of queries and of what is contracted already.
         part(c, f, 0).element =
             static_cast<uint32_t>(find(c, FOVEA_OP_INPUT) - c.ops.data());
       })},
      {"an accumulator has an axis that is folded",
       fold([](Cluster &c, fovea_fold &f) {
         fovea_accumulator more = part(c, f, f.accumulators.count - 1);
         const auto own = c.list(more.axes);
         std::vector<uint32_t> axes(own.begin(), own.end());
         axes.push_back(c.list(f.axes)[0]);
         std::ranges::sort(axes);
         more.axes = newList(c, axes);
         c.accumulators.push_back(more);
         ++f.accumulators.count;
       })},
      {"a result has an axis that is folded",
       fold([](Cluster &c, fovea_fold &f) {
         const auto old = c.list(f.results);
         std::vector<uint32_t> results(old.begin(), old.end());
         results.push_back(part(c, f, 0).element);
         f.results = newList(c, results);
       })},
      {"a fold is made of an op that is not there",
       fold([](Cluster &c, fovea_fold &f) {
         fovea_accumulator alone = part(c, f, 0);
         alone.element = nowhere;
         c.folds.push_back({f.axes,
                            {static_cast<uint32_t>(c.accumulators.size()), 1},
                            {0, 0},
                            {0, 0}});
         c.accumulators.push_back(alone);
       })},
      {"there are no such ranges", fold([](Cluster &c, fovea_fold &f) {
         part(c, f, 0).ranges = {nowhere, 1};
       })},
      {"a range is along an axis that is not folded",
       [](Cluster &c) {
         if (!c.ranges.empty())
           c.ranges[0].axis = nowhere;
         return !c.ranges.empty();
       }},
      {"a range has a bound that is no number outside of its fold",
       [](Cluster &c) {
         if (!c.ranges.empty())
           c.ranges[0].lo = nowhere;
         return !c.ranges.empty();
       }},
  });
}
