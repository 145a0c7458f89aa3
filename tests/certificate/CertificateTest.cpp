//===- CertificateTest.cpp - right folds, wrong ones ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Certificate.h"
#include "tests/Folds.h"
#include "tests/ParsedFunction.h"

using namespace fovea;
using namespace fovea::test;

static Certificate certificateOf(const FoldPair &pair) {
  mlir::MLIRContext context;
  ParsedFunction written(context, pair.written), folded(context, pair.folded);
  Expected<Certificate> certificate = certify(*written, *folded);
  INFO(certificate.status().text());
  REQUIRE(certificate);
  return *std::move(certificate);
}

static const CertificateCheck &checkNamed(const Certificate &certificate,
                                          const std::string &name) {
  for (const CertificateCheck &check : certificate.endToEnd)
    if (check.name == name)
      return check;
  for (const CertificateCheck &check : certificate.folds[0].laws)
    if (check.name.substr(0, 2) == name)
      return check;
  FAIL("no check " << name);
  throw;
}

TEST_CASE("certificate: folds that are right") {
  for (const FoldPair &pair : allFolds()) {
    const Certificate certificate = certificateOf(pair);
    INFO(pair.name << "\n" << text(certificate));
    CHECK(certificate.holds());
    REQUIRE(certificate.folds.size() == 1);
    CHECK(certificate.folds[0].laws.size() == 4);
    for (const CertificateCheck &check : certificate.endToEnd)
      CHECK(check.compared > 0);
  }
}

TEST_CASE("certificate: what it says of a fold") {
  using Lines = std::vector<std::string>;
  const FoldCertificate fold = certificateOf(weighted()).folds[0];
  CHECK(fold.accumulators ==
        Lines{"S0 = max[j | c[i, j]](s[i, j])",
              "S1 = sum[j | c[i, j]](exp(s[i, j] - G0))",
              "S2 = sum[j | c[i, j]](exp(s[i, j] - G0) * v[j, e])",
              "S3 = any[j](c[i, j])"});
  CHECK(fold.gauges == Lines{"G0 = where(abs(S0) < inf, S0, 0)"});
  CHECK(fold.repairs == Lines{"S1' = exp(G0 - G0') * S1, but 0 where S1 == 0",
                              "S2' = exp(G0 - G0') * S2, but 0 where S2 == 0"});
  CHECK(fold.results == Lines{"R0 = where(S3, S2 / S1, 0)"});
  CHECK(fold.location.ends_with(":11:8"));
}

TEST_CASE("certificate: what overflows as written is skipped and counted") {
  const Certificate certificate = certificateOf(naive());
  INFO(text(certificate));
  for (const char *numbers :
       {"spikes of 700 to 1e4", "far below zero", "rising from 0 to 1000"})
    CHECK(checkNamed(certificate, numbers).skipped > 0);
  CHECK(checkNamed(certificate, "normal numbers").skipped == 0);
  CHECK(checkNamed(certificate, "infinities and NaN").skipped == 0);
}

TEST_CASE("certificate: formulas that are not compared do not hold") {
  Certificate certificate = certificateOf(naive());
  REQUIRE(certificate.holds());
  certificate.endToEnd[0].compared = 0;
  CHECK_FALSE(certificate.holds());
  certificate = certificateOf(naive());
  certificate.folds[0].laws[2].compared = 0;
  CHECK_FALSE(certificate.holds());
}

namespace {
struct Mutation {
  const char *what;
  FoldPair (*pair)();
  const char *from, *to;
  /// A check that must fail: a law, a kind of numbers, or any if empty.
  std::string fails;
};
} // namespace

