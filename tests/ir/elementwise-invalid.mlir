// RUN: fovea-opt %s -split-input-file -verify-diagnostics

fovea.func @add_c1 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %y = fovea.input "y" [#fovea.axis<i: N>] : <f64, i: N>
  // expected-error @+1 {{needs operands of one element type, found 'f32' and 'f64'}}
  %z = fovea.add %x, %y : <f32, i: N>, <f64, i: N>
}

// -----

fovea.func @add_c2 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  %y = fovea.input "y" [#fovea.axis<i: M>] : <f32, i: M>
  // expected-error @+1 {{axis "i" has two extents}}
  %z = fovea.add %x, %y : <f32, i: N>, <f32, i: M>
}

// -----

fovea.func @select_c1 dims [] {
  %c = fovea.input "c" [] : <i1>
  %x = fovea.input "x" [] : <f32>
  %y = fovea.input "y" [] : <i64>
  // expected-error @+1 {{needs operands of one element type, found 'f32' and 'i64'}}
  %z = fovea.select %c, %x, %y : <i1>, <f32>, <i64>
}

// -----

fovea.func @select_c3_not_constant dims [] {
  %c = fovea.input "c" [] : <i1>
  %x = fovea.input "x" [] : <f32>
  // expected-error @+1 {{is hard, so its else branch must be a constant}}
  %z = fovea.select %c, %x, %x hard zero : <i1>, <f32>, <f32>
}

// -----

fovea.func @select_c3_other_number dims [] {
  %c = fovea.input "c" [] : <i1>
  %x = fovea.input "x" [] : <f32>
  %one = fovea.constant 1.0 : f32 : <f32>
  // expected-error @+1 {{is hard neginf, but its else branch is 1.000000e+00 : f32}}
  %z = fovea.select %c, %x, %one hard neginf : <i1>, <f32>, <f32>
}

// -----

fovea.func @cast_c1 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<i: N>] : <f32, i: N>
  // expected-error @+1 {{needs the axes of}}
  %z = fovea.cast %x : <f32, i: N> to <f64>
}

// -----

fovea.func @exp_of_integers dims [] {
  %x = fovea.input "x" [] : <i64>
  // expected-error @+1 {{operand #0 must be array of floats}}
  %z = fovea.exp %x : <i64>
}

// -----

fovea.func @array_c1 dims [] {
  // expected-error @+1 {{element type must be i1, i32, i64, f16, bf16, f32 or f64, found 'i8'}}
  %x = fovea.input "x" [] : <i8>
}

// -----

fovea.func @array_c2 dims [] {
  // expected-error @+1 {{axis "i" appears twice}}
  %x = fovea.input "x" [] : <f32, i: 3, i: 4>
}
