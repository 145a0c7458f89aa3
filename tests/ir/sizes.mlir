// Sizes are kept in normal form: equal formulas are one attribute.
// RUN: fovea-opt %s | FileCheck %s

fovea.func @sizes dims ["A", "B"] {
  // CHECK: fovea.size <A * B + A>
  %0 = fovea.size <B * A + A> : <i64>
  // CHECK: fovea.size <A * B + A>
  %1 = fovea.size <A + A * B> : <i64>
  // CHECK: fovea.size <0>
  %2 = fovea.size <A + -1 * A> : <i64>
  // CHECK: fovea.size <B>
  %3 = fovea.size <floordiv(A * B, A)> : <i64>
  // CHECK: fovea.size <0>
  %4 = fovea.size <mod(3 * A * B, B)> : <i64>
  // CHECK: fovea.size <-4>
  %5 = fovea.size <floordiv(-7, 2)> : <i64>
  // CHECK: fovea.size <1>
  %6 = fovea.size <mod(-7, 2)> : <i64>
  // CHECK: fovea.size <floordiv(A, 0)>
  %7 = fovea.size <floordiv(A, 0)> : <i64>
  fovea.output "a" %0 [] : <i64>
  fovea.output "b" %1 [] : <i64>
  fovea.output "c" %2 [] : <i64>
  fovea.output "d" %3 [] : <i64>
  fovea.output "e" %4 [] : <i64>
  fovea.output "f" %5 [] : <i64>
  fovea.output "g" %6 [] : <i64>
  fovea.output "h" %7 [] : <i64>
}
