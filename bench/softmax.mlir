fovea.func @softmax dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  %d = fovea.sub %x, %m : <f32, i: N, j: M>, <f32, i: N>
  %p = fovea.exp %d : <f32, i: N, j: M>
  %z = fovea.reduce sum %p over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  %y = fovea.div %p, %z : <f32, i: N, j: M>, <f32, i: N>
  fovea.output "y" %y [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
}
