// RUN: fovea-opt %s --split-input-file --verify-diagnostics

// Each function breaks one constraint, whose name stands in front.

// kernel_c1
fovea.func @kernel_c1_other dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  // expected-error @+1 {{has a fovea.exp, not only phases}}
  %y = fovea.kernel {
    %e = fovea.exp %x : <f32, n: N>
    fovea.yield %e : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @kernel_c1_yield dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  // expected-error @+1 {{yields what no phase computes}}
  %y = fovea.kernel {
    fovea.yield %x : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @kernel_c1_types dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  // expected-error @+1 {{yields other types than it has results of}}
  %y = fovea.kernel {
    %p = fovea.phase roles(n: N lane lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f64, n: N>
}

// -----

fovea.func @kernel_c2 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %y:2 = fovea.kernel {
    %p = fovea.phase roles(n: N grid, m: M lane lanes 8) {
      %e = fovea.exp %x : <f32, m: M, n: N>
      fovea.yield %e : !fovea.array<f32, m: M, n: N>
    } layouts [n, m] -> <f32, m: M, n: N>
    // expected-error @+1 {{is cut into other items than the phases before it}}
    %q = fovea.phase roles(m: M grid, n: N lane lanes 8) {
      %e = fovea.neg %x : <f32, m: M, n: N>
      fovea.yield %e : !fovea.array<f32, m: M, n: N>
    } layouts [m, n] -> <f32, m: M, n: N>
    fovea.yield %p, %q : !fovea.array<f32, m: M, n: N>, !fovea.array<f32, m: M, n: N>
  } -> <f32, m: M, n: N>, <f32, m: M, n: N>
}

// -----

fovea.func @kernel_c3 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: N>] : <f32, m: N, n: N>
  %y = fovea.kernel {
    %p = fovea.phase roles(n: N grid, m: N lane lanes 8) {
      %e = fovea.exp %x : <f32, m: N, n: N>
      fovea.yield %e : !fovea.array<f32, m: N, n: N>
    } layouts [n, m] -> <f32, m: N, n: N>
    // expected-error @+1 {{reads a result of its kernel at places that may belong to other items}}
    %q = fovea.phase roles(n: N grid, m: N lane lanes 8) {
      %t = fovea.rename %p ["n", "m"] to ["m", "n"] : <f32, m: N, n: N> -> <f32, m: N, n: N>
      fovea.yield %t : !fovea.array<f32, m: N, n: N>
    } layouts [n, m] -> <f32, m: N, n: N>
    fovea.yield %q : !fovea.array<f32, m: N, n: N>
  } -> <f32, m: N, n: N>
}

// -----

fovea.func @phase_c1_twice dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{axis "n" has two roles}}
    %p = fovea.phase roles(n: N grid, n: N lane lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @phase_c1_lanes dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{axis "n" has 8 lanes in blocks of 12}}
    %p = fovea.phase roles(n: N lane by 12 lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @phase_c2 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{axis "n" is reduced but not streamed}}
    %p = fovea.phase roles() visits [1] {
      %s = fovea.reduce max %x over [#fovea.axis<n: N>] : <f32, n: N>
      fovea.yield %s : !fovea.array<f32>
    } layouts [] -> <f32>
    fovea.yield %p : !fovea.array<f32>
  } -> <f32>
}

// -----

fovea.func @phase_c3 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{axis "m" of a result is not walked along}}
    %p = fovea.phase roles(n: N grid) {
      %e = fovea.exp %x : <f32, m: M, n: N>
      fovea.yield %e : !fovea.array<f32, m: M, n: N>
    } layouts [n] -> <f32, m: M, n: N>
    fovea.yield %p : !fovea.array<f32, m: M, n: N>
  } -> <f32, m: M, n: N>
}

// -----

fovea.func @phase_c4 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{yields '!fovea.array<f32, n: N>', needs '!fovea.array<f64, n: N>'}}
    %p = fovea.phase roles(n: N lane lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e : !fovea.array<f32, n: N>
    } layouts [n] -> <f64, n: N>
    fovea.yield %p : !fovea.array<f64, n: N>
  } -> <f64, n: N>
}

