// Text -> IR -> text and text -> bytecode -> text give the same program.
// RUN: fovea-opt %s | fovea-opt | FileCheck %s
// RUN: fovea-opt --emit-bytecode %s | fovea-opt | FileCheck %s

// CHECK-LABEL: fovea.func @all dims ["N", "M", "G", "R"]
// CHECK-SAME: requires [#fovea.require<mod(M, G) eq 0 "M % G == 0">]
fovea.func @all dims ["N", "M", "G", "R"] requires [#fovea.require<mod(M, G) eq 0 "M % G == 0">] {
  // CHECK: fovea.input "x" [#fovea.axis<x.0: N>, #fovea.axis<x.1: M>] : <f32, x.0: N, x.1: M>
  %x = fovea.input "x" [#fovea.axis<x.0: N>, #fovea.axis<x.1: M>] : <f32, x.0: N, x.1: M>
  // CHECK: fovea.input "t" [#fovea.axis<t.0: N>] : <i64, t.0: N>
  %t = fovea.input "t" [#fovea.axis<t.0: N>] : <i64, t.0: N>
  // CHECK: fovea.rename %{{.*}} ["x.0", "x.1"] to ["i", "j"]
  %s = fovea.rename %x ["x.0", "x.1"] to ["i", "j"] : <f32, x.0: N, x.1: M> -> <f32, i: N, j: M>
  // CHECK: fovea.index <i: N> : <i64, i: N>
  %i = fovea.index <i: N> : <i64, i: N>
  // CHECK: fovea.size <2 * G * R + floordiv(M, G) + -1> : <i64>
  %n = fovea.size <2 * R * G + -1 + floordiv(M, G)> : <i64>
  // CHECK: fovea.compare lt
  %c = fovea.compare lt %i, %n : <i64, i: N>, <i64>
  // CHECK: fovea.constant 0xFF800000 : f32 : <f32>
  %minf = fovea.constant 0xFF800000 : f32 : <f32>
  // CHECK: fovea.select %{{.*}}, %{{.*}}, %{{.*}} hard neginf
  %m = fovea.select %c, %s, %minf hard neginf : <i1, i: N>, <f32, i: N, j: M>, <f32>
  // CHECK: fovea.reduce max %{{.*}} over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  %max = fovea.reduce max %m over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  // CHECK: fovea.reduce sum %{{.*}} over [#fovea.axis<j: M>] where %{{.*}} : <f32, i: N, j: M>, !fovea.array<i1, i: N>
  %sum = fovea.reduce sum %m over [#fovea.axis<j: M>] where %c : <f32, i: N, j: M>, !fovea.array<i1, i: N>
  // CHECK: fovea.at "x" %{{.*}} [#fovea.axis<x.0: N>, #fovea.axis<x.1: M>][%{{.*}}, %{{.*}}]
  %tn = fovea.rename %t ["t.0"] to ["i"] : <i64, t.0: N> -> <i64, i: N>
  %g = fovea.at "x" %x [#fovea.axis<x.0: N>, #fovea.axis<x.1: M>][%i, %tn] : <f32, x.0: N, x.1: M>[!fovea.array<i64, i: N>, !fovea.array<i64, i: N>] -> <f32, i: N>
  // CHECK: fovea.fold_key
  %key = fovea.fold_key %n, %i : <i64>, <i64, i: N>
  // CHECK: fovea.random uniform %{{.*}}, %{{.*}} : <i64, i: N>, <i64> -> <f64, i: N>
  %u = fovea.random uniform %key, %n : <i64, i: N>, <i64> -> <f64, i: N>
  // CHECK: fovea.cast
  %v = fovea.cast %u : <f64, i: N> to <f32, i: N>
  // CHECK: fovea.literal dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32> [#fovea.axis<l: 2>] : <f32, l: 2>
  %l = fovea.literal dense<[1.0, 2.0]> : tensor<2xf32> [#fovea.axis<l: 2>] : <f32, l: 2>
  %o = fovea.add %sum, %v : <f32, i: N>, <f32, i: N>
  // CHECK: fovea.output "o" %{{.*}} [#fovea.axis<i: N>, #fovea.axis<l: 2>] : <f32, i: N>
  fovea.output "o" %o [#fovea.axis<i: N>, #fovea.axis<l: 2>] : <f32, i: N>
  fovea.output "g" %g [#fovea.axis<i: N>] : <f32, i: N>
  fovea.output "l" %l [#fovea.axis<l: 2>] : <f32, l: 2>
  fovea.output "m" %max [#fovea.axis<i: N>] : <f32, i: N>
}
