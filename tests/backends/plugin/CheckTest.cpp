//===- CheckTest.cpp - flat arrays that make no sense ---------------------===//
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

TEST_CASE("what the compiler makes passes") {
  for (const Cluster &cluster : test::variousClusters())
    CHECK(check(cluster).isOk());
}

TEST_CASE("the least that passes, and what is empty") {
  Cluster empty;
  CHECK(check(empty).isOk());
  empty.text.clear();
  CHECK(check(empty).failed());
}

TEST_CASE("texts, sizes, axes, lists, arrays and places") {
  checkAll({
      {"its texts do not begin with an empty one and end with a zero",
       always([](Cluster &c) { c.text.front() = 'x'; })},
      {"its texts do not begin with an empty one and end with a zero",
       always([](Cluster &c) { c.text.back() = 'x'; })},
      {"there is no text 1048576",
       always([](Cluster &c) { c.dims[0].name = nowhere; })},
      {"two dimensions have one name",
       always([](Cluster &c) { c.dims.push_back(c.dims[0]); })},
      {"there is no kind of size 6",
       always([](Cluster &c) { c.sizes[0].kind = 6; })},
      {"a size is a dimension that is not there", always([](Cluster &c) {
         c.sizes[0] = {FOVEA_SIZE_DIM, nowhere, 0, 0, 0};
       })},
      {"a size is made from one that does not come before it",
       always([](Cluster &c) {
         c.sizes[0] = {FOVEA_SIZE_ADD, 0, 0, 0, 0};
       })},
      {"an axis has no size",
       always([](Cluster &c) { c.axes[0].size = nowhere; })},
      {"two axes have one name",
       always([](Cluster &c) { c.axes.push_back(c.axes[0]); })},
      {"there is no dtype 99",
       always([](Cluster &c) { c.inputs[0].dtype = 99; })},
      {"there is no dtype 0",
       always([](Cluster &c) { c.outputs[0].dtype = 0; })},
      {"an array has more axes than 16", always([](Cluster &c) {
         std::vector<uint32_t> axes;
         for (int i = 0; i < FOVEA_MAX_RANK + 1; ++i)
           axes.push_back(newAxis(c, "axis" + std::to_string(i)));
         c.inputs[0].axes = newList(c, axes);
       })},
      {"an input is an op, or an output is none",
       always([](Cluster &c) { c.inputs[0].op = 0; })},
      {"an input is an op, or an output is none",
       always([](Cluster &c) { c.outputs[0].op = FOVEA_NONE; })},
      {"a place is called from one that does not come before it",
       always([](Cluster &c) { c.places[0].caller = 0; })},
      {"begins at 1048576 of", always([](Cluster &c) {
         c.inputs[0].axes = {nowhere, 1};
       })},
      {"a list of 4294967295 numbers", always([](Cluster &c) {
         c.inputs[0].axes = {1, FOVEA_NONE};
       })},
      {"there is no axis 1048576",
       always([](Cluster &c) { c.inputs[0].axes = newList(c, {nowhere}); })},
      {"an axis is listed twice", always([](Cluster &c) {
         c.inputs[0].axes = newList(c, {0, 0});
       })},
      {"an output is not like its op",
       always([](Cluster &c) { c.outputs[0].dtype = FOVEA_I32; })},
      {"an output is inside of a fold",
       [](Cluster &c) {
         for (uint32_t n = 0; n < c.ops.size(); ++n)
           if (c.ops[n].opcode == FOVEA_OP_ACCUMULATOR) {
             c.outputs[0].op = n;
             return true;
           }
         return false;
       }},
  });
}

