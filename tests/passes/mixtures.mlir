// RUN: fovea-opt %s --pass-pipeline='builtin.module(fovea.func(fovea-derive-folds),canonicalize,cse,fovea.func(fovea-form-kernels{vector-bytes=64 vector-registers=32}))' | FileCheck %s

// Every head of the result is a mixture of all heads: an item has all of them.
// Scores and mixtures are made for a block; the maximum comes from a phase
// before, whose items have all heads for that.
// CHECK-LABEL: fovea.func @mixed
// CHECK: fovea.kernel {
// CHECK-NEXT: fovea.phase roles(i: N lane by {{.*}}, j: M stream by {{.*}}, c: D contract, h: H payload)
// CHECK: } layouts [i, h]
// CHECK-NEXT: fovea.phase roles(i: N lane by {{.*}}, j: M stream by {{.*}}, h: H contract, c: D contract, g: G payload, e: E payload)
// CHECK: fovea.keep block 0 %{{.*}} : <f32, h: H, i: N, j: M>
// CHECK: fovea.keep block 0 %{{.*}} : <f32, g: G, i: N, j: M>
// CHECK-NOT: fovea.kernel
fovea.func @mixed dims ["H", "N", "D", "M", "G", "E"] {
  %q = fovea.input "q" [#fovea.axis<h: H>, #fovea.axis<i: N>, #fovea.axis<c: D>] : <f32, c: D, h: H, i: N>
  %k = fovea.input "k" [#fovea.axis<h: H>, #fovea.axis<j: M>, #fovea.axis<c: D>] : <f32, c: D, h: H, j: M>
  %v = fovea.input "v" [#fovea.axis<g: G>, #fovea.axis<j: M>, #fovea.axis<e: E>] : <f32, e: E, g: G, j: M>
  %w = fovea.input "w" [#fovea.axis<g: G>, #fovea.axis<h: H>] : <f32, g: G, h: H>
  %p = fovea.mul %q, %k : <f32, c: D, h: H, i: N>, <f32, c: D, h: H, j: M>
  %s = fovea.reduce sum %p over [#fovea.axis<c: D>] : <f32, c: D, h: H, i: N, j: M>
  %m = fovea.reduce max %s over [#fovea.axis<j: M>] : <f32, h: H, i: N, j: M>
  %d = fovea.sub %s, %m : <f32, h: H, i: N, j: M>, <f32, h: H, i: N>
  %a = fovea.exp %d : <f32, h: H, i: N, j: M>
  %b = fovea.mul %w, %a : <f32, g: G, h: H>, <f32, h: H, i: N, j: M>
  %t = fovea.reduce sum %b over [#fovea.axis<h: H>] : <f32, g: G, h: H, i: N, j: M>
  %u = fovea.mul %t, %v : <f32, g: G, i: N, j: M>, <f32, e: E, g: G, j: M>
  %o = fovea.reduce sum %u over [#fovea.axis<j: M>] : <f32, e: E, g: G, i: N, j: M>
  fovea.output "o" %o [#fovea.axis<g: G>, #fovea.axis<i: N>, #fovea.axis<e: E>] : <f32, e: E, g: G, i: N>
}
