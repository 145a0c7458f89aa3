//===- Plan.cpp - a plan for people ---------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Plan.h"

using namespace onednn;

std::string onednn::describe(const Plan &plan) {
  size_t matmuls = 0, softmaxes = 0, reductions = 0, others = 0;
  for (const Step &step : plan.steps)
    ++(step.kind == Step::Kind::Matmul ? matmuls
       : step.kind == Step::Kind::Softmax || step.kind == Step::Kind::LogSoftmax
           ? softmaxes
       : step.kind == Step::Kind::Reduce ? reductions
                                         : others);
  std::string text = "oneDNN:";
  auto say = [&](size_t count, const char *what) {
    if (count)
      text += (text.back() == ':' ? " " : ", ") + std::to_string(count) + " " +
              what;
  };
  say(matmuls, matmuls == 1 ? "matmul" : "matmuls");
  say(softmaxes, "softmax");
  say(reductions, reductions == 1 ? "reduction" : "reductions");
  say(others, "elementwise");
  return text;
}
