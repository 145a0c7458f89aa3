#!/usr/bin/env python3
"""Each function that a program has an example for, on a backend: functions.py FOVEA BACKEND FILE.fov."""
import re
import subprocess
import sys

fovea, backend, file = sys.argv[1:]
example = re.search(r"^example \{(.*?)^\}", open(file).read(), flags=re.M | re.S).group(1)
functions = re.findall(r"^  (\w+):", example, flags=re.M)
assert functions
wrong = 0
for function in functions:
    done = subprocess.run([fovea, "run", file, function, f"--backend={backend}", "--allow-materialize", "--verify"],
                          capture_output=True, text=True)
    if done.returncode or "verified" not in done.stdout + done.stderr:
        wrong += 1
        print(f"{function}: exit {done.returncode}\n{done.stdout}{done.stderr}")
sys.exit(1 if wrong else 0)
