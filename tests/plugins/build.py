#!/usr/bin/env python3
"""Installs Fovea into a folder and builds against it, and nothing else, what is outside of the tree.

build.py BUILD PREFIX SOURCE...

BUILD is Fovea's build folder. Each SOURCE is a folder with a CMakeLists.txt that says find_package(fovea); what it
builds is installed into PREFIX as well, or lies in PREFIX/build/<name of the folder>.
"""
import shutil
import subprocess
import sys
from pathlib import Path


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


build, prefix, *sources = map(Path, sys.argv[1:])
shutil.rmtree(prefix, ignore_errors=True)
run("cmake", "--install", build, "--prefix", prefix)
for source in sources:
    folder = prefix / "build" / source.name
    run("cmake", "-S", source, "-B", folder, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_INSTALL_PREFIX={prefix}", "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", folder)
    run("cmake", "--install", folder)
