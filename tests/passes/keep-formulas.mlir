// RUN: fovea-opt %s --pass-pipeline='builtin.module(fovea.func(fovea-derive-folds),cse)' | FileCheck %s

// Scores of tanh(k), which is no larger than k: every query would take it anew.
// What is taken once for each score, and what costs no more than a product, is
// recomputed.
// CHECK-LABEL: fovea.func @scores
fovea.func @scores dims ["N", "M", "D"] {
  %q = fovea.input "q" [#fovea.axis<i: N>, #fovea.axis<c: D>] : <f32, c: D, i: N>
  %k = fovea.input "k" [#fovea.axis<j: M>, #fovea.axis<c: D>] : <f32, c: D, j: M>
  // CHECK: fovea.tanh %{{.*}} {fovea.kept}
  %t = fovea.tanh %k : <f32, c: D, j: M>
  // CHECK-NOT: fovea.kept
  %r = fovea.add %q, %q : <f32, c: D, i: N>, <f32, c: D, i: N>
  %p = fovea.mul %r, %t : <f32, c: D, i: N>, <f32, c: D, j: M>
  // CHECK: fovea.fold
  // CHECK: fovea.exp
  %e = fovea.exp %p : <f32, c: D, i: N, j: M>
  %s = fovea.reduce sum %e over [#fovea.axis<c: D>] : <f32, c: D, i: N, j: M>
  %m = fovea.reduce max %s over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  fovea.output "m" %m [#fovea.axis<i: N>] : <f32, i: N>
}
