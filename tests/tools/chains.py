#!/usr/bin/env python3
"""Asks `fovea explain --json` about each function of a program: chains.py FILE FOVEA.

Before each function stands `# passes N`. A function of one pass has no refusal; one of more passes has a refusal with a
reason, a hint and the line of a reduction. Nothing that is said names an operation of the dialect.
"""
import json
import re
import subprocess
import sys

KEYS = {
    "kind", "lines", "computes", "streamed", "rows", "state_bytes", "read", "written", "recomputed", "masks",
    "accumulators", "gauges", "repairs", "results", "refusals"
}


def complaints(name, passes, report, lines):
    explanation = json.loads(report)
    if "fovea." in report.replace('"fovea.explain"', ""):
        yield "an operation of the dialect is named"
    for kernel in explanation["kernels"]:
        if set(kernel) != KEYS:
            yield f"the keys of a kernel are {sorted(kernel)}"
    folds = [kernel for kernel in explanation["kernels"] if kernel["kind"] == "fold"]
    # Chains of different arrays may each have a fold.
    if len(folds) != passes if passes == 1 else len(folds) < passes:
        yield f"{len(folds)} folds, but {passes} passes"
    refusals = [refusal for kernel in folds for refusal in kernel["refusals"]]
    if bool(refusals) != (passes > 1):
        yield f"{passes} passes, but the refusals are {refusals}"
    for refusal in refusals:
        if not re.search(r"sum|mean|max|min", lines[refusal["line"] - 1]):
            yield f"there is no reduction in line {refusal['line']}"
        if not refusal["reason"] or not refusal["hint"]:
            yield "there is no reason or no hint"


def main():
    file, fovea = sys.argv[1:]
    text = open(file).read()
    functions = re.findall(r"^# passes (\d+)\nfn (\w+)", text, flags=re.M)
    wrong = 0
    for passes, name in functions:
        done = subprocess.run([fovea, "explain", file, name, "--json"], capture_output=True, text=True, check=False)
        found = list(complaints(name, int(passes), done.stdout, text.splitlines())) if done.returncode == 0 else [
            done.stderr
        ]
        for complaint in found:
            print(f"{name}: {complaint}")
        wrong += bool(found)
    print(f"{len(functions)} functions, {wrong} wrong")
    sys.exit(wrong or len(functions) < 40)


main()
