// RUN: fovea-opt %s --pass-pipeline='builtin.module(fovea.func(fovea-hoist-masks),canonicalize)' | FileCheck %s

// where(c, x, where(d, y, -inf)): the other branch is needed where the first is not.
// CHECK-LABEL: fovea.func @otherwise
fovea.func @otherwise dims ["N"] {
  // CHECK: %[[C:.*]] = fovea.input "c"
  %c = fovea.input "c" [#fovea.axis<i: N>] : <i1, i: N>
  // CHECK: %[[D:.*]] = fovea.input "d"
  %d = fovea.input "d" [#fovea.axis<j: N>] : <i1, j: N>
  // CHECK: %[[X:.*]] = fovea.input "x"
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // CHECK: %[[Y:.*]] = fovea.input "y"
  %y = fovea.input "y" [#fovea.axis<j: N>] : <f32, j: N>
  %inf = fovea.constant 0xFF800000 : f32 : <f32>
  // CHECK-DAG: %[[COUNTS:.*]] = fovea.or %[[C]], %[[D]]
  // CHECK-DAG: %[[V:.*]] = fovea.select %[[C]], %[[X]], %[[Y]] :
  // CHECK: fovea.select %[[COUNTS]], %[[V]], %{{.*}} hard neginf : <i1, i: N, j: N>
  %m = fovea.select %d, %y, %inf hard neginf : <i1, j: N>, <f32, j: N>, <f32>
  %r = fovea.select %c, %x, %m : <i1, i: N>, <f32, i: N>, <f32, j: N>
  fovea.output "r" %r [#fovea.axis<i: N>, #fovea.axis<j: N>] : <f32, i: N, j: N>
}

// Masks in both branches come out one after the other.
// CHECK-LABEL: fovea.func @both
fovea.func @both dims ["N"] {
  // CHECK: %[[C:.*]] = fovea.input "c"
  %c = fovea.input "c" [#fovea.axis<i: N>] : <i1, i: N>
  // CHECK: %[[D:.*]] = fovea.input "d"
  %d = fovea.input "d" [#fovea.axis<i: N>] : <i1, i: N>
  // CHECK: %[[E:.*]] = fovea.input "e"
  %e = fovea.input "e" [#fovea.axis<i: N>] : <i1, i: N>
  // CHECK: %[[X:.*]] = fovea.input "x"
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // CHECK: %[[Y:.*]] = fovea.input "y"
  %y = fovea.input "y" [#fovea.axis<i: N>] : <f32, i: N>
  %zero = fovea.constant 0.0 : f32 : <f32>
  // CHECK-DAG: %[[NOT:.*]] = fovea.not %[[C]]
  // CHECK-DAG: %[[S:.*]] = fovea.and %[[NOT]], %[[E]]
  // CHECK-DAG: %[[F:.*]] = fovea.and %[[C]], %[[D]]
  // CHECK-DAG: %[[T:.*]] = fovea.or %[[F]], %[[S]]
  // CHECK-DAG: %[[V:.*]] = fovea.select %[[C]], %[[X]], %[[Y]] :
  // CHECK: fovea.select %[[T]], %[[V]], %{{.*}} hard zero
  %a = fovea.select %d, %x, %zero hard zero : <i1, i: N>, <f32, i: N>, <f32>
  %b = fovea.select %e, %y, %zero hard zero : <i1, i: N>, <f32, i: N>, <f32>
  %r = fovea.select %c, %a, %b : <i1, i: N>, <f32, i: N>, <f32, i: N>
  fovea.output "r" %r [#fovea.axis<i: N>] : <f32, i: N>
}

// A hard 0 stays inside of a hard -inf, which goes through sums.
// CHECK-LABEL: fovea.func @sum
fovea.func @sum dims ["N"] {
  // CHECK: %[[C:.*]] = fovea.input "c"
  %c = fovea.input "c" [#fovea.axis<i: N>] : <i1, i: N>
  // CHECK: %[[D:.*]] = fovea.input "d"
  %d = fovea.input "d" [#fovea.axis<i: N>] : <i1, i: N>
  // CHECK: %[[X:.*]] = fovea.input "x"
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // CHECK: %[[Y:.*]] = fovea.input "y"
  %y = fovea.input "y" [#fovea.axis<i: N>] : <f32, i: N>
  %zero = fovea.constant 0.0 : f32 : <f32>
  %inf = fovea.constant 0xFF800000 : f32 : <f32>
  // CHECK-DAG: %[[SUM:.*]] = fovea.add %[[Y]], %[[X]]
  // CHECK-DAG: %[[NOT:.*]] = fovea.not %[[C]]
  // CHECK-DAG: %[[COUNTS:.*]] = fovea.or %[[NOT]], %[[D]]
  // CHECK-DAG: %[[V:.*]] = fovea.select %[[C]], %[[SUM]], %{{.*}} hard zero
  // CHECK: fovea.select %[[COUNTS]], %[[V]], %{{.*}} hard neginf
  %m = fovea.select %d, %x, %inf hard neginf : <i1, i: N>, <f32, i: N>, <f32>
  %s = fovea.add %y, %m : <f32, i: N>, <f32, i: N>
  %r = fovea.select %c, %s, %zero hard zero : <i1, i: N>, <f32, i: N>, <f32>
  fovea.output "r" %r [#fovea.axis<i: N>] : <f32, i: N>
}

// A sum of masked terms has one mask; of one that may fail and one that cannot, that is asked first.
// CHECK-LABEL: fovea.func @terms
fovea.func @terms dims ["N"] {
  // CHECK: %[[C:.*]] = fovea.input "c"
  %c = fovea.input "c" [#fovea.axis<i: N>] : <i1, i: N>
  // CHECK: %[[X:.*]] = fovea.input "x"
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %t = fovea.input "t" [] : <i64>
  // CHECK: %[[R:.*]] = fovea.at "c" %[[C]]
  %r = fovea.at "c" %c [#fovea.axis<i: N>][%t] : <i1, i: N>[!fovea.array<i64>] -> <i1>
  %low = fovea.constant 0xFF800000 : f32 : <f32>
  %a = fovea.select %r, %x, %low hard neginf : <i1>, <f32, i: N>, <f32>
  %b = fovea.select %c, %x, %low hard neginf : <i1, i: N>, <f32, i: N>, <f32>
  // CHECK-DAG: %[[M:.*]] = fovea.and %[[C]], %[[R]]
  // CHECK-DAG: %[[S:.*]] = fovea.add %[[X]], %[[X]]
  // CHECK: fovea.select %[[M]], %[[S]], %{{.*}} hard neginf
  %s = fovea.add %a, %b : <f32, i: N>, <f32, i: N>
  fovea.output "s" %s [#fovea.axis<i: N>] : <f32, i: N>
}

// Both branches with one mask: it is the choice's.
// CHECK-LABEL: fovea.func @shared
fovea.func @shared dims ["N"] {
  // CHECK: %[[C:.*]] = fovea.input "c"
  %c = fovea.input "c" [#fovea.axis<i: N>] : <i1, i: N>
  // CHECK: %[[D:.*]] = fovea.input "d"
  %d = fovea.input "d" [#fovea.axis<i: N>] : <i1, i: N>
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %y = fovea.input "y" [#fovea.axis<i: N>] : <f32, i: N>
  %low = fovea.constant 0xFF800000 : f32 : <f32>
  // CHECK: %[[V:.*]] = fovea.select %[[C]], %{{.*}}, %{{.*}} :
  // CHECK: fovea.select %[[D]], %[[V]], %{{.*}} hard neginf
  %a = fovea.select %d, %x, %low hard neginf : <i1, i: N>, <f32, i: N>, <f32>
  %b = fovea.select %d, %y, %low hard neginf : <i1, i: N>, <f32, i: N>, <f32>
  %r = fovea.select %c, %a, %b : <i1, i: N>, <f32, i: N>, <f32, i: N>
  fovea.output "r" %r [#fovea.axis<i: N>] : <f32, i: N>
}
