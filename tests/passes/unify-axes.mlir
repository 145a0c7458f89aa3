// RUN: fovea-opt %s --pass-pipeline='builtin.module(fovea.func(fovea-unify-axes),cse)' | FileCheck %s

// A formula's axis has one name before and behind the rename, so its two sums
// are one; an array's own names stay.
// CHECK-LABEL: fovea.func @sums
fovea.func @sums dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<x.0: N>, #fovea.axis<x.1: M>] : <f32, x.0: N, x.1: M>
  // CHECK: %[[X:.*]] = fovea.rename %{{.*}} ["x.0", "x.1"] to ["i", "j"]
  %r = fovea.rename %x ["x.0", "x.1"] to ["i", "j"] : <f32, x.0: N, x.1: M> -> <f32, i: N, j: M>
  // CHECK: %[[P:.*]] = fovea.exp %[[X]]
  %p = fovea.exp %r : <f32, i: N, j: M>
  %q = fovea.rename %p ["j"] to ["l"] : <f32, i: N, j: M> -> <f32, i: N, l: M>
  // CHECK: %[[Z:.*]] = fovea.reduce sum %[[P]] over [#fovea.axis<j: M>]
  // CHECK-NOT: fovea.reduce
  %z = fovea.reduce sum %q over [#fovea.axis<l: M>] : <f32, i: N, l: M>
  %w = fovea.reduce sum %p over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  // CHECK: fovea.div %[[Z]], %[[Z]]
  %d = fovea.div %z, %w : <f32, i: N>, <f32, i: N>
  fovea.output "d" %d [#fovea.axis<i: N>] : <f32, i: N>
}

// The same where both axes meet in a product: each use of a rename is its own.
// CHECK-LABEL: fovea.func @meeting
fovea.func @meeting dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // CHECK: %[[P:.*]] = fovea.exp
  %p = fovea.exp %x : <f32, i: N>
  // CHECK: %[[Q:.*]] = fovea.rename %[[P]] ["i"] to ["j"]
  %q = fovea.rename %p ["i"] to ["j"] : <f32, i: N> -> <f32, j: N>
  // CHECK: fovea.mul %[[P]], %[[Q]]
  %m = fovea.mul %p, %q : <f32, i: N>, <f32, j: N>
  // CHECK: fovea.reduce sum %[[P]] over [#fovea.axis<i: N>]
  // CHECK-NOT: fovea.reduce
  %y = fovea.reduce sum %p over [#fovea.axis<i: N>] : <f32, i: N>
  %z = fovea.reduce sum %q over [#fovea.axis<j: N>] : <f32, j: N>
  %s = fovea.add %y, %z : <f32>, <f32>
  %d = fovea.div %m, %s : <f32, i: N, j: N>, <f32>
  fovea.output "d" %d [#fovea.axis<i: N>, #fovea.axis<j: N>] : <f32, i: N, j: N>
}

// Reductions read an input under two names: one chain. An output's axis keeps
// the user's name.
// CHECK-LABEL: fovea.func @chain
fovea.func @chain dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<x.0: N>] : <f32, x.0: N>
  %a = fovea.rename %x ["x.0"] to ["j"] : <f32, x.0: N> -> <f32, j: N>
  %b = fovea.rename %x ["x.0"] to ["l"] : <f32, x.0: N> -> <f32, l: N>
  %c = fovea.rename %x ["x.0"] to ["o"] : <f32, x.0: N> -> <f32, o: N>
  // CHECK: fovea.reduce max %[[A:.*]] over [#fovea.axis<j: N>]
  %m = fovea.reduce max %a over [#fovea.axis<j: N>] : <f32, j: N>
  // CHECK: fovea.sub %[[A]]
  %s = fovea.sub %b, %m : <f32, l: N>, <f32>
  // CHECK: fovea.reduce sum %{{.*}} over [#fovea.axis<j: N>]
  %z = fovea.reduce sum %s over [#fovea.axis<l: N>] : <f32, l: N>
  // CHECK: fovea.output "d" %{{.*}} [#fovea.axis<o: N>]
  %d = fovea.div %c, %z : <f32, o: N>, <f32>
  fovea.output "d" %d [#fovea.axis<o: N>] : <f32, o: N>
}

// No name is left for a maximum that is read at another place: it stays where
// it is, and so do the user's names.
// CHECK-LABEL: fovea.func @elsewhere
fovea.func @elsewhere dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: N>] : <f32, i: N, j: N>
  // CHECK: %[[M:.*]] = fovea.reduce max
  %m = fovea.reduce max %x over [#fovea.axis<j: N>] : <f32, i: N, j: N>
  // CHECK: fovea.rename %[[M]] ["i"] to ["j"]
  %n = fovea.rename %m ["i"] to ["j"] : <f32, i: N> -> <f32, j: N>
  %p = fovea.mul %x, %n : <f32, i: N, j: N>, <f32, j: N>
  %y = fovea.reduce sum %p over [#fovea.axis<j: N>] : <f32, i: N, j: N>
  fovea.output "y" %y [#fovea.axis<i: N>] : <f32, i: N>
}

// A plain index is a name. Not so if the array is not there under all the names
// that the read replaces, one of which is that of the index.
// CHECK-LABEL: fovea.func @plain
fovea.func @plain dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<a: N>, #fovea.axis<b: N>] : <f32, a: N, b: N>
  %y = fovea.input "y" [#fovea.axis<j: N>] : <f32, j: N>
  %t = fovea.input "t" [#fovea.axis<j: N>] : <i64, j: N>
  %i = fovea.index <i: N> : <i64, i: N>
  // CHECK: %[[X:.*]] = fovea.rename %{{.*}} ["a"] to ["i"]
  // CHECK: fovea.at "x" %[[X]] [#fovea.axis<b: N>]
  %p = fovea.at "x" %x [#fovea.axis<a: N>, #fovea.axis<b: N>][%i, %t] : <f32, a: N, b: N>[!fovea.array<i64, i: N>, !fovea.array<i64, j: N>] -> <f32, i: N, j: N>
  // CHECK: fovea.at "y" %{{.*}}, #fovea.axis<{{.*}}: N>][%{{.*}}, %{{.*}}]
  %q = fovea.at "y" %y [#fovea.axis<i: N>, #fovea.axis<j: N>][%t, %i] : <f32, j: N>[!fovea.array<i64, j: N>, !fovea.array<i64, i: N>] -> <f32, i: N, j: N>
  %s = fovea.add %p, %q : <f32, i: N, j: N>, <f32, i: N, j: N>
  fovea.output "s" %s [#fovea.axis<i: N>, #fovea.axis<j: N>] : <f32, i: N, j: N>
}