TEST_CASE("certificate: wrong folds are caught") {
  const std::string normal = "normal numbers";
  const std::vector<Mutation> mutations = {
      {"old and new gauge exchanged", weighted, "sub %old, %new",
       "sub %new, %old", "R2"},
      {"nothing repaired", weighted, "yield %m, %zr, %ar, %seen",
       "yield %m, %z, %a, %seen", "R2"},
      {"one accumulator not repaired", weighted, "yield %m, %zr, %ar, %seen",
       "yield %m, %zr, %a, %seen", "R2"},
      {"another factor", weighted, "%f = fovea.exp %d", "%f = fovea.exp2 %d",
       "R2"},
      {"not linear", weighted, "%zn = fovea.mul %f, %z",
       "%zn = fovea.pow %z, %f", "R1"},
      {"a constant added", weighted,
       "%zn = fovea.mul %f, %z : <f32, i: N>, <f32, i: N>",
       "%zm = fovea.mul %f, %z : <f32, i: N>, <f32, i: N>\n"
       "%zn = fovea.add %zm, %f : <f32, i: N>, <f32, i: N>",
       "R3"},
      {"the neutral moved", weighted,
       "select %unseen, %zero, %zn : <i1, i: N>, <f32>,",
       "select %unseen, %f, %zn : <i1, i: N>, <f32, i: N>,", "R4"},
      {"the guard of what was not seen negated", weighted,
       "%unseen = fovea.compare eq %z", "%unseen = fovea.compare ne %z", "R2"},
      {"no guard of what was not seen", weighted, "yield %m, %zr, %ar, %seen",
       "yield %m, %zn, %an, %seen", "far below zero"},
      {"the gauge -inf", weighted, "yield %at", "yield %m", "some are -inf"},
      {"the guard of an element dropped", weighted,
       "sum %p : <f32, i: N, j: M> where %c : <i1, i: N, j: M>",
       "sum %p : <f32, i: N, j: M>", normal},
      {"elements at no gauge", weighted, "%p = fovea.exp %d",
       "%p = fovea.exp %s", "R2"},
      {"rows that are masked", weighted,
       "select %seen, %q, %zero : <i1, i: N>, <f32, e: E, i: N>, <f32>",
       "select %seen, %q, %q : <i1, i: N>, <f32, e: E, i: N>, <f32, e: E, i: "
       "N>",
       normal},
      {"old and new gauge exchanged", variance, "sub %old, %new",
       "sub %new, %old", "R2"},
      {"a term dropped", variance, "%ll = fovea.add %l, %lr",
       "%ll = fovea.add %l, %l", "R2"},
      {"digits lost: squares of what is not centred", variance,
       "%at = fovea.select %finite, %mean, %zero : <i1, i: N>, <f32, i: N>, "
       "<f32>",
       "%at = fovea.mul %mean, %zero : <f32, i: N>, <f32>",
       "nearly equal numbers"},
      {"the gauge infinite", variance, "yield %at", "yield %mean", "zeros"},
      {"a coupled term dropped", entropy, "%td = fovea.add %t, %dz",
       "%td = fovea.add %t, %zero", "R2"},
      {"the ratio upside down", safeNorm, "%d = fovea.div %g, %to",
       "%d = fovea.div %to, %g", "R2"},
      {"a ratio of the first power", safeNorm, "%qm = fovea.mul %q, %d2",
       "%qm = fovea.mul %q, %d", "R2"},
      {"another place", likeliest, "argmax %x", "argmin %x", normal},
      {"a guard dropped", likeliest, "sum %one : <i64> where %c : <i1, j: M>",
       "sum %one : <i64>", normal},
      {"nothing repaired", likeliest, "yield %m, %w, %n, %nc, %zr",
       "yield %m, %w, %n, %nc, %z", "R2"},
      {"a place repaired", likeliest, "yield %m, %w, %n, %nc, %zr",
       "yield %m, %n, %n, %nc, %zr", "R2"},
      {"nothing to choose from", likeliest, "compare eq %n, %none",
       "compare lt %n, %none", normal},
  };
  for (const Mutation &mutation : mutations) {
    FoldPair pair = mutation.pair();
    pair.folded = edited(pair.folded, mutation.from, mutation.to);
    const Certificate certificate = certificateOf(pair);
    INFO(pair.name << ": " << mutation.what << "\n" << text(certificate));
    CHECK_FALSE(certificate.holds());
    CHECK_FALSE(checkNamed(certificate, mutation.fails).holds());
  }
}

TEST_CASE("certificate: a fold of argmax alone") {
  const std::string input = R"(
  %x = fovea.input "x" [#fovea.axis<j: M>] : <f32, j: M>
)";
  const std::string output = R"(
  fovea.output "r" %r [] : <i64>
)";
  auto function = [&](const std::string &body) {
    return "fovea.func @f dims [\"M\"] {" + input + body + output + "}";
  };
  const FoldPair pair = {
      "argmax",
      function("%r = fovea.reduce argmax %x over [#fovea.axis<j: M>] : <f32, "
               "j: M>"),
      function(R"(
  %r = fovea.fold over [#fovea.axis<j: M>]
    element() { fovea.lift argmax %x : <f32, j: M> }
    gauge(%a: !fovea.array<i64>) { fovea.yield }
    repair(%a: !fovea.array<i64>) { fovea.yield %a : !fovea.array<i64> }
    finish(%a: !fovea.array<i64>) { fovea.yield %a : !fovea.array<i64> }
    -> <i64>
)")};
  const Certificate certificate = certificateOf(pair);
  INFO(text(certificate));
  CHECK(certificate.holds());
  CHECK(certificate.folds[0].laws.size() == 3);
}

TEST_CASE("certificate: errors of the formula and of the fold") {
  // x[t[i]], summed: wrong integers are an error on both sides, and other
  // integers are tried. The second fold reads one too far.
  const std::string head = R"(fovea.func @f dims ["N", "M"] {
  %x = fovea.input "x" [#fovea.axis<j: M>] : <f32, j: M>
  %t = fovea.input "t" [#fovea.axis<i: N>] : <i64, i: N>
  %one = fovea.constant 1 : i64 : <i64>
  %u = fovea.add %t, %one : <i64, i: N>, <i64>
  %y = fovea.at "x" %x [#fovea.axis<j: M>] [%t] : <f32, j: M> [!fovea.array<i64, i: N>] -> <f32, i: N>
  %z = fovea.at "x" %x [#fovea.axis<j: M>] [%u] : <f32, j: M> [!fovea.array<i64, i: N>] -> <f32, i: N>
)";
  const std::string foot = R"(
  fovea.output "r" %r [] : <f32>
})";
  const std::string fold = R"(
  %r = fovea.fold over [#fovea.axis<i: N>]
    element() { fovea.lift sum %y : <f32, i: N> }
    gauge(%a: !fovea.array<f32>) { fovea.yield }
    repair(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    finish(%a: !fovea.array<f32>) { fovea.yield %a : !fovea.array<f32> }
    -> <f32>
)";
  FoldPair pair = {
      "gather",
      head + "%r = fovea.reduce sum %y over [#fovea.axis<i: N>] : <f32, i: N>" +
          foot,
      head + fold + foot};
  const Certificate right = certificateOf(pair);
  INFO(text(right));
  CHECK(right.holds());
  pair.folded = edited(pair.folded, "sum %y", "sum %z");
  const Certificate wrong = certificateOf(pair);
  CHECK_FALSE(checkNamed(wrong, "normal numbers").holds());
}
