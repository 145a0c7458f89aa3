//===- Folds.cpp - folds written by hand ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/Folds.h"

#include <stdexcept>

using namespace fovea::test;

std::string fovea::test::edited(std::string text, const std::string &from,
                                const std::string &to) {
  const size_t at = text.find(from);
  if (at == std::string::npos)
    throw std::logic_error("no `" + from + "` in the fold");
  return text.replace(at, from.size(), to);
}

static std::string function(const std::string &dims, const std::string &body) {
  return "fovea.func @f dims [" + dims + "] {\n" + body + "\n}";
}

FoldPair fovea::test::weighted() {
  const std::string inputs = R"(
  %s = fovea.input "s" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %c = fovea.input "c" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <i1, i: N, j: M>
  %v = fovea.input "v" [#fovea.axis<j: M>, #fovea.axis<e: E>] : <f32, e: E, j: M>
  %ninf = fovea.constant 0xFF800000 : f32 : <f32>
  %zero = fovea.constant 0.0 : f32 : <f32>
  %inf = fovea.constant 0x7F800000 : f32 : <f32>
  %x = fovea.select %c, %s, %ninf hard neginf : <i1, i: N, j: M>, <f32, i: N, j: M>, <f32>
)";
  const std::string output = R"(
  fovea.output "o" %o [#fovea.axis<i: N>, #fovea.axis<e: E>] : <f32, e: E, i: N>
)";
  return {"weighted", function(R"("N", "M", "E")", inputs + R"(
  %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  %d = fovea.sub %x, %m : <f32, i: N, j: M>, <f32, i: N>
  %p = fovea.exp %d : <f32, i: N, j: M>
  %z = fovea.reduce sum %p over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  %q = fovea.div %p, %z : <f32, i: N, j: M>, <f32, i: N>
  %w = fovea.mul %q, %v : <f32, i: N, j: M>, <f32, e: E, j: M>
  %o = fovea.reduce sum %w over [#fovea.axis<j: M>] : <f32, e: E, i: N, j: M>
)" + output),
          function(R"("N", "M", "E")", inputs + R"(
  %o = fovea.fold over [#fovea.axis<j: M>] after [1]
    element(%g: !fovea.array<f32, i: N>) {
      %d = fovea.sub %s, %g : <f32, i: N, j: M>, <f32, i: N>
      %p = fovea.exp %d : <f32, i: N, j: M>
      %w = fovea.mul %p, %v : <f32, i: N, j: M>, <f32, e: E, j: M>
      fovea.lift max %s : <f32, i: N, j: M> where %c : <i1, i: N, j: M>,
        sum %p : <f32, i: N, j: M> where %c : <i1, i: N, j: M>,
        sum %w : <f32, e: E, i: N, j: M> where %c : <i1, i: N, j: M>,
        any %c : <i1, i: N, j: M>
    }
    gauge(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %seen: !fovea.array<i1, i: N>, %g: !fovea.array<f32, i: N>) {
      %size = fovea.abs %m : <f32, i: N>
      %finite = fovea.compare lt %size, %inf : <f32, i: N>, <f32>
      %at = fovea.select %finite, %m, %zero : <i1, i: N>, <f32, i: N>, <f32>
      fovea.yield %at : !fovea.array<f32, i: N>
    }
    repair(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %seen: !fovea.array<i1, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
      %d = fovea.sub %old, %new : <f32, i: N>, <f32, i: N>
      %f = fovea.exp %d : <f32, i: N>
      %zn = fovea.mul %f, %z : <f32, i: N>, <f32, i: N>
      %unseen = fovea.compare eq %z, %zero : <f32, i: N>, <f32>
      %zr = fovea.select %unseen, %zero, %zn : <i1, i: N>, <f32>, <f32, i: N>
      %an = fovea.mul %f, %a : <f32, i: N>, <f32, e: E, i: N>
      %aunseen = fovea.compare eq %a, %zero : <f32, e: E, i: N>, <f32>
      %ar = fovea.select %aunseen, %zero, %an : <i1, e: E, i: N>, <f32>, <f32, e: E, i: N>
      fovea.yield %m, %zr, %ar, %seen : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32, e: E, i: N>, !fovea.array<i1, i: N>
    }
    finish(%m: !fovea.array<f32, i: N>, %z: !fovea.array<f32, i: N>, %a: !fovea.array<f32, e: E, i: N>, %seen: !fovea.array<i1, i: N>, %g: !fovea.array<f32, i: N>) {
      %q = fovea.div %a, %z : <f32, e: E, i: N>, <f32, i: N>
      %r = fovea.select %seen, %q, %zero : <i1, i: N>, <f32, e: E, i: N>, <f32>
      fovea.yield %r : !fovea.array<f32, e: E, i: N>
    }
    -> <f32, e: E, i: N>
)" + output)};
}

FoldPair fovea::test::variance() {
  const std::string inputs = R"(
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %one = fovea.constant 1.0 : f32 : <f32>
  %zero = fovea.constant 0.0 : f32 : <f32>
  %inf = fovea.constant 0x7F800000 : f32 : <f32>
)";
  const std::string outputs = R"(
  fovea.output "mean" %mean [#fovea.axis<i: N>] : <f32, i: N>
  fovea.output "var" %var [#fovea.axis<i: N>] : <f32, i: N>
)";
  return {"variance", function(R"("N", "M")", inputs + R"(
  %n = fovea.reduce sum %one over [#fovea.axis<j: M>] : <f32>
  %s = fovea.reduce sum %x over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  %mean = fovea.div %s, %n : <f32, i: N>, <f32>
  %d = fovea.sub %x, %mean : <f32, i: N, j: M>, <f32, i: N>
  %d2 = fovea.mul %d, %d : <f32, i: N, j: M>, <f32, i: N, j: M>
  %q = fovea.reduce sum %d2 over [#fovea.axis<j: M>] : <f32, i: N, j: M>
  %var = fovea.div %q, %n : <f32, i: N>, <f32>
)" + outputs),
          function(R"("N", "M")", inputs + R"(
  %mean, %var = fovea.fold over [#fovea.axis<j: M>] after [2]
    element(%g: !fovea.array<f32, i: N>) {
      %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32, i: N>
      %d2 = fovea.mul %d, %d : <f32, i: N, j: M>, <f32, i: N, j: M>
      fovea.lift sum %one : <f32>, sum %x : <f32, i: N, j: M>,
        sum %one : <f32>, sum %d : <f32, i: N, j: M>, sum %d2 : <f32, i: N, j: M>
    }
    gauge(%n: !fovea.array<f32>, %s: !fovea.array<f32, i: N>, %n1: !fovea.array<f32>, %l: !fovea.array<f32, i: N>, %q: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
      %mean = fovea.div %s, %n : <f32, i: N>, <f32>
      %size = fovea.abs %mean : <f32, i: N>
      %finite = fovea.compare lt %size, %inf : <f32, i: N>, <f32>
      %at = fovea.select %finite, %mean, %zero : <i1, i: N>, <f32, i: N>, <f32>
      fovea.yield %at : !fovea.array<f32, i: N>
    }
    repair(%n: !fovea.array<f32>, %s: !fovea.array<f32, i: N>, %n1: !fovea.array<f32>, %l: !fovea.array<f32, i: N>, %q: !fovea.array<f32, i: N>, %old: !fovea.array<f32, i: N>, %new: !fovea.array<f32, i: N>) {
      %t = fovea.sub %old, %new : <f32, i: N>, <f32, i: N>
      %tn = fovea.mul %t, %n1 : <f32, i: N>, <f32>
      %lr = fovea.add %l, %tn : <f32, i: N>, <f32, i: N>
      %ll = fovea.add %l, %lr : <f32, i: N>, <f32, i: N>
      %tl = fovea.mul %t, %ll : <f32, i: N>, <f32, i: N>
      %qr = fovea.add %q, %tl : <f32, i: N>, <f32, i: N>
      fovea.yield %n, %s, %n1, %lr, %qr : !fovea.array<f32>, !fovea.array<f32, i: N>, !fovea.array<f32>, !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
    }
    finish(%n: !fovea.array<f32>, %s: !fovea.array<f32, i: N>, %n1: !fovea.array<f32>, %l: !fovea.array<f32, i: N>, %q: !fovea.array<f32, i: N>, %g: !fovea.array<f32, i: N>) {
      %mean0 = fovea.div %s, %n : <f32, i: N>, <f32>
      %t = fovea.sub %g, %mean0 : <f32, i: N>, <f32, i: N>
      %tn = fovea.mul %t, %n1 : <f32, i: N>, <f32>
      %lr = fovea.add %l, %tn : <f32, i: N>, <f32, i: N>
      %ll = fovea.add %l, %lr : <f32, i: N>, <f32, i: N>
      %tl = fovea.mul %t, %ll : <f32, i: N>, <f32, i: N>
      %qr = fovea.add %q, %tl : <f32, i: N>, <f32, i: N>
      %var0 = fovea.div %qr, %n : <f32, i: N>, <f32>
      fovea.yield %mean0, %var0 : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
    }
    -> <f32, i: N>, <f32, i: N>
)" + outputs)};
}

FoldPair fovea::test::likeliest() {
  const std::string inputs = R"(
  %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %c = fovea.input "c" [#fovea.axis<j: M>] : <i1, j: M>
  %one = fovea.constant 1 : i64 : <i64>
  %none = fovea.constant 0 : i64 : <i64>
  %zero = fovea.constant 0.0 : f32 : <f32>
  %inf = fovea.constant 0x7F800000 : f32 : <f32>
  %ninf = fovea.constant 0xFF800000 : f32 : <f32>
)";
  const std::string outputs = R"(
  fovea.output "place" %place [] : <i64>
  fovea.output "top" %top [] : <f32>
  fovea.output "count" %count [] : <i64>
)";
  return {"likeliest", function(R"("N", "M")", inputs + R"(
  %m = fovea.reduce max %x over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %place = fovea.reduce argmax %x over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %d = fovea.sub %x, %m : <f32, i: N, j: M>, <f32>
  %p = fovea.exp %d : <f32, i: N, j: M>
  %z = fovea.reduce sum %p over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %q = fovea.div %p, %z : <f32, i: N, j: M>, <f32>
  %top = fovea.reduce max %q over [#fovea.axis<i: N>, #fovea.axis<j: M>] : <f32, i: N, j: M>
  %count = fovea.reduce sum %one over [#fovea.axis<i: N>, #fovea.axis<j: M>] where %c : <i64>, !fovea.array<i1, j: M>
)" + outputs),
          function(R"("N", "M")", inputs + R"(
  %place, %top, %count = fovea.fold over [#fovea.axis<i: N>, #fovea.axis<j: M>] after [4]
    element(%g: !fovea.array<f32>) {
      %d = fovea.sub %x, %g : <f32, i: N, j: M>, <f32>
      %p = fovea.exp %d : <f32, i: N, j: M>
      fovea.lift max %x : <f32, i: N, j: M>, argmax %x : <f32, i: N, j: M>,
        sum %one : <i64>, sum %one : <i64> where %c : <i1, j: M>,
        sum %p : <f32, i: N, j: M>
    }
    gauge(%m: !fovea.array<f32>, %w: !fovea.array<i64>, %n: !fovea.array<i64>, %nc: !fovea.array<i64>, %z: !fovea.array<f32>, %g: !fovea.array<f32>) {
      %size = fovea.abs %m : <f32>
      %finite = fovea.compare lt %size, %inf : <f32>, <f32>
      %at = fovea.select %finite, %m, %zero : <i1>, <f32>, <f32>
      fovea.yield %at : !fovea.array<f32>
    }
    repair(%m: !fovea.array<f32>, %w: !fovea.array<i64>, %n: !fovea.array<i64>, %nc: !fovea.array<i64>, %z: !fovea.array<f32>, %old: !fovea.array<f32>, %new: !fovea.array<f32>) {
      %d = fovea.sub %old, %new : <f32>, <f32>
      %f = fovea.exp %d : <f32>
      %zn = fovea.mul %f, %z : <f32>, <f32>
      %unseen = fovea.compare eq %z, %zero : <f32>, <f32>
      %zr = fovea.select %unseen, %zero, %zn : <i1>, <f32>, <f32>
      fovea.yield %m, %w, %n, %nc, %zr : !fovea.array<f32>, !fovea.array<i64>, !fovea.array<i64>, !fovea.array<i64>, !fovea.array<f32>
    }
    finish(%m: !fovea.array<f32>, %w: !fovea.array<i64>, %n: !fovea.array<i64>, %nc: !fovea.array<i64>, %z: !fovea.array<f32>, %g: !fovea.array<f32>) {
      %d = fovea.sub %m, %g : <f32>, <f32>
      %p = fovea.exp %d : <f32>
      %q = fovea.div %p, %z : <f32>, <f32>
      %empty = fovea.compare eq %n, %none : <i64>, <i64>
      %t = fovea.select %empty, %ninf, %q : <i1>, <f32>, <f32>
      fovea.yield %w, %t, %nc : !fovea.array<i64>, !fovea.array<f32>, !fovea.array<i64>
    }
    -> <i64>, <f32>, <i64>
)" + outputs)};
}

FoldPair fovea::test::naive() {
  const std::string input = R"(
  %x = fovea.input "x" [#fovea.axis<j: M>] : <f32, j: M>
)";
  const std::string output = R"(
  fovea.output "r" %r [] : <f32>
)";
  return {"naive", function(R"("M")", input + R"(
  %p = fovea.exp %x : <f32, j: M>
  %z = fovea.reduce sum %p over [#fovea.axis<j: M>] : <f32, j: M>
  %r = fovea.log %z : <f32>
)" + output),
          function(R"("M")", input + R"(
  %zero = fovea.constant 0.0 : f32 : <f32>
  %inf = fovea.constant 0x7F800000 : f32 : <f32>
  %r = fovea.fold over [#fovea.axis<j: M>] after [1]
    element(%g: !fovea.array<f32>) {
      %d = fovea.sub %x, %g : <f32, j: M>, <f32>
      %p = fovea.exp %d : <f32, j: M>
      fovea.lift max %x : <f32, j: M>, sum %p : <f32, j: M>
    }
    gauge(%m: !fovea.array<f32>, %z: !fovea.array<f32>, %g: !fovea.array<f32>) {
      %size = fovea.abs %m : <f32>
      %finite = fovea.compare lt %size, %inf : <f32>, <f32>
      %at = fovea.select %finite, %m, %zero : <i1>, <f32>, <f32>
      fovea.yield %at : !fovea.array<f32>
    }
    repair(%m: !fovea.array<f32>, %z: !fovea.array<f32>, %old: !fovea.array<f32>, %new: !fovea.array<f32>) {
      %d = fovea.sub %old, %new : <f32>, <f32>
      %f = fovea.exp %d : <f32>
      %zn = fovea.mul %f, %z : <f32>, <f32>
      %unseen = fovea.compare eq %z, %zero : <f32>, <f32>
      %zr = fovea.select %unseen, %zero, %zn : <i1>, <f32>, <f32>
      fovea.yield %m, %zr : !fovea.array<f32>, !fovea.array<f32>
    }
    finish(%m: !fovea.array<f32>, %z: !fovea.array<f32>, %g: !fovea.array<f32>) {
      %l = fovea.log %z : <f32>
      %r0 = fovea.add %g, %l : <f32>, <f32>
      fovea.yield %r0 : !fovea.array<f32>
    }
    -> <f32>
)" + output)};
}

/// A fold of x[j] to a scalar r: the accumulators after the largest are f32
/// scalars.
static FoldPair scalarFold(const std::string &name, const std::string &written,
                           const std::string &element,
                           const std::string &standIn,
                           const std::string &accumulators,
                           const std::string &repair,
                           const std::string &finish) {
  const std::string head = R"(
  %x = fovea.input "x" [#fovea.axis<j: M>] : <f32, j: M>
  %zero = fovea.constant 0.0 : f32 : <f32>
  %one = fovea.constant 1.0 : f32 : <f32>
  %tiny = fovea.constant 1.0e-30 : f32 : <f32>
  %inf = fovea.constant 0x7F800000 : f32 : <f32>
  %abs = fovea.abs %x : <f32, j: M>
  %size = fovea.add %abs, %tiny : <f32, j: M>, <f32>
)";
  const std::string foot = R"(
  fovea.output "r" %r [] : <f32>
)";
  const std::string state =
      "%m: !fovea.array<f32>, " + accumulators + "%g: !fovea.array<f32>";
  return {
      name, function(R"("M")", head + written + foot),
      function(R"("M")", head + R"(
  %r = fovea.fold over [#fovea.axis<j: M>] after [1]
    element(%g: !fovea.array<f32>) {)" +
                             element + "}\ngauge(" + state + R"() {
      %am = fovea.abs %m : <f32>
      %finite = fovea.compare lt %am, %inf : <f32>, <f32>
      %at = fovea.select %finite, %m, )" +
                             standIn + R"( : <i1>, <f32>, <f32>
      fovea.yield %at : !fovea.array<f32>
    }
    repair()" + state + ", %to: !fovea.array<f32>) {" +
                             repair + "}\nfinish(" + state + ") {" + finish +
                             "fovea.yield %e : !fovea.array<f32> }\n-> <f32>" +
                             foot)};
}

FoldPair fovea::test::entropy() {
  return scalarFold("entropy", R"(
  %m = fovea.reduce max %x over [#fovea.axis<j: M>] : <f32, j: M>
  %d = fovea.sub %x, %m : <f32, j: M>, <f32>
  %p = fovea.exp %d : <f32, j: M>
  %z = fovea.reduce sum %p over [#fovea.axis<j: M>] : <f32, j: M>
  %q = fovea.div %p, %z : <f32, j: M>, <f32>
  %l = fovea.log %z : <f32>
  %dl = fovea.sub %d, %l : <f32, j: M>, <f32>
  %t = fovea.mul %q, %dl : <f32, j: M>, <f32, j: M>
  %r = fovea.reduce sum %t over [#fovea.axis<j: M>] : <f32, j: M>
)",
                    R"(
  %d = fovea.sub %x, %g : <f32, j: M>, <f32>
  %p = fovea.exp %d : <f32, j: M>
  %pd = fovea.mul %p, %d : <f32, j: M>, <f32, j: M>
  fovea.lift max %x : <f32, j: M>, sum %one : <f32>, sum %p : <f32, j: M>, sum %pd : <f32, j: M>
)",
                    "%zero",
                    "%n: !fovea.array<f32>, %z: !fovea.array<f32>, %t: "
                    "!fovea.array<f32>, ",
                    R"(
  %d = fovea.sub %g, %to : <f32>, <f32>
  %f = fovea.exp %d : <f32>
  %dz = fovea.mul %d, %z : <f32>, <f32>
  %td = fovea.add %t, %dz : <f32>, <f32>
  %zf = fovea.mul %f, %z : <f32>, <f32>
  %tf = fovea.mul %f, %td : <f32>, <f32>
  %nz = fovea.compare eq %z, %zero : <f32>, <f32>
  %nt = fovea.compare eq %t, %zero : <f32>, <f32>
  %none = fovea.and %nz, %nt : <i1>, !fovea.array<i1>
  %zr = fovea.select %nz, %zero, %zf : <i1>, <f32>, <f32>
  %tr = fovea.select %none, %zero, %tf : <i1>, <f32>, <f32>
  fovea.yield %m, %n, %zr, %tr : !fovea.array<f32>, !fovea.array<f32>, !fovea.array<f32>, !fovea.array<f32>
)",
                    R"(
  %l = fovea.log %z : <f32>
  %q = fovea.div %t, %z : <f32>, <f32>
  %ql = fovea.sub %q, %l : <f32>, <f32>
  %empty = fovea.compare eq %n, %zero : <f32>, <f32>
  %e = fovea.select %empty, %zero, %ql : <i1>, <f32>, <f32>
)");
}

FoldPair fovea::test::safeNorm() {
  return scalarFold("safe norm", R"(
  %a = fovea.reduce max %size over [#fovea.axis<j: M>] : <f32, j: M>
  %d = fovea.div %x, %a : <f32, j: M>, <f32>
  %d2 = fovea.mul %d, %d : <f32, j: M>, <f32, j: M>
  %q = fovea.reduce sum %d2 over [#fovea.axis<j: M>] : <f32, j: M>
  %w = fovea.sqrt %q : <f32>
  %r = fovea.mul %a, %w : <f32>, <f32>
)",
                    R"(
  %d = fovea.div %x, %g : <f32, j: M>, <f32>
  %d2 = fovea.mul %d, %d : <f32, j: M>, <f32, j: M>
  fovea.lift max %size : <f32, j: M>, sum %d2 : <f32, j: M>
)",
                    "%one", "%q: !fovea.array<f32>, ", R"(
  %d = fovea.div %g, %to : <f32>, <f32>
  %d2 = fovea.mul %d, %d : <f32>, <f32>
  %qm = fovea.mul %q, %d2 : <f32>, <f32>
  %none = fovea.compare eq %q, %zero : <f32>, <f32>
  %qr = fovea.select %none, %zero, %qm : <i1>, <f32>, <f32>
  fovea.yield %m, %qr : !fovea.array<f32>, !fovea.array<f32>
)",
                    R"(
  %d = fovea.div %g, %m : <f32>, <f32>
  %d2 = fovea.mul %d, %d : <f32>, <f32>
  %qm = fovea.mul %q, %d2 : <f32>, <f32>
  %w = fovea.sqrt %qm : <f32>
  %e = fovea.mul %m, %w : <f32>, <f32>
)");
}