TEST_CASE("what all ops have") {
  checkAll({
      {"there is no such opcode",
       op(FOVEA_OP_EXP, [](fovea_op &op) { op.opcode = 63; })},
      {"there is no dtype 99",
       op(FOVEA_OP_EXP, [](fovea_op &op) { op.dtype = 99; })},
      {"there is no text 1048576",
       op(FOVEA_OP_EXP, [](fovea_op &op) { op.name = nowhere; })},
      {"has limits that no number lies within",
       op(FOVEA_OP_EXP, [](fovea_op &op) { op.low = 1, op.high = 0; })},
      {"its place is not there",
       op(FOVEA_OP_EXP, [](fovea_op &op) { op.place = nowhere; })},
      {"its axes do not ascend", always([](Cluster &c) {
         const uint32_t axis = newAxis(c, "new");
         c.ops[0].axes = newList(c, {axis, 0});
       })},
      {"needs an op that does not come before it", always([](Cluster &c) {
         fovea_op op = plainOp(FOVEA_OP_NEG, FOVEA_F32);
         op.operands = newList(c, {static_cast<uint32_t>(c.ops.size())});
         newOp(c, op);
       })},
      {"has too few operands, or too many",
       op(FOVEA_OP_EXP, [](fovea_op &op) { op.operands.count = 0; })},
      {"its operands are of other dtypes",
       op(FOVEA_OP_EXP, [](fovea_op &op) { op.dtype = FOVEA_F64; })},
      {"does not take that dtype", always([](Cluster &c) {
         fovea_op op = plainOp(FOVEA_OP_EXP, FOVEA_I64);
         op.operands = newList(c, {newConstant(c, FOVEA_I64)});
         newOp(c, op);
       })},
      // In half the bits numbers are only stored.
      {"does not take that dtype", always([](Cluster &c) {
         fovea_op half = plainOp(FOVEA_OP_CAST, FOVEA_F16);
         half.operands = newList(c, {newConstant(c, FOVEA_F32)});
         fovea_op op = plainOp(FOVEA_OP_NEG, FOVEA_F16);
         op.operands = newList(c, {newOp(c, half)});
         newOp(c, op);
       })},
      {"does not take that dtype",
       op(FOVEA_OP_SELECT, [](fovea_op &op) { op.dtype = FOVEA_F16; })},
      {"does not take that dtype",
       op(FOVEA_OP_FOLD, [](fovea_op &op) { op.dtype = FOVEA_F16; })},
      {"its axes are not those of its operands",
       op(
           FOVEA_OP_EXP, [](fovea_op &op) { op.axes.count = 0; }, hasAxes)},
  });
}

TEST_CASE("leaves") {
  checkAll({
      {"there is no such input",
       op(FOVEA_OP_INPUT, [](fovea_op &op) { op.selector = nowhere; })},
      {"is not like its input",
       op(FOVEA_OP_INPUT, [](fovea_op &op) { op.dtype = FOVEA_F64; })},
      {"is not like its input",
       op(
           FOVEA_OP_INPUT, [](fovea_op &op) { op.axes.count = 0; }, hasAxes)},
      {"a constant has axes", always([](Cluster &c) {
         fovea_op op = plainOp(FOVEA_OP_CONSTANT, FOVEA_F32);
         op.axes = newList(c, {0});
         newOp(c, op);
       })},
      {"its axes are not listed",
       op(FOVEA_OP_LITERAL, [](fovea_op &op) { op.over.count = 0; })},
      {"has an axis of no constant size",
       [](Cluster &c) {
         fovea_op *literal = find(c, FOVEA_OP_LITERAL);
         if (literal)
           literal->axes = literal->over = newList(c, {newAxis(c, "new")});
         return literal != nullptr;
       }},
      {"has too many elements",
       [](Cluster &c) {
         fovea_op *literal = find(c, FOVEA_OP_LITERAL);
         if (literal)
           c.sizes[c.axes[c.list(literal->over)[0]].size].value = INT64_MAX;
         return literal != nullptr;
       }},
      {"its elements are not there",
       op(FOVEA_OP_LITERAL, [](fovea_op &op) { op.integer = -8; })},
      {"its elements are not there",
       op(FOVEA_OP_LITERAL, [](fovea_op &op) { op.integer = 4; })},
      {"its elements are not there",
       op(FOVEA_OP_LITERAL, [](fovea_op &op) { op.integer = INT64_MAX - 7; })},
      {"its elements are not there",
       [](Cluster &c) {
         const bool has = find(c, FOVEA_OP_LITERAL) != nullptr;
         c.bytes.pop_back();
         return has;
       }},
      {"is no size",
       always([](Cluster &c) { newOp(c, plainOp(FOVEA_OP_SIZE, FOVEA_F32)); })},
      {"is no size", always([](Cluster &c) {
         fovea_op op = plainOp(FOVEA_OP_SIZE, FOVEA_I64);
         op.selector = nowhere;
         newOp(c, op);
       })},
      {"is no coordinate",
       op(FOVEA_OP_INDEX, [](fovea_op &op) { op.over.count = 0; })},
  });
}

