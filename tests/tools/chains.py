#!/usr/bin/env python3
"""Asks `fovea explain --json` about each function of a program: chains.py FOVEA FILE...

Before each function stands what it must become, one of

    # passes N[, overflows as written]
    # folds N, kernels N[, waits KIND...][, gap: TEXT]

A chain of one pass has one fold and no refusal; one of more passes has a refusal. With `folds` the numbers are exact and
the refusals are of these kinds and no others; `gap` says what it should be and is not yet. A refusal has a reason, a hint
and the line of a reduction. Nothing that is said names an operation of the dialect.
"""
import json
import re
import subprocess
import sys

KEYS = {
    "kind", "folds", "lines", "computes", "streamed", "rows", "state_bytes", "read", "written", "recomputed", "masks",
    "accumulators", "gauges", "repairs", "results", "refusals", "stored"
}
MARK = re.compile(
    r"^# (?:passes (?P<passes>\d+)(?:, overflows as written)?"
    r"|folds (?P<folds>\d+), kernels (?P<kernels>\d+)(?:, waits (?P<waits>[a-z -]+))?(?:, gap: .+)?)\n"
    r"fn (?P<name>\w+)", re.M)


def of_passes(passes, folds, refusals):
    # Chains of different arrays may each have a fold.
    if folds != passes if passes == 1 else folds < passes:
        yield f"{folds} folds, but {passes} passes"
    if bool(refusals) != (passes > 1):
        yield f"{passes} passes, but the refusals are {refusals}"


def of_folds(mark, folds, kernels, refusals):
    wanted = (int(mark["folds"]), int(mark["kernels"]))
    if (folds, len(kernels)) != wanted:
        yield f"{folds} folds in {len(kernels)} kernels, not {wanted[0]} in {wanted[1]}"
    kinds = sorted({refusal["kind"] for refusal in refusals})
    if kinds != sorted((mark["waits"] or "").split()):
        yield f"waits {' '.join(kinds) or 'nowhere'}, not {mark['waits'] or 'nowhere'}: {refusals}"


def complaints(mark, report, text):
    explanation = json.loads(report)
    if "fovea." in report.replace('"fovea.explain"', ""):
        yield "an operation of the dialect is named"
    kernels = explanation["kernels"]
    for kernel in kernels:
        if set(kernel) != KEYS:
            yield f"the keys of a kernel are {sorted(kernel)}"
    folds = sum(kernel["folds"] for kernel in kernels)
    refusals = [refusal for kernel in kernels for refusal in kernel["refusals"]]
    if mark["passes"]:
        yield from of_passes(int(mark["passes"]), folds, refusals)
    else:
        yield from of_folds(mark, folds, kernels, refusals)
    for refusal in refusals:
        own = not refusal["file"].startswith("std/")
        if own and not re.search(r"sum|mean|max|min|prod|softmax|rms_norm", text[refusal["line"] - 1]):
            yield f"there is no reduction in line {refusal['line']}"
        if not refusal["reason"] or not refusal["hint"]:
            yield "there is no reason or no hint"


def check(fovea, file):
    text = open(file).read()
    marks = list(MARK.finditer(text))
    if len(marks) != len(re.findall(r"^# (?:passes|folds) ", text, flags=re.M)) or len(marks) < 20:
        print(f"{file}: {len(marks)} marks are understood, and there are more")
        return 1
    wrong = 0
    for mark in marks:
        done = subprocess.run([fovea, "explain", file, mark["name"], "--json"],
                              capture_output=True, text=True, check=False)
        found = list(complaints(mark, done.stdout, text.splitlines())) if done.returncode == 0 else [done.stderr]
        for complaint in found:
            print(f"{mark['name']}: {complaint}")
        wrong += bool(found)
    print(f"{file}: {len(marks)} functions, {wrong} wrong")
    return wrong


fovea, *files = sys.argv[1:]
sys.exit(sum([check(fovea, file) for file in files]) > 0)
