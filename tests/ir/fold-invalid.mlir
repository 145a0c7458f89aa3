// RUN: fovea-opt %s -split-input-file -verify-diagnostics

// A fold that is right but in one place.

fovea.func @fold_c1_none dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{needs an axis to fold over}}
  %r = fovea.fold over [] after [1] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %x : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m, %s : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f32, i: N>
}

// -----

fovea.func @fold_c1_result dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{result has a folded axis: '!fovea.array<f32, j: M>'}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %x : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m, %s : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f32, j: M>
}

// -----

fovea.func @fold_c2_folded dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{gauge has an argument of type '!fovea.array<f32, j: M>'}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %x : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, j: M>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m, %s : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f32, i: N>
}

// -----

fovea.func @fold_c2_disagree dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{regions disagree on the types of the state}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %x : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m, %s : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } -> <f32, i: N>
}

// -----

fovea.func @fold_c3_after dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{gauge 0 is made after 3 of 2 accumulators}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [3] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %x : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m, %s : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f32, i: N>
}

// -----

fovea.func @fold_c4_repair dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{accumulator 0 is repaired from what is not known yet}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %x : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %s, %m : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f32, i: N>
}

// -----

fovea.func @fold_c4_lift dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{accumulator 0 is lifted at a gauge that is not known yet}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %d : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m, %s : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f32, i: N>
}

// -----

fovea.func @fold_c5_count dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{repair must yield 2 values}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %x : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f32, i: N>
}

// -----

fovea.func @fold_c5_type dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{finish gives '!fovea.array<f32, i: N>', needs '!fovea.array<f64, i: N>'}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
    fovea.lift max %x : <f32, i: N, j: M>, sum %d : <f32, i: N, j: M>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m, %s : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f64, i: N>
}

// -----

fovea.func @fold_c5_lift dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  // expected-error @+1 {{element must end in a lift}}
  %r = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, i: N>) {
    fovea.yield %g : !fovea.array<f32, i: N>
  } gauge(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %m : !fovea.array<f32, i: N>
  } repair(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
    fovea.yield %m, %s : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
  } finish(%m: !fovea.array<f32, i: N>, %s: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
    fovea.yield %s : !fovea.array<f32, i: N>
  } -> <f32, i: N>
}

// -----

fovea.func @lift_c1 dims ["M"] {
  %x = fovea.input "x" [#fovea.axis<j: M>] : <f32, j: M>
  %r = "fovea.fold"() <{after = array<i32>, axes = [#fovea.axis<j: M>]}> ({
    // expected-error @+1 {{lists 2 kinds, 1 elements, 1 flags and 0 guards}}
    "fovea.lift"(%x) <{guarded = array<i1: false>, kinds = array<i32: 0, 1>, operandSegmentSizes = array<i32: 1, 0>}> : (!fovea.array<f32, j: M>) -> ()
  }, {
  ^bb0(%a: !fovea.array<f32>):
    "fovea.yield"() : () -> ()
  }, {
  ^bb0(%a: !fovea.array<f32>):
    "fovea.yield"(%a) : (!fovea.array<f32>) -> ()
  }, {
  ^bb0(%a: !fovea.array<f32>):
    "fovea.yield"(%a) : (!fovea.array<f32>) -> ()
  }) : () -> !fovea.array<f32>
}

// -----

fovea.func @lift_kind dims ["M"] {
  %x = fovea.input "x" [#fovea.axis<j: M>] : <f32, j: M>
  %r = "fovea.fold"() <{after = array<i32>, axes = [#fovea.axis<j: M>]}> ({
    // expected-error @+1 {{has no kind 99}}
    "fovea.lift"(%x) <{guarded = array<i1: false>, kinds = array<i32: 99>, operandSegmentSizes = array<i32: 1, 0>}> : (!fovea.array<f32, j: M>) -> ()
  }, {
  ^bb0(%a: !fovea.array<f32>):
    "fovea.yield"() : () -> ()
  }, {
  ^bb0(%a: !fovea.array<f32>):
    "fovea.yield"(%a) : (!fovea.array<f32>) -> ()
  }, {
  ^bb0(%a: !fovea.array<f32>):
    "fovea.yield"(%a) : (!fovea.array<f32>) -> ()
  }) : () -> !fovea.array<f32>
}