// -----

fovea.func @phase_c5 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{keeps a value for a group that it lacks}}
    %p = fovea.phase roles(n: N stream by 64) visits [1] {
      %k = fovea.keep block 1 %x : <f32, n: N>
      %s = fovea.reduce max %k over [#fovea.axis<n: N>] : <f32, n: N>
      fovea.yield %s : !fovea.array<f32>
    } layouts [] -> <f32>
    fovea.yield %p : !fovea.array<f32>
  } -> <f32>
}

// -----

fovea.func @kernel_c2_closing dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %y = fovea.kernel {
    %p = fovea.phase roles(n: N grid, m: M lane lanes 8) {
      %e = fovea.exp %x : <f32, m: M, n: N>
      fovea.yield %e : !fovea.array<f32, m: M, n: N>
    } layouts [n, m] -> <f32, m: M, n: N>
    // expected-error @+1 {{does not stream the items of the phases before it}}
    %q = fovea.phase roles(m: M stream by 64 split, n: N stream by 64) visits [1] {
      %s = fovea.reduce sum %p over [#fovea.axis<m: M>, #fovea.axis<n: N>] : <f32, m: M, n: N>
      fovea.yield %s : !fovea.array<f32>
    } layouts [] -> <f32>
    fovea.yield %q : !fovea.array<f32>
  } -> <f32>
}

// -----

fovea.func @phase_c6 dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{stands in for a phase that does not follow}}
    %p = fovea.phase roles(n: N lane lanes 8) few n {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @phase_c1_second_lanes dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{a second axis has lanes: "m"}}
    %p = fovea.phase roles(n: N lane by 8 lanes 8, m: M stream by 64 lanes 8) visits [1] {
      %s = fovea.reduce sum %x over [#fovea.axis<m: M>] : <f32, m: M, n: N>
      fovea.yield %s : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @phase_c3_layout dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{layout 0 does not list the axes of its result}}
    %p = fovea.phase roles(n: N grid, m: M lane lanes 8) {
      %e = fovea.exp %x : <f32, m: M, n: N>
      fovea.yield %e : !fovea.array<f32, m: M, n: N>
    } layouts [n] -> <f32, m: M, n: N>
    fovea.yield %p : !fovea.array<f32, m: M, n: N>
  } -> <f32, m: M, n: N>
}

// -----

fovea.func @phase_c4_maps dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y:2 = fovea.kernel {
    // expected-error @+1 {{is a map, which yields one value}}
    %p:2 = fovea.phase roles(n: N lane lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e, %e : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
    } layouts [n], [n] -> <f32, n: N>, <f32, n: N>
    fovea.yield %p#0, %p#1 : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
  } -> <f32, n: N>, <f32, n: N>
}

// -----

fovea.func @phase_c5_visits dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{has 0 visits for 1 groups of accumulators}}
    %p = fovea.phase roles(n: N stream by 64) {
      %s = fovea.reduce max %x over [#fovea.axis<n: N>] : <f32, n: N>
      fovea.yield %s : !fovea.array<f32>
    } layouts [] -> <f32>
    fovea.yield %p : !fovea.array<f32>
  } -> <f32>
}

// -----

fovea.func @kernel_c1_no_phase dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  // expected-error @+1 {{has no phase}}
  "fovea.kernel"() ({
    "fovea.yield"() : () -> ()
  }) : () -> ()
}

// -----

