// RUN: fovea-opt %s -split-input-file -verify-diagnostics

fovea.func @reduce_c1_none dims [] {
  %x = fovea.input "x" [] : <f32>
  // expected-error @+1 {{needs an axis to reduce over}}
  %z = fovea.reduce sum %x over [] : <f32>
}

// -----

fovea.func @reduce_c1_twice dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{axis "i" appears twice}}
  %z = fovea.reduce sum %x over [#fovea.axis<i: N>, #fovea.axis<i: N>] : <f32, i: N>
}

// -----

fovea.func @reduce_c2 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{any needs bools, found 'f32'}}
  %z = fovea.reduce any %x over [#fovea.axis<i: N>] : <f32, i: N>
}

// -----

fovea.func @reduce_c3 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <bf16, i: N>
  // expected-error @+1 {{needs a widened operand, found 'bf16'}}
  %z = fovea.reduce sum %x over [#fovea.axis<i: N>] : <bf16, i: N>
}

// -----

fovea.func @reduce_c4 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{axis "i" has two extents}}
  %z = fovea.reduce sum %x over [#fovea.axis<i: M>] : <f32, i: N>
}

// -----

fovea.func @index_c1 dims ["N"] {
  // expected-error @+1 {{needs exactly the axis "i"}}
  %i = fovea.index <i: N> : <i64>
}

// -----

fovea.func @rename_c1 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{exchanges 1 names for 2}}
  %z = fovea.rename %x ["i"] to ["j", "k"] : <f32, i: N> -> <f32, j: N>
}

// -----

fovea.func @rename_c2_missing dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{operand has no axis "h" to rename}}
  %z = fovea.rename %x ["h"] to ["j"] : <f32, i: N> -> <f32, j: N>
}

// -----

fovea.func @rename_c2_clash dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: N>] : <f32, i: N, j: N>
  // expected-error @+1 {{makes two axes of one name}}
  %z = fovea.rename %x ["i"] to ["j"] : <f32, i: N, j: N> -> <f32, j: N>
}

// -----

fovea.func @rename_c3 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{must give '!fovea.array<f32, j: N>', found '!fovea.array<f32, j: M>'}}
  %z = fovea.rename %x ["i"] to ["j"] : <f32, i: N> -> <f32, j: M>
}

// -----

fovea.func @at_c1 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: N>] : <f32, i: N, j: N>
  %t = fovea.input "t" [] : <i64>
  // expected-error @+1 {{has 2 axes but 1 indices}}
  %z = fovea.at "x" %x [#fovea.axis<i: N>, #fovea.axis<j: N>][%t] : <f32, i: N, j: N>[!fovea.array<i64>] -> <f32>
}

// -----

fovea.func @at_c2 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %t = fovea.input "t" [] : <i64>
  // expected-error @+1 {{axis "i" has two extents}}
  %z = fovea.at "x" %x [#fovea.axis<i: M>][%t] : <f32, i: N>[!fovea.array<i64>] -> <f32>
}

// -----

fovea.func @at_c4 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %t = fovea.input "t" [] : <i64>
  // expected-error @+1 {{must give '!fovea.array<f32>', found '!fovea.array<f32, i: N>'}}
  %z = fovea.at "x" %x [#fovea.axis<i: N>][%t] : <f32, i: N>[!fovea.array<i64>] -> <f32, i: N>
}

// -----

fovea.func @random_c1 dims ["N"] {
  %t = fovea.input "t" [] : <i64>
  // expected-error @+1 {{needs the axes of key and counter}}
  %z = fovea.random normal %t, %t : <i64>, <i64> -> <f32, i: N>
}

// -----

// expected-error @+1 {{dimension "N" appears twice}}
fovea.func @func_c1_twice dims ["N", "N"] {
}

// -----

fovea.func @func_c1_unknown dims ["N"] {
  // expected-error @+1 {{uses dimension `K`, which the function does not have}}
  %x = fovea.input "x" [#fovea.axis<i: K>] : <f32, i: K>
}

// -----

fovea.func @func_c2 dims [] {
  %x = fovea.input "x" [] : <f32>
  // expected-error @+1 {{is a second input "x"}}
  %y = fovea.input "x" [] : <f32>
}

// -----

fovea.func @func_c3 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{axis "i" has extent M here and N elsewhere}}
  %y = fovea.input "y" [#fovea.axis<i: M>] : <f32, i: M>
}

