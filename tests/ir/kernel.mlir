// RUN: fovea-opt %s | fovea-opt | FileCheck %s
// RUN: fovea-opt %s --emit-bytecode | fovea-opt | FileCheck %s

// CHECK-LABEL: fovea.func @rows
// CHECK: fovea.kernel {
// CHECK: fovea.phase roles(n: N lane by 32 lanes 8, j: M stream by 64, c: D contract) visits [4] unroll 8 {
// CHECK: fovea.keep rows %{{.*}} : <f32, c: D, n: N>
// CHECK: fovea.keep block 0 %{{.*}} : <f32, j: M, n: N>
// CHECK: } layouts [n] -> <f32, n: N>
// CHECK: fovea.phase roles(n: N grid, e: E lane lanes 8) {
// CHECK: } layouts [n, e] -> <f32, e: E, n: N>
fovea.func @rows dims ["N", "M", "D", "E"] {
  %q = fovea.input "q" [#fovea.axis<n: N>, #fovea.axis<c: D>] : <f32, c: D, n: N>
  %k = fovea.input "k" [#fovea.axis<j: M>, #fovea.axis<c: D>] : <f32, c: D, j: M>
  %w = fovea.input "w" [#fovea.axis<e: E>] : <f32, e: E>
  %y = fovea.kernel {
    %s = fovea.phase roles(n: N lane by 32 lanes 8, j: M stream by 64, c: D contract) visits [4] unroll 8 {
      %r = fovea.keep rows %q : <f32, c: D, n: N>
      %p = fovea.mul %r, %k : <f32, c: D, n: N>, <f32, c: D, j: M>
      %x = fovea.reduce sum %p over [#fovea.axis<c: D>] : <f32, c: D, j: M, n: N>
      %b = fovea.keep block 0 %x : <f32, j: M, n: N>
      %m = fovea.reduce max %b over [#fovea.axis<j: M>] : <f32, j: M, n: N>
      fovea.yield %m : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    %o = fovea.phase roles(n: N grid, e: E lane lanes 8) {
      %z = fovea.mul %s, %w : <f32, n: N>, <f32, e: E>
      fovea.yield %z : !fovea.array<f32, e: E, n: N>
    } layouts [n, e] -> <f32, e: E, n: N>
    fovea.yield %o : !fovea.array<f32, e: E, n: N>
  } -> <f32, e: E, n: N>
  fovea.output "y" %y [#fovea.axis<n: N>, #fovea.axis<e: E>] : <f32, e: E, n: N>
}

// One phase for few rows and one for many, and a sum over the rows behind them.
// CHECK-LABEL: fovea.func @few
// CHECK: fovea.phase roles(n: N grid, j: M stream by 256 split) few n visits [1] {
// CHECK: fovea.phase roles(n: N lane by 32 lanes 8, j: M stream by 64 split) visits [4] {
// CHECK: fovea.phase roles(n: N stream by 64 lanes 8 split) visits [1] {
fovea.func @few dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  %y = fovea.kernel {
    %f = fovea.phase roles(n: N grid, j: M stream by 256 split) few n visits [1] {
      %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, j: M, n: N>
      fovea.yield %m : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    %s = fovea.phase roles(n: N lane by 32 lanes 8, j: M stream by 64 split) visits [4] {
      %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, j: M, n: N>
      fovea.yield %m : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    %t = fovea.phase roles(n: N stream by 64 lanes 8 split) visits [1] {
      %u = fovea.reduce sum %s over [#fovea.axis<n: N>] : <f32, n: N>
      fovea.yield %u : !fovea.array<f32>
    } layouts [] -> <f32>
    fovea.yield %t : !fovea.array<f32>
  } -> <f32>
  fovea.output "y" %y [] : <f32>
}
