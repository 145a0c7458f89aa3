#!/usr/bin/env python3
"""Writes what the standard library offers: library_page.py ROOT PAGE.

PAGE is docs/library.md or a copy of it. What stands above the line MARK is written by hand and kept; the rest is made
from the comments and heads of the functions in frontend/std/*.fov.
"""
import re
import sys
from pathlib import Path

MARK = "<!-- Below: made by tools/dev reference from frontend/std/*.fov. -->\n"


def functions(text):
    """(name, comment, head) of each function; the comment with its `#`."""
    pattern = r"^((?:#[^\n]*\n)*)fn (\w+)(.*?) \{(?: [^\n]*\})?\n(?=  |\n|fn|$)"
    for comment, name, rest in re.findall(pattern, text, flags=re.M | re.S):
        yield name, comment, f"fn {name}{rest}\n"


def counterpart(comment):
    """The call that the comment names after `PyTorch:`, or none."""
    told = " ".join(line.lstrip("# ") for line in comment.splitlines())
    found = re.search(r"PyTorch: ([\w.]+\([^()]*\))", told)
    return found and found.group(1)


def page(root):
    modules = {path.stem: path.read_text() for path in sorted((root / "frontend/std").glob("*.fov"))}
    rows, listed = [], []
    for module, text in modules.items():
        head = re.match(r"(?:#[^\n]*\n)+", text).group(0)
        listed.append(f"## std.{module}\n\n```\n{head}```\n")
        seen = set()
        assert len(list(functions(text))) == len(re.findall(r"^fn ", text, flags=re.M)), module
        for name, comment, signature in functions(text):
            title = "" if name in seen else f"### {name}\n\n"
            seen.add(name)
            listed.append(f"{title}```\n{comment}{signature}```\n")
            if torch := counterpart(comment):
                rows.append(f"| `{torch}` | `{name}` of `std.{module}` |\n")
    table = "## PyTorch's names\n\n| PyTorch | here |\n|---|---|\n" + "".join(rows)
    return table + "\n" + "\n".join(listed)


def main():
    root, out = map(Path, sys.argv[1:3])
    written = out.read_text().split(MARK)[0]
    out.write_text(written + MARK + "\n" + page(root))


main()
