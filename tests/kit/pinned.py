"""What plugins have compiled in stays: every number of an enum and every #define
of a pinned header stands unchanged in the current one, and the fields of every
struct are those of the pinned one, perhaps with more behind them.

usage: pinned.py PINNED CURRENT
"""

import re
import sys


def tidy(text):
    return re.sub(r"\s+", " ", text).strip()


def parts(text):
    """{what it is: what it says}, and {struct: [its fields in order]}."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")
    numbers = {}
    # An include guard has no text.
    for name, value in re.findall(r"^#define (\w+(?:\([\w, ]*\))?) +(\S.*)$", text, re.M):
        numbers.setdefault(name, []).append(tidy(value))
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    for body in re.findall(r"\benum\s*{(.*?)}", text, re.S):
        for one in filter(None, map(tidy, body.split(","))):
            name, _, value = one.partition(" = ")
            numbers[name] = [value]
    structs = {}
    for name, body in re.findall(r"\bstruct (\w+)\s*{(.*?)}", text, re.S):
        structs[name] = [one for one in map(tidy, body.split(";")) if one]
    return numbers, structs


def check(pinned, current):
    """What is changed, a line each."""
    old_numbers, old_structs = parts(pinned)
    new_numbers, new_structs = parts(current)
    # A later minor version says so; the rest of its number is the same.
    for name in ("FOVEA_PLUGIN_MINOR", "FOVEA_ABI_VERSION"):
        old_numbers.pop(name, None)
    changed = []
    for name, value in old_numbers.items():
        if new_numbers.get(name) != value:
            changed.append(f"{name} was {value}, and is {new_numbers.get(name)}")
    for name, fields in old_structs.items():
        now = new_structs.get(name, [])
        if now[: len(fields)] != fields:
            changed.append(f"the fields of {name} were {fields}, and are {now}")
    return changed


def main():
    pinned, current = (open(path, encoding="utf-8").read() for path in sys.argv[1:3])
    numbers, structs = parts(pinned)
    # Of a header that is written otherwise than this reads, nothing is found.
    if not numbers or not structs:
        sys.exit(f"{sys.argv[1]} has no numbers, or no structs")
    changed = check(pinned, current)
    if changed:
        sys.exit("\n".join([f"{sys.argv[2]} is not a later {sys.argv[1]}:"] + changed))


if __name__ == "__main__":
    main()
