#!/usr/bin/env python3
"""Runs the commands of a transcript and compares what they print: transcript.py FILE.test FOLDER BIN [--update].

A transcript holds files and commands. A line `--- NAME` starts a file, which is written into FOLDER. A line `$ COMMAND`
is run there by the shell with BIN first in its path; behind it stands what must come, both streams together, and last
`exit CODE` unless that is 0. Lines before the first of either are for the reader. Measured times read `TIME`.
--update writes what came into the transcript.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path


def sections(text):
    """(head line or none, body) of each part."""
    parts = re.split(r"^((?:---|\$) .*)\n", text, flags=re.M)
    yield None, parts[0]
    yield from zip(parts[1::2], parts[2::2])


def run(command, folder, path):
    env = {
        **os.environ,
        "PATH": os.pathsep.join([path, str(Path(sys.executable).parent), os.environ["PATH"]]),
        "MAKE_FILES": str(Path(__file__).resolve().with_name("make_files.py")),
        "NO_COLOR": "1",
        # No plugins of the user's own.
        "XDG_DATA_HOME": str(folder),
        "FOVEA_PLUGIN_PATH": "",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    text = done.stdout.decode(errors="replace")
    text = re.sub(r"\b[0-9.e+]+ m?s\b", "TIME", text)
    if text and not text.endswith("\n"):
        text += "\n"
    return text + (f"exit {done.returncode}\n" if done.returncode else "")


def main():
    transcript, folder, path = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    result, wrong, commands = "", 0, 0
    for head, body in sections(transcript.read_text()):
        if head is None:
            result += body
            continue
        result += head + "\n"
        if head.startswith("---"):
            (folder / head[4:]).write_text(body.rstrip("\n") + "\n")
            result += body
            continue
        commands += 1
        printed = run(head[2:], folder, path)
        result += printed + "\n"
        if printed.rstrip() != body.rstrip():
            wrong += 1
            print(f"{head}\nmust print\n{body.rstrip()}\nbut printed\n{printed}")
    if "--update" in sys.argv:
        transcript.write_text(result.rstrip("\n") + "\n")
        return
    assert commands, "a transcript without commands tests nothing"
    sys.exit(1 if wrong else 0)


main()
