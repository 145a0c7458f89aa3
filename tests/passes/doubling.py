#!/usr/bin/env python3
"""Programs in which every definition takes the one before twice: doubling.py FOVEA [WORD].

Written out they have 2^40 terms: that they compile at all is what is tested, however long it takes. Choices and masks, of
which the numbers stay small, are run and held against the reference. WORD: only the programs with that in their names.
"""
import subprocess
import sys
import tempfile
from itertools import cycle, product
from pathlib import Path

COUNT = 40

# What the first definition is, what the next ones are, and what is made of the last.
STARTS = {
    "data": ("x[j]",),
    "masked": ("where(c[j] > 0, x[j], 0)",),
    "inverse": ("1 / x[j]",),
    "exponential": ("exp(x[j])",),
    "quotient": ("x[j] / m", "sum[j](exp(x[j]))"),
    "deviation": ("x[j] - m", "sum[j](x[j]) / N"),
    "weight": ("exp(x[j] - m)", "max[j](x[j])"),
}
STEPS = {
    "choice": "where(c[j] > {k}, {w}, {w} + {k})",
    "choice of products": "where(c[j] > {k}, {w} * c[j], {w})",
    "sum": "{w} + c[j] * sin({w})",
    "square": "{w} * {w}",
    "product": "{w} * sqrt(c[j] + {w})",
    "quotient": "{w} / (c[j] + {w})",
    "power": "{w} ^ 2 * sqrt({w})",
    "exponential": "{w} + exp({w})",
    "absolute value": "abs({w}) + {w} * c[j]",
    "maximum": "max({w}, c[j] * {w})",
}
# Masks, of which the last definition is the condition or is compared: what is computed of a whole block.
MASKS = {
    "and": ("j <= i", "{w} and {w}", "{w}"),
    "or": ("j <= i", "{w} or {w}", "{w}"),
    "and, or": ("j <= i", "({w} and j < 10 + {k}) or ({w} and j > i - {k})", "{w}"),
    "twice": ("i - j", "{w} + {w}", "{w} >= 0"),
    "least": ("i - j", "min({w}, {w} + {k})", "{w} >= 0"),
}
ENDS = ["{w}", "abs({w})", "{w} * {w}", "exp({w})"]

VECTOR = """fn f(x: f32[N], c: f32[N]) -> f32 {{
{body}
  return sum[j]({end})
}}
"""
ATTENTION = """fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E], c: f32[M]) -> f32[N, E] {{
{body}
  m[i] = max[j]({last})
  z[i] = sum[j](exp({last} - m[i]))
  o[i, e] = sum[j](exp({last} - m[i]) / z[i] * v[j, e])
  return o
}}
"""
MASKED = """fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E]) -> f32[N, E] {{
{body}
  s[i, j] = where({mask}, sum[d](q[i, d] * k[j, d]), -inf)
  m[i] = max[j](s[i, j])
  z[i] = sum[j](exp(s[i, j] - m[i]))
  o[i, e] = sum[j](exp(s[i, j] - m[i]) / z[i] * v[j, e])
  return o
}}
"""
# What lies along the rows of the result, or along what is contracted.
PAYLOAD = """fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E]) -> f32[N, E] {{
{body}
  p[i, j] = exp(sum[d](q[i, d] * {keys}))
  o[i, e] = sum[j](p[i, j] * {values})
  return o
}}
"""
GUARDED = """fn f(x: f32[N], y: i64[N]) -> f32 {{
  i = 1
{body}
  return sum[j | {mask}](x[j])
}}
"""


def definitions(start, step, index):
    """The lines that define w0 to the last, and what that is called."""
    lines = [f"  m = {given}" for given in start[1:]] + [f"  w0{index} = {start[0]}"]
    for k in range(1, COUNT + 1):
        lines.append(f"  w{k}{index} = " + step.format(w=f"w{k - 1}{index}", k=k))
    return "\n".join(lines), f"w{COUNT}{index}"


def programs():
    ends = cycle(ENDS)
    for (start, first), (step, each) in product(STARTS.items(), STEPS.items()):
        body, last = definitions(first, each, "[j]")
        end = next(ends).format(w=last)
        yield f"{start}, {step}, {end}", VECTOR.format(body=body, end=end)
    for step, each in STEPS.items():
        body, last = definitions(("sum[d](q[i, d] * k[j, d])",), each, "[i, j]")
        yield f"attention, {step}", ATTENTION.format(body=body, last=last)
    for name, index in {"v": "[j, e]", "k": "[j, d]"}.items():
        body, last = definitions((name + index,), STEPS["square"], index)
        parts = {"v": "v[j, e]", "k": "k[j, d]"} | {name: last}
        yield f"payload, {name}", PAYLOAD.format(body=body, keys=parts["k"], values=parts["v"])
    for mask, (first, each, end) in MASKS.items():
        body, last = definitions((first,), each, "[i, j]")
        yield f"mask, {mask}", MASKED.format(body=body, mask=end.format(w=last))
        body, last = definitions((first.replace("j", "y[j]"),), each, "[j]")
        yield f"guard, {mask}", GUARDED.format(body=body, mask=end.format(w=last))


def main():
    fovea, word = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "doubling.fov"
        for name, text in programs():
            if word not in name:
                continue
            file.write_text(text)
            is_run = ", choice, " in name or name.startswith(("mask, ", "guard, "))
            verb, *more = ["run", "N=5", "--verify"] if is_run else ["explain"]
            done = subprocess.run([fovea, verb, file, "f", *more], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                failures += 1
                print(f"{name}: {done.stderr.strip()}")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
