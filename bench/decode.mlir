fovea.func @decode dims ["B", "H", "M", "D", "E"] {
  %q = fovea.input "q" [#fovea.axis<b: B>, #fovea.axis<h: H>, #fovea.axis<c: D>] : <f32, b: B, c: D, h: H>
  %k = fovea.input "k" [#fovea.axis<b: B>, #fovea.axis<h: H>, #fovea.axis<j: M>, #fovea.axis<c: D>] : <f32, b: B, c: D, h: H, j: M>
  %v = fovea.input "v" [#fovea.axis<b: B>, #fovea.axis<h: H>, #fovea.axis<j: M>, #fovea.axis<e: E>] : <f32, b: B, e: E, h: H, j: M>
  %qk = fovea.mul %q, %k : <f32, b: B, c: D, h: H>, <f32, b: B, c: D, h: H, j: M>
  %sr = fovea.reduce sum %qk over [#fovea.axis<c: D>] : <f32, b: B, c: D, h: H, j: M>
  %scale = fovea.constant 0.125 : f32 : <f32>
  %s = fovea.mul %sr, %scale : <f32, b: B, h: H, j: M>, <f32>
  %o = fovea.fold over [#fovea.axis<j: M>] after [1]
    element(%g: !fovea.array<f32, b: B, h: H>) {
      %d = fovea.sub %s, %g : <f32, b: B, h: H, j: M>, <f32, b: B, h: H>
      %p = fovea.exp %d : <f32, b: B, h: H, j: M>
      %w = fovea.mul %p, %v : <f32, b: B, h: H, j: M>, <f32, b: B, e: E, h: H, j: M>
      fovea.lift max %s : <f32, b: B, h: H, j: M>, sum %p : <f32, b: B, h: H, j: M>,
        sum %w : <f32, b: B, e: E, h: H, j: M>
    }
    gauge(%m: !fovea.array<f32, b: B, h: H>, %z: !fovea.array<f32, b: B, h: H>, %a: !fovea.array<f32, b: B, e: E, h: H>, %g: !fovea.array<f32, b: B, h: H>) {
      %inf = fovea.constant 0x7F800000 : f32 : <f32>
      %zero = fovea.constant 0.0 : f32 : <f32>
      %size = fovea.abs %m : <f32, b: B, h: H>
      %finite = fovea.compare lt %size, %inf : <f32, b: B, h: H>, <f32>
      %at = fovea.select %finite, %m, %zero : <i1, b: B, h: H>, <f32, b: B, h: H>, <f32>
      fovea.yield %at : !fovea.array<f32, b: B, h: H>
    }
    repair(%m: !fovea.array<f32, b: B, h: H>, %z: !fovea.array<f32, b: B, h: H>, %a: !fovea.array<f32, b: B, e: E, h: H>, %old: !fovea.array<f32, b: B, h: H>, %new: !fovea.array<f32, b: B, h: H>) {
      %d = fovea.sub %old, %new : <f32, b: B, h: H>, <f32, b: B, h: H>
      %f = fovea.exp %d : <f32, b: B, h: H>
      %zero = fovea.constant 0.0 : f32 : <f32>
      %zn = fovea.mul %f, %z : <f32, b: B, h: H>, <f32, b: B, h: H>
      %zunseen = fovea.compare eq %z, %zero : <f32, b: B, h: H>, <f32>
      %zr = fovea.select %zunseen, %zero, %zn : <i1, b: B, h: H>, <f32>, <f32, b: B, h: H>
      %an = fovea.mul %f, %a : <f32, b: B, h: H>, <f32, b: B, e: E, h: H>
      %aunseen = fovea.compare eq %a, %zero : <f32, b: B, e: E, h: H>, <f32>
      %ar = fovea.select %aunseen, %zero, %an : <i1, b: B, e: E, h: H>, <f32>, <f32, b: B, e: E, h: H>
      fovea.yield %m, %zr, %ar : !fovea.array<f32, b: B, h: H>, !fovea.array<f32, b: B, h: H>, !fovea.array<f32, b: B, e: E, h: H>
    }
    finish(%m: !fovea.array<f32, b: B, h: H>, %z: !fovea.array<f32, b: B, h: H>, %a: !fovea.array<f32, b: B, e: E, h: H>, %g: !fovea.array<f32, b: B, h: H>) {
      %q1 = fovea.div %a, %z : <f32, b: B, e: E, h: H>, <f32, b: B, h: H>
      fovea.yield %q1 : !fovea.array<f32, b: B, e: E, h: H>
    }
    -> <f32, b: B, e: E, h: H>
  fovea.output "o" %o [#fovea.axis<b: B>, #fovea.axis<h: H>, #fovea.axis<e: E>] : <f32, b: B, e: E, h: H>
}
