// RUN: fovea-opt %s | fovea-opt | FileCheck %s
// RUN: fovea-opt %s -emit-bytecode | fovea-opt | FileCheck %s

// A normalised weighted sum: maximum, sum of exponentials and weighted sum in
// one pass; the weighted sum has one more axis.
// CHECK-LABEL: fovea.func @weighted
fovea.func @weighted dims ["N", "M", "E"] {
  %s = fovea.input "s" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %v = fovea.input "v" [#fovea.axis<j: M>, #fovea.axis<e: E>] : <f32, e: E, j: M>
  // CHECK: fovea.fold over [#fovea.axis<j: M>] after [1] element(%{{.*}}: !fovea.array<f32, i: N>) {
  // CHECK: fovea.lift max %{{.*}} : <f32, i: N, j: M>, sum %{{.*}} : <f32, i: N, j: M>, sum %{{.*}} : <f32, e: E, i: N, j: M>
  // CHECK: } gauge(%{{.*}}: !fovea.array<f32, i: N>, %{{.*}}
  // CHECK: } repair(
  // CHECK: } finish(
  // CHECK: } -> <f32, e: E, i: N>
  %o = fovea.fold over [#fovea.axis<j: M>] after [1]
    element(%g: !fovea.array<f32, i: N>) {
      %d = fovea.sub %s, %g : <f32, i: N, j: M>, <f32, i: N>
      %p = fovea.exp %d : <f32, i: N, j: M>
      %w = fovea.mul %p, %v : <f32, i: N, j: M>, <f32, e: E, j: M>
      fovea.lift max %s : <f32, i: N, j: M>, sum %p : <f32, i: N, j: M>,
        sum %w : <f32, e: E, i: N, j: M>
    }
    gauge(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %g: !fovea.array<f32, i: N>) {
      %inf = fovea.constant 0x7F800000 : f32 : <f32>
      %zero = fovea.constant 0.0 : f32 : <f32>
      %size = fovea.abs %m : <f32, i: N>
      %finite = fovea.compare lt %size, %inf : <f32, i: N>, <f32>
      %at = fovea.select %finite, %m, %zero : <i1, i: N>, <f32, i: N>, <f32>
      fovea.yield %at : !fovea.array<f32, i: N>
    }
    repair(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
      %d = fovea.sub %old, %new : <f32, i: N>, <f32, i: N>
      %f = fovea.exp %d : <f32, i: N>
      %zero = fovea.constant 0.0 : f32 : <f32>
      %zn = fovea.mul %f, %z : <f32, i: N>, <f32, i: N>
      %zunseen = fovea.compare eq %z, %zero : <f32, i: N>, <f32>
      %zr = fovea.select %zunseen, %zero, %zn : <i1, i: N>, <f32>, <f32, i: N>
      %an = fovea.mul %f, %a : <f32, i: N>, <f32, e: E, i: N>
      %aunseen = fovea.compare eq %a, %zero : <f32, e: E, i: N>, <f32>
      %ar = fovea.select %aunseen, %zero, %an : <i1, e: E, i: N>, <f32>, <f32, e: E, i: N>
      fovea.yield %m, %zr, %ar : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32, e: E, i: N>
    }
    finish(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %g: !fovea.array<f32, i: N>) {
      %q = fovea.div %a, %z : <f32, e: E, i: N>, <f32, i: N>
      fovea.yield %q : !fovea.array<f32, e: E, i: N>
    }
    -> <f32, e: E, i: N>
  fovea.output "o" %o [#fovea.axis<i: N>, #fovea.axis<e: E>] : <f32, e: E, i: N>
}

// Guards; a count with no gauge.
// CHECK-LABEL: fovea.func @count
fovea.func @count dims ["N"] {
  %c = fovea.input "c" [#fovea.axis<n: N>] : <i1, n: N>
  %one = fovea.constant 1 : i64 : <i64>
  // CHECK: fovea.lift sum %{{.*}} : <i64> where %{{.*}} : <i1, n: N>
  %r = fovea.fold over [#fovea.axis<n: N>]
    element() {
      fovea.lift sum %one : <i64> where %c : <i1, n: N>
    }
    gauge(%a: !fovea.array<i64>) { fovea.yield }
    repair(%a: !fovea.array<i64>) { fovea.yield %a : !fovea.array<i64> }
    finish(%a: !fovea.array<i64>) { fovea.yield %a : !fovea.array<i64> }
    -> <i64>
  fovea.output "r" %r [] : <i64>
}
