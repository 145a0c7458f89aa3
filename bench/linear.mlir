fovea.func @linear dims ["N", "D", "V"] {
  %h = fovea.input "h" [#fovea.axis<n: N>, #fovea.axis<d: D>] : <f32, d: D, n: N>
  %w = fovea.input "w" [#fovea.axis<v: V>, #fovea.axis<d: D>] : <f32, d: D, v: V>
  %p = fovea.mul %h, %w : <f32, d: D, n: N>, <f32, d: D, v: V>
  %x = fovea.reduce sum %p over [#fovea.axis<d: D>] : <f32, d: D, n: N, v: V>
  fovea.output "x" %x [#fovea.axis<n: N>, #fovea.axis<v: V>] : <f32, n: N, v: V>
}
