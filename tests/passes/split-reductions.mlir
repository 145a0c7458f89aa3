// RUN: fovea-opt %s --pass-pipeline='builtin.module(fovea.func(fovea-split-reductions))' | FileCheck %s

// Of all scores: of each row's.
// CHECK-LABEL: fovea.func @pairwise
fovea.func @pairwise dims ["N", "M", "D"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<d: D>] : <f32, d: D, i: N>
  %y = fovea.input "y" [#fovea.axis<j: M>, #fovea.axis<d: D>] : <f32, d: D, j: M>
  %c = fovea.input "c" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <i1, i: N, j: M>
  %p = fovea.mul %x, %y : <f32, d: D, i: N>, <f32, d: D, j: M>
  %s = fovea.reduce sum %p over [#fovea.axis<d: D>] : <f32, d: D, i: N, j: M>
  // CHECK: %[[E:.*]] = fovea.exp
  %e = fovea.exp %s : <f32, i: N, j: M>
  // CHECK: %[[R:.*]] = fovea.reduce max %[[E]] over [#fovea.axis<j: M>] where %{{.*}} : <f32, i: N, j: M>, !fovea.array<i1, i: N, j: M>
  // CHECK: %[[A:.*]] = fovea.reduce max %[[R]] over [#fovea.axis<i: N>] : <f32, i: N>
  // CHECK: fovea.output "r" %[[A]]
  %r = fovea.reduce max %e over [#fovea.axis<i: N>, #fovea.axis<j: M>] where %c : <f32, i: N, j: M>, !fovea.array<i1, i: N, j: M>
  fovea.output "r" %r [] : <f32>
}

// A chain over all of them is one pass; a position is one in the order of all places; of an array there are no rows to gain.
// CHECK-LABEL: fovea.func @together
fovea.func @together dims ["N", "M", "D"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<d: D>] : <f32, d: D, i: N>
  %y = fovea.input "y" [#fovea.axis<j: M>, #fovea.axis<d: D>] : <f32, d: D, j: M>
  %z = fovea.input "z" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %p = fovea.mul %x, %y : <f32, d: D, i: N>, <f32, d: D, j: M>
  %s = fovea.reduce sum %p over [#fovea.axis<d: D>] : <f32, d: D, i: N, j: M>
  // CHECK: fovea.reduce max %{{.*}} over [#fovea.axis<i: N>, #fovea.axis<j: M>]
  %m = fovea.reduce max %s over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %d = fovea.sub %s, %m : <f32, i: N, j: M>, <f32>
  %e = fovea.exp %d : <f32, i: N, j: M>
  // CHECK: fovea.reduce sum %{{.*}} over [#fovea.axis<i: N>, #fovea.axis<j: M>]
  %r = fovea.reduce sum %e over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // CHECK: fovea.reduce argmax %{{.*}} over [#fovea.axis<i: N>, #fovea.axis<j: M>]
  %a = fovea.reduce argmax %s over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // CHECK: fovea.reduce sum %{{.*}} over [#fovea.axis<i: N>, #fovea.axis<j: M>]
  %t = fovea.reduce sum %z over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  fovea.output "r" %r [] : <f32>
  fovea.output "a" %a [] : <i64>
  fovea.output "t" %t [] : <f32>
}

// Rows that were reduced go on being rows, by whatever axis: the sum of a row is one of its chain.
// CHECK-LABEL: fovea.func @rows
fovea.func @rows dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %m = fovea.reduce max %x over [#fovea.axis<i: N>] : <f32, i: N, j: M>
  // CHECK: %[[D:.*]] = fovea.sub
  %d = fovea.sub %x, %m : <f32, i: N, j: M>, <f32, j: M>
  // CHECK: %[[R:.*]] = fovea.reduce sum %[[D]] over [#fovea.axis<i: N>] : <f32, i: N, j: M>
  // CHECK: fovea.reduce sum %[[R]] over [#fovea.axis<j: M>] : <f32, j: M>
  %r = fovea.reduce sum %d over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  fovea.output "r" %r [] : <f32>
}
