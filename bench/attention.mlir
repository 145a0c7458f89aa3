fovea.func @attention dims ["B", "H", "N", "M", "D", "E"] {
  %q = fovea.input "q" [#fovea.axis<b: B>, #fovea.axis<h: H>, #fovea.axis<i: N>, #fovea.axis<c: D>] : <f32, b: B, c: D, h: H, i: N>
  %k = fovea.input "k" [#fovea.axis<b: B>, #fovea.axis<h: H>, #fovea.axis<j: M>, #fovea.axis<c: D>] : <f32, b: B, c: D, h: H, j: M>
  %v = fovea.input "v" [#fovea.axis<b: B>, #fovea.axis<h: H>, #fovea.axis<j: M>, #fovea.axis<e: E>] : <f32, b: B, e: E, h: H, j: M>
  %qk = fovea.mul %q, %k : <f32, b: B, c: D, h: H, i: N>, <f32, b: B, c: D, h: H, j: M>
  %sr = fovea.reduce sum %qk over [#fovea.axis<c: D>] : <f32, b: B, c: D, h: H, i: N, j: M>
  %scale = fovea.constant 0.125 : f32 : <f32>
  %s = fovea.mul %sr, %scale : <f32, b: B, h: H, i: N, j: M>, <f32>
  %o = fovea.fold over [#fovea.axis<j: M>] after [1]
    element(%g: !fovea.array<f32, b: B, h: H, i: N>) {
      %d = fovea.sub %s, %g : <f32, b: B, h: H, i: N, j: M>, <f32, b: B, h: H, i: N>
      %p = fovea.exp %d : <f32, b: B, h: H, i: N, j: M>
      %w = fovea.mul %p, %v : <f32, b: B, h: H, i: N, j: M>, <f32, b: B, e: E, h: H, j: M>
      fovea.lift max %s : <f32, b: B, h: H, i: N, j: M>, sum %p : <f32, b: B, h: H, i: N, j: M>,
        sum %w : <f32, b: B, e: E, h: H, i: N, j: M>
    }
    gauge(%m: !fovea.array<f32, b: B, h: H, i: N>, %z: !fovea.array<f32, b: B, h: H, i: N>, %a: !fovea.array<f32, b: B, e: E, h: H, i: N>, %g: !fovea.array<f32, b: B, h: H, i: N>) {
      %inf = fovea.constant 0x7F800000 : f32 : <f32>
      %zero = fovea.constant 0.0 : f32 : <f32>
      %size = fovea.abs %m : <f32, b: B, h: H, i: N>
      %finite = fovea.compare lt %size, %inf : <f32, b: B, h: H, i: N>, <f32>
      %at = fovea.select %finite, %m, %zero : <i1, b: B, h: H, i: N>, <f32, b: B, h: H, i: N>, <f32>
      fovea.yield %at : !fovea.array<f32, b: B, h: H, i: N>
    }
    repair(%m: !fovea.array<f32, b: B, h: H, i: N>, %z: !fovea.array<f32, b: B, h: H, i: N>, %a: !fovea.array<f32, b: B, e: E, h: H, i: N>, %old: !fovea.array<f32, b: B, h: H, i: N>, %new: !fovea.array<f32, b: B, h: H, i: N>) {
      %d = fovea.sub %old, %new : <f32, b: B, h: H, i: N>, <f32, b: B, h: H, i: N>
      %f = fovea.exp %d : <f32, b: B, h: H, i: N>
      %zero = fovea.constant 0.0 : f32 : <f32>
      %zn = fovea.mul %f, %z : <f32, b: B, h: H, i: N>, <f32, b: B, h: H, i: N>
      %zunseen = fovea.compare eq %z, %zero : <f32, b: B, h: H, i: N>, <f32>
      %zr = fovea.select %zunseen, %zero, %zn : <i1, b: B, h: H, i: N>, <f32>, <f32, b: B, h: H, i: N>
      %an = fovea.mul %f, %a : <f32, b: B, h: H, i: N>, <f32, b: B, e: E, h: H, i: N>
      %aunseen = fovea.compare eq %a, %zero : <f32, b: B, e: E, h: H, i: N>, <f32>
      %ar = fovea.select %aunseen, %zero, %an : <i1, b: B, e: E, h: H, i: N>, <f32>, <f32, b: B, e: E, h: H, i: N>
      fovea.yield %m, %zr, %ar : !fovea.array<f32, b: B, h: H, i: N>, !fovea.array<f32, b: B, h: H, i: N>, !fovea.array<f32, b: B, e: E, h: H, i: N>
    }
    finish(%m: !fovea.array<f32, b: B, h: H, i: N>, %z: !fovea.array<f32, b: B, h: H, i: N>, %a: !fovea.array<f32, b: B, e: E, h: H, i: N>, %g: !fovea.array<f32, b: B, h: H, i: N>) {
      %q1 = fovea.div %a, %z : <f32, b: B, e: E, h: H, i: N>, <f32, b: B, h: H, i: N>
      fovea.yield %q1 : !fovea.array<f32, b: B, e: E, h: H, i: N>
    }
    -> <f32, b: B, e: E, h: H, i: N>
  fovea.output "o" %o [#fovea.axis<b: B>, #fovea.axis<h: H>, #fovea.axis<i: N>, #fovea.axis<e: E>] : <f32, b: B, e: E, h: H, i: N>
}
