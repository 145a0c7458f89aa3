fovea.func @l1 dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %y = fovea.input "y" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %d = fovea.sub %x, %y : <f32, i: N, j: M>, <f32, i: N, j: M>
  %a = fovea.abs %d : <f32, i: N, j: M>
  %s = fovea.reduce sum %a over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  fovea.output "s" %s [] : <f32>
}