// -----

fovea.func @input_c1 dims ["N"] {
  // expected-error @+1 {{must give '!fovea.array<f32, i: N>', found '!fovea.array<f32>'}}
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32>
}

// -----

fovea.func @output_c1 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{value has axis "i", which the output lacks}}
  fovea.output "o" %x [] : <f32, i: N>
}

// -----

fovea.func @constant_c1 dims [] {
  // expected-error @+1 {{is 1.000000e+00 : f32, but the result}}
  %c = fovea.constant 1.0 : f32 : <f64>
}

// -----

fovea.func @literal_c1 dims [] {
  // expected-error @+1 {{axes do not have the extents of the numbers}}
  %l = fovea.literal dense<[1.0, 2.0]> : tensor<2xf32> [#fovea.axis<l: 3>] : <f32, l: 3>
}

// -----

fovea.func @literal_c2 dims [] {
  // expected-error @+1 {{holds 'f32', but gives 'f64'}}
  %l = fovea.literal dense<[1.0, 2.0]> : tensor<2xf32> [#fovea.axis<l: 2>] : <f64, l: 2>
}

// -----

fovea.func @fold_c1 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{axis "i" appears twice}}
  %z = fovea.fold over [#fovea.axis<i: N>, #fovea.axis<i: N>]
    element() { fovea.lift sum %x : <f32, i: N> }
    gauge(%a: !fovea.array<f32>) { fovea.yield }
    repair(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    finish(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> } -> <f32>
}

// -----

fovea.func @fold_c2 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{gauge has 0 arguments, needs 1}}
  %z = fovea.fold over [#fovea.axis<i: N>]
    element() { fovea.lift sum %x : <f32, i: N> }
    gauge() { fovea.yield }
    repair(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    finish(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> } -> <f32>
}

// -----

fovea.func @fold_c3 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{gauge 0 is made from what comes after it}}
  %z = fovea.fold over [#fovea.axis<i: N>] after [0]
    element(%g: !fovea.array<f32>) { fovea.lift sum %x : <f32, i: N> }
    gauge(%a: !fovea.array<f32>, %g: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    repair(%a: !fovea.array<f32>, %g: !fovea.array<f32>, %h: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    finish(%a: !fovea.array<f32>, %g: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> } -> <f32>
}

// -----

fovea.func @fold_c4 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{accumulator 0 is lifted at a gauge that is not known yet}}
  %z = fovea.fold over [#fovea.axis<i: N>] after [1]
    element(%g: !fovea.array<f32>) {
      %y = fovea.sub %x, %g : <f32, i: N>, <f32>
      fovea.lift sum %y : <f32, i: N>
    }
    gauge(%a: !fovea.array<f32>, %g: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    repair(%a: !fovea.array<f32>, %g: !fovea.array<f32>, %h: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    finish(%a: !fovea.array<f32>, %g: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> } -> <f32>
}

// -----

fovea.func @fold_c5 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{element gives '!fovea.array<f32>', needs '!fovea.array<f64>'}}
  %z = fovea.fold over [#fovea.axis<i: N>]
    element() { fovea.lift sum %x : <f32, i: N> }
    gauge(%a: !fovea.array<f64>) { fovea.yield }
    repair(%a: !fovea.array<f64>) { fovea.yield %a : !fovea.array<f64> }
    finish(%a: !fovea.array<f64>) { fovea.yield %a : !fovea.array<f64> } -> <f64>
}

// -----

fovea.func @lift_c2 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %z = fovea.fold over [#fovea.axis<i: N>]
    // expected-error @+1 {{any needs bools, found 'f32'}}
    element() { fovea.lift any %x : <f32, i: N> }
    gauge(%a: !fovea.array<f32>) { fovea.yield }
    repair(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    finish(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> } -> <f32>
}
