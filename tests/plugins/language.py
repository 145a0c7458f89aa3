#!/usr/bin/env python3
"""Runs the test blocks of programs on backends: language.py FOVEA BACKEND... -- FILE.fov..."""
import subprocess
import sys

fovea, *rest = sys.argv[1:]
split = rest.index("--")
backends, files = rest[:split], rest[split + 1:]
assert backends and files
wrong = 0
for backend in backends:
    for file in files:
        done = subprocess.run([fovea, "test", file, f"--backend={backend}"], capture_output=True, text=True)
        if done.returncode or "tests pass" not in done.stdout + done.stderr:
            wrong += 1
            print(f"{file} on {backend}: exit {done.returncode}\n{done.stdout}{done.stderr}")
sys.exit(1 if wrong else 0)
