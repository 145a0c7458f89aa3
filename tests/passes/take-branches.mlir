// RUN: fovea-opt %s --pass-pipeline='builtin.module(fovea.func(fovea-take-branches),canonicalize)' | FileCheck %s

// What is not taken is gone, with the axes that it alone had; what was renamed
// along them is not.
// CHECK-LABEL: fovea.func @narrower
fovea.func @narrower dims ["N", "M"] {
  // CHECK: %[[X:.*]] = fovea.input "x"
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %y = fovea.input "y" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %never = fovea.constant false : <i1>
  %s = fovea.select %never, %y, %x : <i1>, <f32, i: N, j: M>, <f32, i: N>
  // CHECK: %[[R:.*]] = fovea.rename %[[X]] ["i"] to ["k"] : <f32, i: N> -> <f32, k: N>
  %r = fovea.rename %s ["i", "j"] to ["k", "l"] : <f32, i: N, j: M> -> <f32, k: N, l: M>
  // CHECK: %[[E:.*]] = fovea.exp %[[R]] : <f32, k: N>
  %e = fovea.exp %r : <f32, k: N, l: M>
  // CHECK: fovea.output "e" %[[E]] [#fovea.axis<k: N>, #fovea.axis<l: M>] : <f32, k: N>
  fovea.output "e" %e [#fovea.axis<k: N>, #fovea.axis<l: M>] : <f32, k: N, l: M>
}

// A hard 0 stays one: 0 * (x / 0) is 0 here and would be NaN otherwise.
// CHECK-LABEL: fovea.func @hard
fovea.func @hard dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %never = fovea.constant false : <i1>
  %zero = fovea.constant 0.0 : f32 : <f32>
  // CHECK-NOT: fovea.reduce
  %z = fovea.reduce sum %x over [#fovea.axis<i: N>] : <f32, i: N>
  %e = fovea.add %x, %z : <f32, i: N>, <f32>
  // CHECK: %[[S:.*]] = fovea.select %{{.*}}, %[[ZERO:.*]], %[[ZERO]] hard zero : <i1>, <f32>, <f32>
  %s = fovea.select %never, %e, %zero hard zero : <i1>, <f32, i: N>, <f32>
  %d = fovea.div %x, %zero : <f32, i: N>, <f32>
  // CHECK: fovea.mul %[[S]], %{{.*}} : <f32>, <f32, i: N>
  %m = fovea.mul %s, %d : <f32, i: N>, <f32, i: N>
  fovea.output "m" %m [#fovea.axis<i: N>] : <f32, i: N>
}
