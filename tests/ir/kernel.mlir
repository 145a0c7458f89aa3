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

// Elements of a fold are kept where a map puts its result.
// CHECK-LABEL: fovea.func @softmax
// CHECK: fovea.keep output 1 %{{.*}} : <f32, j: M, n: N>
// CHECK: fovea.keep output %{{.*}} : <f32, j: M, n: N>
fovea.func @softmax dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  %y = fovea.kernel {
    %f:2 = fovea.phase roles(n: N grid, j: M stream by 2048 split, j: M contract lanes 16) visits [4, 1] unroll 4 {
      %r:2 = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, n: N>) {
        %d = fovea.sub %x, %g : <f32, j: M, n: N>, <f32, n: N>
        %e = fovea.exp %d : <f32, j: M, n: N>
        %k = fovea.keep output 1 %e : <f32, j: M, n: N>
        fovea.lift max %x : <f32, j: M, n: N>, sum %k : <f32, j: M, n: N>
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
      fovea.yield %r#0, %r#1 : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
    } layouts [n], [n] -> <f32, n: N>, <f32, n: N>
    %o = fovea.phase roles(n: N grid, j: M lane lanes 16) {
      %d = fovea.sub %x, %f#0 : <f32, j: M, n: N>, <f32, n: N>
      %e = fovea.exp %d : <f32, j: M, n: N>
      %k = fovea.keep output %e : <f32, j: M, n: N>
      %y = fovea.div %k, %f#1 : <f32, j: M, n: N>, <f32, n: N>
      fovea.yield %y : !fovea.array<f32, j: M, n: N>
    } layouts [n, j] -> <f32, j: M, n: N>
    fovea.yield %o : !fovea.array<f32, j: M, n: N>
  } -> <f32, j: M, n: N>
  fovea.output "y" %y [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
}
