// RUN: fovea-opt %s --pass-pipeline='builtin.module(fovea.func(fovea-form-kernels{vector-bytes=32 vector-registers=16}))' | FileCheck %s

// A maximum and what is made with it along the same rows: one kernel, whose map
// walks along the columns in vectors. What both read is in both bodies.
// CHECK-LABEL: fovea.func @below_the_top
// CHECK: %[[K:.*]] = fovea.kernel {
// CHECK-NEXT: %[[M:.*]] = fovea.phase roles(n: N grid, j: M stream by 2048 split, j: M contract lanes 16) visits [4] unroll 4 {
// CHECK-NEXT: fovea.reduce max %[[X:.*]] over
// CHECK: } layouts [n] -> <f32, n: N>
// CHECK-NEXT: fovea.phase roles(n: N grid, j: M lane lanes 16) {
// CHECK-NEXT: fovea.sub %[[X]], %[[M]]
// CHECK: } layouts [n, j]
// CHECK: fovea.output "y" %[[K]]
fovea.func @below_the_top dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, j: M, n: N>
  %d = fovea.sub %x, %m : <f32, j: M, n: N>, <f32, n: N>
  fovea.output "y" %d [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
}

// The rows of the second reduction are the columns of the first.
// CHECK-LABEL: fovea.func @other_rows
// CHECK-COUNT-2: fovea.kernel
fovea.func @other_rows dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, j: M, n: N>
  %d = fovea.sub %x, %m : <f32, j: M, n: N>, <f32, n: N>
  %s = fovea.reduce sum %d over [#fovea.axis<n: N>] : <f32, j: M, n: N>
  fovea.output "s" %s [#fovea.axis<j: M>] : <f32, j: M>
}

// Read at another row: not what the item has made.
// CHECK-LABEL: fovea.func @row_before
// CHECK-COUNT-2: fovea.kernel
fovea.func @row_before dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, j: M, n: N>
  %i = fovea.index <n: N> : <i64, n: N>
  %one = fovea.constant 1 : i64 : <i64>
  %b = fovea.sub %i, %one : <i64, n: N>, <i64>
  %e = fovea.at "m" %m [#fovea.axis<n: N>][%b] : <f32, n: N>[!fovea.array<i64, n: N>] -> <f32, n: N>
  %d = fovea.sub %x, %e : <f32, j: M, n: N>, <f32, n: N>
  fovea.output "y" %d [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
}

// Scores are not stored. Queries lie in vectors and are kept in their order,
// since they are read for every key; scores are kept for a block, since two
// things are made of them.
// CHECK-LABEL: fovea.func @scores
// For a few queries lanes lie along what is contracted.
// CHECK: fovea.phase roles(i: N grid, j: M stream by 256 split, c: D contract lanes 16) few i
// CHECK: fovea.phase roles(i: N lane by 128 lanes 16, j: M stream by 60 split, c: D contract) visits [6, 1] unroll 6 {
// CHECK: %[[Q:.*]] = fovea.keep rows %{{.*}} : <f32, c: D, i: N>
// CHECK: %[[P:.*]] = fovea.mul %[[Q]], %{{.*}}
// CHECK: %[[S:.*]] = fovea.reduce sum %[[P]] over [#fovea.axis<c: D>]
// CHECK: %[[B:.*]] = fovea.keep block 0 %[[S]] : <f32, i: N, j: M>
// CHECK: fovea.lift max %[[B]] {{.*}}, sum %{{.*}}
fovea.func @scores dims ["N", "M", "D"] {
  %q = fovea.input "q" [#fovea.axis<i: N>, #fovea.axis<c: D>] : <f32, c: D, i: N>
  %k = fovea.input "k" [#fovea.axis<j: M>, #fovea.axis<c: D>] : <f32, c: D, j: M>
  %r:2 = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    %p = fovea.mul %q, %k : <f32, c: D, i: N>, <f32, c: D, j: M>
    %s = fovea.reduce sum %p over [#fovea.axis<c: D>] : <f32, c: D, i: N, j: M>
    %d = fovea.sub %s, %g : <f32, i: N, j: M>, <f32, i: N>
    %e = fovea.exp %d : <f32, i: N, j: M>
    fovea.lift max %s : <f32, i: N, j: M>, sum %e : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>, %h: !fovea.array<f32, i: N>) {
    %d = fovea.sub %g, %h : <f32, i: N>, <f32, i: N>
    %f = fovea.exp %d : <f32, i: N>
    %y = fovea.mul %f, %z : <f32, i: N>, <f32, i: N>
    fovea.yield %m, %y : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m, %z : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } -> <f32, i: N>, <f32, i: N>
  fovea.output "m" %r#0 [#fovea.axis<i: N>] : <f32, i: N>
  fovea.output "z" %r#1 [#fovea.axis<i: N>] : <f32, i: N>
}

// A sum over the rows of a kernel closes it: its pieces are runs of items.
// CHECK-LABEL: fovea.func @loss
// CHECK: fovea.kernel {
// CHECK-NEXT: fovea.phase roles(n: N grid, j: M stream by 2048 split, j: M contract lanes 16)
// CHECK: fovea.phase roles(n: N stream by 64 lanes 16 split)
// CHECK-NOT: fovea.kernel
// CHECK: fovea.output
fovea.func @loss dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, j: M, n: N>
  %a = fovea.abs %m : <f32, n: N>
  %s = fovea.reduce sum %a over [#fovea.axis<n: N>] : <f32, n: N>
  fovea.output "s" %s [] : <f32>
}

// The first of equal rows, counted in another order than the rows': not closed.
// CHECK-LABEL: fovea.func @first_row
// CHECK-COUNT-2: fovea.kernel
fovea.func @first_row dims ["B", "N", "M"] {
  %x = fovea.input "x" [#fovea.axis<b: B>, #fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, b: B, j: M, n: N>
  %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, b: B, j: M, n: N>
  %a = fovea.reduce argmax %m over [#fovea.axis<n: N>, #fovea.axis<b: B>] : <f32, b: B, n: N>
  fovea.output "a" %a [] : <i64>
}

// What a sum has computed at the row's maximum a map takes from where its own
// result goes; another formula it computes.
// CHECK-LABEL: fovea.func @softmax
// CHECK: fovea.keep output 1 %{{.*}} : <f32, j: M, n: N>
// CHECK: %[[E:.*]] = fovea.keep output %{{.*}} : <f32, j: M, n: N>
// CHECK-NEXT: fovea.div %[[E]], %{{.*}}
// CHECK-LABEL: fovea.func @another_formula
// CHECK-NOT: fovea.keep
fovea.func @softmax dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  %r:2 = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, n: N>) {
    %d = fovea.sub %x, %g : <f32, j: M, n: N>, <f32, n: N>
    %e = fovea.exp %d : <f32, j: M, n: N>
    fovea.lift max %x : <f32, j: M, n: N>, sum %e : <f32, j: M, n: N>
  } gauge(%m: !fovea.array<f32, n: N>, %z: !fovea.array<f32, n: N>, %g: !fovea.array<f32, n: N>) {
    fovea.yield %m : !fovea.array<f32, n: N>
  } repair(%m: !fovea.array<f32, n: N>, %z: !fovea.array<f32, n: N>, %g: !fovea.array<f32, n: N>, %h: !fovea.array<f32, n: N>) {
    %d = fovea.sub %g, %h : <f32, n: N>, <f32, n: N>
    %e = fovea.exp %d : <f32, n: N>
    %y = fovea.mul %e, %z : <f32, n: N>, <f32, n: N>
    fovea.yield %m, %y : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
  } finish(%m: !fovea.array<f32, n: N>, %z: !fovea.array<f32, n: N>, %g: !fovea.array<f32, n: N>) {
    fovea.yield %m, %z : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
  } -> <f32, n: N>, <f32, n: N>
  %s = fovea.sub %x, %r#0 : <f32, j: M, n: N>, <f32, n: N>
  %p = fovea.exp %s : <f32, j: M, n: N>
  %q = fovea.div %p, %r#1 : <f32, j: M, n: N>, <f32, n: N>
  fovea.output "y" %q [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
}
fovea.func @another_formula dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  %r:2 = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, n: N>) {
    %d = fovea.sub %x, %g : <f32, j: M, n: N>, <f32, n: N>
    %e = fovea.exp %d : <f32, j: M, n: N>
    fovea.lift max %x : <f32, j: M, n: N>, sum %e : <f32, j: M, n: N>
  } gauge(%m: !fovea.array<f32, n: N>, %z: !fovea.array<f32, n: N>, %g: !fovea.array<f32, n: N>) {
    fovea.yield %m : !fovea.array<f32, n: N>
  } repair(%m: !fovea.array<f32, n: N>, %z: !fovea.array<f32, n: N>, %g: !fovea.array<f32, n: N>, %h: !fovea.array<f32, n: N>) {
    %d = fovea.sub %g, %h : <f32, n: N>, <f32, n: N>
    %e = fovea.exp %d : <f32, n: N>
    %y = fovea.mul %e, %z : <f32, n: N>, <f32, n: N>
    fovea.yield %m, %y : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
  } finish(%m: !fovea.array<f32, n: N>, %z: !fovea.array<f32, n: N>, %g: !fovea.array<f32, n: N>) {
    fovea.yield %m, %z : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
  } -> <f32, n: N>, <f32, n: N>
  %s = fovea.add %x, %r#0 : <f32, j: M, n: N>, <f32, n: N>
  %p = fovea.exp %s : <f32, j: M, n: N>
  %q = fovea.div %p, %r#1 : <f32, j: M, n: N>, <f32, n: N>
  fovea.output "y" %q [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
}