fovea.func @kernel_c1_other_types dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  // expected-error @+1 {{yields other types than it has results of}}
  %y = fovea.kernel {
    %p = fovea.phase roles(n: N lane lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f64, n: N>
}

// -----

fovea.func @phase_c1_two_roles dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{axis "n" has two roles}}
    %p = fovea.phase roles(n: N grid, n: N lane lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @phase_c2_streamed dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{axis "n" is streamed but not reduced}}
    %p = fovea.phase roles(n: N stream by 1, m: M stream by 64) visits [1] {
      %s = fovea.reduce sum %x over [#fovea.axis<m: M>] : <f32, m: M, n: N>
      fovea.yield %s : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @phase_c3_number dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{has 2 layouts for 1 results}}
    %p = fovea.phase roles(n: N lane lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e : !fovea.array<f32, n: N>
    } layouts [n], [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @phase_c4_number dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{yields 2 values for 1 results}}
    %p = fovea.phase roles(n: N lane lanes 8) {
      %e = fovea.exp %x : <f32, n: N>
      fovea.yield %e, %e : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @phase_c5_places dims ["N"] {
  %x = fovea.input "x" [#fovea.axis<n: N>] : <f32, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{visits less than one place at a time}}
    %p = fovea.phase roles(n: N stream by 64) visits [0] {
      %s = fovea.reduce max %x over [#fovea.axis<n: N>] : <f32, n: N>
      fovea.yield %s : !fovea.array<f32>
    } layouts [] -> <f32>
    fovea.yield %p : !fovea.array<f32>
  } -> <f32>
}

// -----

fovea.func @phase_c5_group dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %y = fovea.kernel {
    // expected-error @+1 {{keeps a value for a group that it lacks}}
    %p = fovea.phase roles(n: N lane by 8 lanes 8, m: M stream by 64) visits [1] {
      %e = fovea.exp %x : <f32, m: M, n: N>
      %k = fovea.keep block 1 %e : <f32, m: M, n: N>
      %s = fovea.reduce sum %k over [#fovea.axis<m: M>] : <f32, m: M, n: N>
      fovea.yield %s : !fovea.array<f32, n: N>
    } layouts [n] -> <f32, n: N>
    fovea.yield %p : !fovea.array<f32, n: N>
  } -> <f32, n: N>
}

// -----

fovea.func @kernel_c4 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  // expected-error @+1 {{keeps something in an output that its map does not compute}}
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
      %d = fovea.add %x, %f#0 : <f32, j: M, n: N>, <f32, n: N>
      %e = fovea.exp %d : <f32, j: M, n: N>
      %k = fovea.keep output %e : <f32, j: M, n: N>
      %y = fovea.div %k, %f#1 : <f32, j: M, n: N>, <f32, n: N>
      fovea.yield %y : !fovea.array<f32, j: M, n: N>
    } layouts [n, j] -> <f32, j: M, n: N>
    fovea.yield %o : !fovea.array<f32, j: M, n: N>
  } -> <f32, j: M, n: N>
}

// -----

fovea.func @kernel_c4_group dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  // expected-error @+1 {{keeps something in an output that its map does not compute}}
  %y = fovea.kernel {
    %f:2 = fovea.phase roles(n: N grid, j: M stream by 2048 split, j: M contract lanes 16) visits [4, 1] unroll 4 {
      %r:2 = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, n: N>) {
        %d = fovea.sub %x, %g : <f32, j: M, n: N>, <f32, n: N>
        %e = fovea.exp %d : <f32, j: M, n: N>
        %k = fovea.keep output 0 %e : <f32, j: M, n: N>
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
}

// -----

fovea.func @kernel_c4_no_group dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  // expected-error @+1 {{keeps something in an output that its map does not compute}}
  %y = fovea.kernel {
    %f:2 = fovea.phase roles(n: N grid, j: M stream by 2048 split, j: M contract lanes 16) visits [4, 1] unroll 4 {
      %r:2 = fovea.fold over [#fovea.axis<j: M>] after [1] element(%g: !fovea.array<f32, n: N>) {
        %d = fovea.sub %x, %g : <f32, j: M, n: N>, <f32, n: N>
        %e = fovea.exp %d : <f32, j: M, n: N>
        %k = fovea.keep output %e : <f32, j: M, n: N>
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
}

// -----

fovea.func @kernel_c4_alone dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<j: M>] : <f32, j: M, n: N>
  // expected-error @+1 {{keeps something in an output that its map does not compute}}
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
      %y = fovea.div %e, %f#1 : <f32, j: M, n: N>, <f32, n: N>
      fovea.yield %y : !fovea.array<f32, j: M, n: N>
    } layouts [n, j] -> <f32, j: M, n: N>
    fovea.yield %o : !fovea.array<f32, j: M, n: N>
  } -> <f32, j: M, n: N>
}