TEST_CASE("structure") {
  const auto isGuarded = [](const fovea_op &op) {
    return op.operands.count == 2;
  };
  const auto isHardZero = [](const fovea_op &op) {
    return op.selector == FOVEA_HARD_ZERO;
  };
  const auto isHardNegInf = [](const fovea_op &op) {
    return op.selector == FOVEA_HARD_NEGINF;
  };
  auto otherwise = [](const std::function<bool(const fovea_op &)> &fits,
                      const std::function<void(fovea_op &)> &change) {
    return [=](Cluster &c) {
      const fovea_op *select = find(c, FOVEA_OP_SELECT, fits);
      if (!select)
        return false;
      fovea_op *op = &c.ops[c.list(select->operands)[2]];
      while (op->opcode == FOVEA_OP_CAST)
        op = &c.ops[c.list(op->operands)[0]];
      change(*op);
      return true;
    };
  };
  checkAll({
      {"is of another dtype than what it reads",
       op(FOVEA_OP_AT, [](fovea_op &op) { op.dtype = FOVEA_I32; })},
      {"has too few operands, or too many",
       op(FOVEA_OP_AT, [](fovea_op &op) { --op.operands.count; })},
      {"has an index that is no i64",
       [](Cluster &c) { return replaceOperand(c, find(c, FOVEA_OP_AT), 1); }},
      {"its axes are not those of its operands",
       op(
           FOVEA_OP_AT, [](fovea_op &op) { op.axes.count = 0; }, hasAxes)},
      {"joins nothing",
       op(FOVEA_OP_REDUCE, [](fovea_op &op) { op.selector = 8; })},
      {"joins nothing",
       op(FOVEA_OP_REDUCE, [](fovea_op &op) { op.over.count = 0; })},
      {"does not take that dtype",
       op(
           FOVEA_OP_REDUCE, [](fovea_op &op) { op.selector = FOVEA_ANY; },
           [](const fovea_op &op) { return op.dtype != FOVEA_BOOL; })},
      {"its guard is no bool",
       [=](Cluster &c) {
         return replaceOperand(c, find(c, FOVEA_OP_REDUCE, isGuarded), 1);
       }},
      {"its axes are not those that are left",
       op(FOVEA_OP_REDUCE, [](fovea_op &op) { op.axes = op.over; })},
      {"its operands are of other dtypes",
       op(FOVEA_OP_SELECT, [](fovea_op &op) { op.dtype = FOVEA_I32; })},
      {"there is no such hardness",
       op(FOVEA_OP_SELECT, [](fovea_op &op) { op.selector = 3; })},
      {"is hard, but not constant",
       [=](Cluster &c) {
         fovea_op *select = find(c, FOVEA_OP_SELECT, isHardNegInf);
         return replaceOperand(c, select, 2, 1);
       }},
      {"is a hard -inf of another number",
       otherwise(isHardNegInf, [](fovea_op &op) { op.number = 1; })},
      {"is a hard 0 of another number", otherwise(isHardZero,
                                                  [](fovea_op &op) {
                                                    op.number = 1;
                                                    op.integer = 1;
                                                  })},
      {"does not compare these",
       op(FOVEA_OP_COMPARE, [](fovea_op &op) { op.selector = 6; })},
      {"does not compare these",
       op(FOVEA_OP_COMPARE, [](fovea_op &op) { op.dtype = FOVEA_I64; })},
      {"its operands are not i64",
       [](Cluster &c) {
         fovea_op *random = find(c, FOVEA_OP_RANDOM);
         const uint32_t constant = newConstant(c, FOVEA_F32);
         random = find(c, FOVEA_OP_RANDOM);
         if (!random)
           return false;
         fovea_op op = *random;
         op.operands = newList(c, {constant, constant});
         newOp(c, op);
         return true;
       }},
      {"does not give that",
       op(FOVEA_OP_RANDOM, [](fovea_op &op) { op.selector = 2; })},
      {"does not take that dtype",
       op(FOVEA_OP_RANDOM, [](fovea_op &op) { op.dtype = FOVEA_BF16; })},
  });
}
