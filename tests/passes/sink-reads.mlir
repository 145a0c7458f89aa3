// RUN: fovea-opt %s --pass-pipeline='builtin.module(fovea.func(fovea-sink-reads),cse)' | FileCheck %s

// Logits are read at the target's class only: one product of a row with a row.
// The index is checked once more behind it, for rows of no elements.
// CHECK-LABEL: fovea.func @logits
fovea.func @logits dims ["N", "V", "D"] {
  %h = fovea.input "h" [#fovea.axis<n: N>, #fovea.axis<d: D>] : <f32, d: D, n: N>
  %w = fovea.input "w" [#fovea.axis<c: V>, #fovea.axis<d: D>] : <f32, c: V, d: D>
  %t = fovea.input "t" [#fovea.axis<n: N>] : <i64, n: N>
  %p = fovea.mul %h, %w : <f32, d: D, n: N>, <f32, c: V, d: D>
  %x = fovea.reduce sum %p over [#fovea.axis<d: D>] : <f32, c: V, d: D, n: N>
  // CHECK: %[[W:.*]] = fovea.at "x" %{{.*}} [#fovea.axis<c: V>][%{{.*}}] : <f32, c: V, d: D>
  // CHECK: %[[P:.*]] = fovea.mul %{{.*}}, %[[W]] : <f32, d: D, n: N>, <f32, d: D, n: N>
  // CHECK: %[[R:.*]] = fovea.reduce sum %[[P]] over [#fovea.axis<d: D>]
  // CHECK: fovea.at "x" %[[R]] [#fovea.axis<c: V>]
  %y = fovea.at "x" %x [#fovea.axis<c: V>][%t] : <f32, c: V, n: N>[!fovea.array<i64, n: N>] -> <f32, n: N>
  fovea.output "y" %y [#fovea.axis<n: N>] : <f32, n: N>
}

// The axis that is reduced and the one that is read have one name: the read is
// of the difference's axis, not of the mean's.
// CHECK-LABEL: fovea.func @diagonal
fovea.func @diagonal dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<b: N>, #fovea.axis<c: N>, #fovea.axis<j: N>] : <f64, b: N, c: N, j: N>
  %m = fovea.reduce sum %x over [#fovea.axis<j: N>] : <f64, b: N, c: N, j: N>
  %d = fovea.sub %x, %m : <f64, b: N, c: N, j: N>, <f64, b: N, c: N>
  %i = fovea.index <b: N> : <i64, b: N>
  // CHECK-DAG: %[[X:.*]] = fovea.at "x" %{{.*}} [#fovea.axis<c: N>][%{{.*}}] : <f64, b: N, c: N, j: N>[!fovea.array<i64, b: N>] -> <f64, b: N, j: N>
  // CHECK-DAG: fovea.reduce sum %[[X]] over [#fovea.axis<j: N>] : <f64, b: N, j: N>
  // CHECK-DAG: fovea.at "x" %{{.*}} [#fovea.axis<c: N>, #fovea.axis<j: N>]
  %r = fovea.at "x" %d [#fovea.axis<c: N>, #fovea.axis<j: N>][%i, %i] : <f64, b: N, c: N, j: N>[!fovea.array<i64, b: N>, !fovea.array<i64, b: N>] -> <f64, b: N>
  fovea.output "r" %r [#fovea.axis<b: N>] : <f64, b: N>
}

// What is compared with the array that it is read from is not summed once more.
// CHECK-LABEL: fovea.func @compared
fovea.func @compared dims ["N", "D"] {
  %q = fovea.input "q" [#fovea.axis<i: N>, #fovea.axis<d: D>] : <f32, d: D, i: N>
  %k = fovea.input "k" [#fovea.axis<j: N>, #fovea.axis<d: D>] : <f32, d: D, j: N>
  %p = fovea.mul %q, %k : <f32, d: D, i: N>, <f32, d: D, j: N>
  // CHECK: %[[S:.*]] = fovea.reduce sum
  // CHECK-NOT: fovea.reduce sum
  // CHECK: fovea.at "s" %[[S]]
  %s = fovea.reduce sum %p over [#fovea.axis<d: D>] : <f32, d: D, i: N, j: N>
  %m = fovea.reduce max %s over [#fovea.axis<j: N>] : <f32, i: N, j: N>
  %i = fovea.index <i: N> : <i64, i: N>
  %own = fovea.at "s" %s [#fovea.axis<j: N>][%i] : <f32, i: N, j: N>[!fovea.array<i64, i: N>] -> <f32, i: N>
  %hit = fovea.compare ge %own, %m : <f32, i: N>, <f32, i: N>
  fovea.output "hit" %hit [#fovea.axis<i: N>] : <i1, i: N>
}

// The check of an index goes with the condition, so that a mask stays in sight.
// CHECK-LABEL: fovea.func @masked
fovea.func @masked dims ["N"] {
  %c = fovea.input "c" [] : <i1>
  %x = fovea.input "x" [] : <f32>
  %i = fovea.input "i" [] : <i64>
  %inf = fovea.constant 0xFF800000 : f32 : <f32>
  %s = fovea.select %c, %x, %inf hard neginf : <i1>, <f32>, <f32>
  // CHECK: %[[C:.*]] = fovea.at "s" %{{.*}} [#fovea.axis<j: N>][%{{.*}}] : <i1>[!fovea.array<i64>] -> <i1>
  // CHECK: fovea.select %[[C]], %{{.*}}, %{{.*}} hard neginf
  %r = fovea.at "s" %s [#fovea.axis<j: N>][%i] : <f32>[!fovea.array<i64>] -> <f32>
  fovea.output "r" %r [] : <f32>
}

// What a formula shares is read once at an index, however often it is taken.
// CHECK-LABEL: fovea.func @shared
fovea.func @shared dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f64, i: N>
  %t = fovea.input "t" [] : <i64>
  %s = fovea.sin %x : <f64, i: N>
  %c = fovea.cos %s : <f64, i: N>
  %p = fovea.mul %s, %c : <f64, i: N>, <f64, i: N>
  // CHECK: fovea.at "x"
  // CHECK-NOT: fovea.at "x"
  // CHECK: fovea.output
  %y = fovea.at "x" %p [#fovea.axis<i: N>][%t] : <f64, i: N>[!fovea.array<i64>] -> <f64>
  fovea.output "y" %y [] : <f64>
}

// An index that is read from a formula: the read of `t` is sunk first, and not
// once more when its index is.
// CHECK-LABEL: fovea.func @index
fovea.func @index dims ["N", "M"] {
  %a = fovea.input "a" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %c = fovea.input "c" [#fovea.axis<i: N>] : <i64, i: N>
  %zero = fovea.constant 0 : i64 : <i64>
  %t = fovea.exp %a : <f32, i: N, j: M>
  %n = fovea.neg %c : <i64, i: N>
  // CHECK-DAG: %[[C:.*]] = fovea.at "k" %{{.*}} [#fovea.axis<i: N>]
  // CHECK-DAG: %[[K:.*]] = fovea.neg %[[C]]
  // CHECK-DAG: %[[A:.*]] = fovea.at "t" %{{.*}} [#fovea.axis<i: N>][%[[K]]]
  // CHECK-DAG: %[[Y:.*]] = fovea.exp %[[A]]
  // CHECK: fovea.output "y" %[[Y]]
  %k = fovea.at "k" %n [#fovea.axis<i: N>][%zero] : <i64, i: N>[!fovea.array<i64>] -> <i64>
  %y = fovea.at "t" %t [#fovea.axis<i: N>][%k] : <f32, i: N, j: M>[!fovea.array<i64>] -> <f32, j: M>
  fovea.output "y" %y [#fovea.axis<j: M>] : <f32, j: M>
}
