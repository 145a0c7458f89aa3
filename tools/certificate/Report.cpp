//===- Report.cpp - a certificate as text ---------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Certificate.h"

#include <algorithm>
#include <cstdio>

using namespace fovea;

bool Certificate::holds() const {
  const auto fine = [](const CertificateCheck &check) { return check.holds(); };
  const auto compared = [](const CertificateCheck &check) {
    return check.compared > 0;
  };
  return std::ranges::all_of(folds,
                             [&](const FoldCertificate &fold) {
                               return std::ranges::all_of(fold.laws, fine) &&
                                      std::ranges::all_of(fold.laws, compared);
                             }) &&
         std::ranges::all_of(endToEnd, fine) && !endToEnd.empty() &&
         endToEnd.front().compared > 0;
}

static std::string line(const CertificateCheck &check) {
  std::string out =
      "    " + std::string(check.holds() ? "holds  " : "FAILS  ") + check.name +
      ": " + std::to_string(check.compared) + " compared";
  if (check.skipped)
    out += ", " + std::to_string(check.skipped) + " skipped";
  if (check.failure)
    return out + "\n           " + *check.failure + "\n";
  char error[32];
  std::snprintf(error, sizeof error, ", error %.0e", check.largestError);
  return out + error + "\n";
}

static std::string lines(const std::vector<std::string> &texts) {
  std::string out;
  for (const std::string &text : texts)
    out += "    " + text + "\n";
  return out;
}

std::string fovea::text(const Certificate &certificate) {
  std::string out;
  for (const FoldCertificate &fold : certificate.folds) {
    out += "fold" + (fold.location.empty() ? "" : " " + fold.location) + "\n";
    out += "  accumulators\n" + lines(fold.accumulators);
    if (!fold.gauges.empty())
      out += "  gauges\n" + lines(fold.gauges);
    if (!fold.repairs.empty())
      out += "  repair\n" + lines(fold.repairs);
    out += "  results\n" + lines(fold.results) + "  laws\n";
    for (const CertificateCheck &law : fold.laws)
      out += line(law);
  }
  out += "as written\n";
  for (const CertificateCheck &check : certificate.endToEnd)
    out += line(check);
  return out;
}
