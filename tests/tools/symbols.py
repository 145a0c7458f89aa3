#!/usr/bin/env python3
"""Checks the borders of the binaries: symbols.py BUILD.

libfovea exports the C interface, all of it, and nothing else but the variables by which MLIR tells types apart. The
driver is not linked with LLVM, and does not load it unless it compiles something.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

build = Path(sys.argv[1])
root = Path(__file__).resolve().parents[2]


def output(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=True, **more)


# GNU ld leaves some local symbols in the dynamic table; nm writes their kind as a small letter (u, v and w are not local).
symbols = [line.split()[-2:] for line in output("nm", "-D", "--defined-only", build / "lib/libfovea.so").stdout.splitlines()]
exported = {name for kind, name in symbols if kind.isupper() or kind in "uvw"}
identities = {name for name in exported if "N4mlir6detail14TypeIDResolver" in name}
header = (root / "runtime/fovea.h").read_text()
declared = set(re.findall(r"^FOVEA_API[^;(]*?\b(fovea_\w+)\(", header, flags=re.M))
assert len(declared) > 20, declared
assert exported - identities == declared, (exported - identities) ^ declared

needed = output("ldd", build / "bin/fovea").stdout
assert "libstdc++" in needed and "LLVM" not in needed and "MLIR" not in needed, needed
loaded = output(build / "bin/fovea", "--help", env={**os.environ, "LD_DEBUG": "libs"}).stderr
assert "libstdc++" in loaded and "LLVM" not in loaded and "libfovea" not in loaded, loaded
