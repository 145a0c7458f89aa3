#!/usr/bin/env python3
"""Holds the folds of a program's marked functions against what was written: agree.py FOVEA FILE.

Each runs on `cpu` at several sizes and is compared with `reference`, and its certificate must hold: of one that is marked
`overflows as written` (inf * 0, where its fold is finite) the laws only. A line a failure.
"""
import re
import subprocess
import sys

SIZES = [7, 1, 65, 0, 2, 300]
RUNS = 2
# What all extents together may come to: the reference visits every place.
MOST = 400_000
# Class ids, heads of a table, documents: below that dimension, or that number.
INDICES = {"t": "C", "of": "G", "document": 4}


def sizes(dims, turn):
    """Extents for the dimensions, other ones at every turn, that the reference can walk through."""
    chosen = {dim: SIZES[(turn * (3 + 2 * place) + place) % len(SIZES)] for place, dim in enumerate(dims)}
    while (product := places(chosen)) > MOST:
        largest = max(chosen, key=chosen.get)
        chosen[largest] = SIZES[SIZES.index(chosen[largest]) % 2]
    return chosen


def places(chosen):
    product = 1
    for extent in chosen.values():
        product *= max(extent, 1)
    return product


def arguments(params, chosen):
    """Sizes and inputs as `fovea run` takes them; what selects something exists."""
    given = []
    for name, type_ in params:
        if not type_.startswith("i64"):
            continue
        if name in INDICES:
            bound = INDICES[name]
            if bound in chosen:
                chosen[bound] = max(chosen[bound], 1)
                bound = chosen[bound]
            given.append(f"{name}=random:0,{bound}")
        else:
            given.append(f"{name}=5")
    return [f"{dim}={extent}" for dim, extent in chosen.items()] + given


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def first_lines(text):
    """What says most: what differs, laws that fail with an instance, an error."""
    lines = [line.strip() for line in text.splitlines()]
    telling = [line for line in lines if re.search(r"^FAILS| gives |^error", line)]
    return " | ".join(telling or lines[-3:])


def failures(fovea, file, mark, turn):
    overflows, name, signature = mark
    params = re.findall(r"(\w+): ((?:bool|[a-z]+\d+)(?:\[[^]]*\])?)", signature.split(" -> ")[0])
    dims = sorted(set(re.findall(r"\b[A-Z]\b", signature)))
    for r in range(RUNS):
        given = arguments(params, sizes(dims, turn + r))
        status, text = run(fovea, "run", file, name, *given, "--verify")
        if status:
            yield f"{' '.join(given)}: {first_lines(text)}"
    status, text = run(fovea, "explain", file, name, "--check")
    if status and (not overflows or "FAILS  R" in text or "FAILS" not in text):
        yield first_lines(text)


def main():
    fovea, file = sys.argv[1:]
    marked = re.findall(r"^# (?:passes|folds) .*?(overflows as written)?\nfn (\w+)([^{]*)", open(file).read(), flags=re.M)
    wrong = 0
    for turn, mark in enumerate(marked):
        for failure in failures(fovea, file, mark, turn):
            print(f"{mark[1]}: {failure}")
            wrong += 1
    print(f"{len(marked)} functions, {wrong} failures")
    sys.exit(wrong > 0 or len(marked) < 20)


main()
