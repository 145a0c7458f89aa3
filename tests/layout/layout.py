#!/usr/bin/env python3
"""Checks the rules of the house: layout.py ROOT. Prints each breach and exits with 1 if there is one.

Who may include whom is as docs/architecture.md has it: runtime <- backends -> passes -> ir <- frontend, only tools sees
all.
"""
import re
import subprocess
import sys
from pathlib import Path

MAY_INCLUDE = {
    "runtime": {"runtime"},
    "ir": {"ir"},
    "frontend": {"frontend", "ir"},
    "passes": {"passes", "ir"},
    "backends": {"backends", "passes", "ir", "runtime"},
    "tools": {"tools", "frontend", "backends", "passes", "ir", "runtime"},
}
FOLDERS = set(MAY_INCLUDE)
# No backends, but what several of them stand on.
SHARED_BACKENDS = {"loader"}
LONGEST_FILE, LONGEST_README = 500, 150
# One header is all that a plugin or a program includes, and most of it is its
# documentation; a plugin in C++ has one more.
MAY_BE_LONG = {"backends/fovea_plugin.h", "backends/fovea_plugin.hpp", "runtime/fovea.h"}
# Headers as they were.
PINNED = Path("tests/kit/v1_0")
CODE = {".cpp", ".h", ".hpp", ".c"}
# Words of the standard library that mean something else in C++ as well.
PLAIN_WORDS = {"normalize", "accuracy"}


def house_files(root):
    """What git tracks or would track."""
    command = ["git", "-C", root, "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True)
    names = listed.stdout.split("\n") if listed.returncode == 0 else map(str, Path(root).rglob("*"))
    paths = (Path(root, name) for name in names if name)
    return sorted(path.relative_to(root) for path in set(paths)
                  if path.is_file() and not path.is_relative_to(root / PINNED))


def without_comments(text):
    return re.sub(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*")', lambda m: m.group(1) or " ", text, flags=re.S)


def wrong_includes(path, text):
    """A project file included from where it may not be, or not spelled from the root."""
    folder = path.parts[0]
    for included in re.findall(r'^#include "([^"]+)"', text, flags=re.M):
        to = included.split("/")
        if to[0] not in FOLDERS and to[0] != "tests":
            external = to[0] in {"mlir", "llvm"}
            if not external and folder in FOLDERS:
                yield f"`{included}` is not spelled from the root"
            if external and folder == "runtime":
                yield f"runtime includes `{included}`"
            continue
        if folder not in FOLDERS:
            continue
        if to[0] not in MAY_INCLUDE[folder]:
            yield f"{folder} includes `{included}`"
        own = path.parts[1] if folder == "backends" and len(path.parts) > 2 else None
        other = to[1] if to[0] == "backends" and len(to) > 2 else None
        if folder == "backends" and other and other != own and other not in SHARED_BACKENDS:
            yield f"{'/'.join(path.parts[:-1])} includes the backend `{other}`"


def wrong_head(path, text):
    """The first line names the file, and a guard the path."""
    if not text.startswith(f"//===- {path.name} - "):
        yield "the first line does not name the file"
    if path.suffix in {".h", ".hpp"}:
        # A plugin is not Fovea, though it lies here.
        outside = path.parts[:2] == ("examples", "plugins")
        name = "/".join(path.parts[2:]) if outside else str(path)
        guard = re.sub(r"[^A-Z0-9]", "_", name.upper()).removeprefix("FOVEA_")
        guard = guard if outside else "FOVEA_" + guard
        if f"#ifndef {guard}\n#define {guard}\n" not in text:
            yield f"the include guard is not {guard}"


def library_names(root):
    """Functions of the standard library: the compiler knows none of them."""
    names = set()
    for path in Path(root, "frontend/std").glob("*.fov"):
        names |= set(re.findall(r"^fn (\w+)", path.read_text(), flags=re.M))
    return names - PLAIN_WORDS


def breaches(root):
    names = library_names(root)
    for path in house_files(root):
        try:
            text = Path(root, path).read_text()
        except UnicodeDecodeError:
            continue
        lines = text.count("\n")
        if path.name == "README.md" and lines > LONGEST_README:
            yield path, f"{lines} lines, at most {LONGEST_README} are readable"
        if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", text):
            yield path, "unfinished work is marked; finish it or file an issue"
        if path.suffix not in CODE | {".td", ".py"}:
            continue
        if lines > LONGEST_FILE and str(path) not in MAY_BE_LONG:
            yield path, f"{lines} lines, at most {LONGEST_FILE} are one idea"
        if path.suffix == ".td" or path.suffix == ".py":
            continue
        for breach in (*wrong_includes(path, text), *wrong_head(path, text)):
            yield path, breach
        if path.parts[0] in FOLDERS - {"tools"}:
            used = set(re.findall(r"\w+", without_comments(text))) & names
            for name in sorted(used):
                yield path, f"`{name}` is a library function; C++ knows none"


def main():
    found = list(breaches(sys.argv[1]))
    for path, breach in found:
        print(f"{path}: {breach}")
    sys.exit(1 if found else 0)


main()
