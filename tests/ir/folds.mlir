// Folds hold for every number, signed zeros, NaN and hardness included.
// RUN: fovea-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: fovea.func @kept
fovea.func @kept dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %c = fovea.input "c" [#fovea.axis<i: N>] : <i1, i: N>
  %zero = fovea.constant 0.0 : f32 : <f32>
  %one = fovea.constant 1.0 : f32 : <f32>
  // -0 + 0 is 0, 0 * NaN is NaN, inf - inf is NaN.
  // CHECK: fovea.add
  %a = fovea.add %x, %zero : <f32, i: N>, <f32>
  // CHECK: fovea.mul
  %b = fovea.mul %x, %zero : <f32, i: N>, <f32>
  // CHECK: fovea.sub
  %d = fovea.sub %x, %x : <f32, i: N>, <f32, i: N>
  // A hard 0 times 1 is hard, but a hard -inf times 1 is not.
  // CHECK: fovea.select
  // CHECK: fovea.mul
  %h = fovea.select %c, %x, %zero hard zero : <i1, i: N>, <f32, i: N>, <f32>
  %e = fovea.mul %h, %one : <f32, i: N>, <f32>
  fovea.output "a" %a [#fovea.axis<i: N>] : <f32, i: N>
  fovea.output "b" %b [#fovea.axis<i: N>] : <f32, i: N>
  fovea.output "d" %d [#fovea.axis<i: N>] : <f32, i: N>
  fovea.output "e" %e [#fovea.axis<i: N>] : <f32, i: N>
}

// CHECK-LABEL: fovea.func @folded
fovea.func @folded dims ["N"] {
  // CHECK-NEXT: %[[X:.*]] = fovea.input "x"
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %one = fovea.constant 1.0 : f32 : <f32>
  %true = fovea.constant true : <i1>
  %a = fovea.mul %x, %one : <f32, i: N>, <f32>
  %b = fovea.div %a, %one : <f32, i: N>, <f32>
  %d = fovea.select %true, %b, %x : <i1>, <f32, i: N>, <f32, i: N>
  %e = fovea.rename %d ["i"] to ["i"] : <f32, i: N> -> <f32, i: N>
  // CHECK-NEXT: fovea.output "o" %[[X]]
  fovea.output "o" %e [#fovea.axis<i: N>] : <f32, i: N>
}

// CHECK-LABEL: fovea.func @renamed_twice
fovea.func @renamed_twice dims ["N"] {
  // CHECK-NEXT: %[[X:.*]] = fovea.input "x"
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: N>, #fovea.axis<k: N>] : <f32, i: N, j: N, k: N>
  %a = fovea.rename %x ["i", "j"] to ["j", "i"] : <f32, i: N, j: N, k: N> -> <f32, i: N, j: N, k: N>
  // CHECK-NEXT: %[[B:.*]] = fovea.rename %[[X]] ["j", "k"] to ["l", "j"] : <f32, i: N, j: N, k: N> -> <f32, i: N, j: N, l: N>
  %b = fovea.rename %a ["i", "j", "k"] to ["l", "i", "j"] : <f32, i: N, j: N, k: N> -> <f32, i: N, j: N, l: N>
  // CHECK-NEXT: fovea.output "o" %[[B]]
  fovea.output "o" %b [#fovea.axis<i: N>, #fovea.axis<j: N>, #fovea.axis<l: N>] : <f32, i: N, j: N, l: N>
}

// CHECK-LABEL: fovea.func @constants
fovea.func @constants dims [] {
  %two = fovea.constant 2 : i64 : <i64>
  %n = fovea.size <5> : <i64>
  %s = fovea.add %two, %n : <i64>, <i64>
  %f = fovea.cast %s : <i64> to <f32>
  %g = fovea.neg %f : <f32>
  // CHECK: %[[C:.*]] = fovea.constant -7.000000e+00 : f32
  // CHECK: fovea.output "o" %[[C]]
  fovea.output "o" %g [] : <f32>
}
