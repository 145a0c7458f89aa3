#!/usr/bin/env python3
"""Runs the programs of a Markdown page: every ```fovea block, each with its own tests.

    extract.py PAGE.md FOLDER                writes the blocks as FOLDER/block<line>.fov
    extract.py PAGE.md FOLDER --fovea=PATH   and runs them; exits with 1 if one goes wrong

A block whose first line is `# error: TEXT` must fail with exit code 1 and TEXT in its message; any other must
pass `fovea test`.
"""
import subprocess
import sys
from pathlib import Path


def blocks(page):
    """(line, text) of every fovea block."""
    found, start, lines = [], None, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if start is None and line.strip() == "```fovea":
            start, lines = number, []
        elif start is not None and line.strip() == "```":
            found.append((start, "\n".join(lines) + "\n"))
            start = None
        elif start is not None:
            lines.append(line)
    return found


def complaint(fovea, path, text):
    """What is wrong with the block, or nothing."""
    first = text.splitlines()[0]
    expected = first.removeprefix("# error: ") if first.startswith("# error: ") else None
    run = subprocess.run([fovea, "test", path], capture_output=True, text=True, timeout=60)
    output = run.stdout + run.stderr
    if expected is None:
        return output if run.returncode != 0 or 'test "' not in text else None
    if run.returncode == 1 and expected in output:
        return None
    return f"needs exit code 1 and `{expected}`, got {run.returncode} and\n{output}"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    page, folder = Path(sys.argv[1]), Path(sys.argv[2])
    fovea = next((a.split("=", 1)[1] for a in sys.argv[3:] if a.startswith("--fovea=")), None)
    folder.mkdir(parents=True, exist_ok=True)
    found, wrong = blocks(page), 0
    for line, text in found:
        path = folder / f"block{line}.fov"
        path.write_text(text)
        problem = complaint(fovea, path, text) if fovea else None
        if problem:
            wrong += 1
            print(f"{page}:{line}: {problem}")
    print(f"{len(found)} blocks, {wrong} wrong")
    sys.exit(1 if wrong or not found else 0)


if __name__ == "__main__":
    main()
