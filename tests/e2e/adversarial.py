"""Attention, losses and norms at every length and on hostile data: the cpu backend against the reference.

    adversarial.py LIBFOVEA PROGRAM [FUNCTION...]
    adversarial.py LIBFOVEA PROGRAM --bits        prints a hash of results that are large enough to be split
"""

import hashlib
import math
import os
import random
import subprocess
import sys

from library import DTYPES, Array, Failure, Program, product, unpack

# What a result may differ by: absolute, relative (tools/Compare.h).
TOLERANCE = {"f64": (1e-10, 1e-9), "f32": (1e-5, 1e-4), "f16": (1e-3, 2e-3), "bf16": (1e-3, 1.6e-2)}
# Functions whose integers are places or documents: name of the input -> numbers.
IDS = {"documents": 4, "documents32": 3}


def lengths(seed):
    """Sizes for N, M, D and E: over several functions each takes every value, in a mixture."""
    rng = random.Random(seed)
    tails = list(range(1, 68))
    ns, ms, ds, es = (rng.sample(tails, len(tails)) for _ in range(4))
    small = [3, 5, 8, 17]
    out = [(n, m, rng.choice(small), rng.choice(small)) for n, m in zip(ns[::2], ms[::2])]
    out += [(rng.choice(small), rng.choice(small), d, e) for d, e in zip(ds[::4], es[::4])]
    out += [(0, 5, 3, 2), (5, 0, 3, 2), (5, 4, 0, 2), (5, 4, 3, 0), (0, 0, 0, 0), (1, 1, 1, 1), (2, 2, 2, 2),
            (1, 2, 1, 2), (2, 1, 2, 1)]
    out += [(1, m, 8, 4) for m in (255, 256, 257, 300)] + [(n, 3, 4, 8) for n in (255, 257)]
    out += [(40, 300, 4, 3), (5, 4, 2, 257)]
    return out


def normal(rng, count):
    return [rng.gauss(0, 1) for _ in range(count)]


def huge(rng, count):
    return [rng.choice([1e30, -1e30, 0, 1]) for _ in range(count)]


def equal(rng, count):
    return [-3.25] * count


def far(rng, count):
    return [1e6 + 1e-3 * rng.gauss(0, 1) for _ in range(count)]


def very_negative(rng, count):
    return [-1e30 - rng.random() for _ in range(count)]


def steep(rng, count):
    return [100 * rng.gauss(0, 1) for _ in range(count)]


def rare(special, share):
    """Normal numbers with some that are `special`."""
    return lambda rng, count: [special if rng.random() < share else rng.gauss(0, 1) for _ in range(count)]


def runs(special):
    """Normal numbers in which stretches, the first one too, are `special`."""
    def fill(rng, count):
        out = []
        while len(out) < count:
            length = rng.choice([1, 3, 17, 64, 130])
            out += [special] * length
            out += [rng.gauss(0, 1) for _ in range(rng.choice([1, 2, 16, 40]))]
        return out[:count]
    return fill


HOSTILE = {
    "huge": huge, "equal": equal, "far": far, "very negative": very_negative, "steep": steep,
    "rare NaN": rare(math.nan, 0.01), "rare -inf": rare(-math.inf, 0.2), "mostly -inf": rare(-math.inf, 0.97),
    "rare inf": rare(math.inf, 0.01), "all -inf": rare(-math.inf, 1), "runs of -inf": runs(-math.inf),
    "runs of NaN": runs(math.nan), "signed zeros": rare(-0.0, 0.7), "tiny": rare(1e-42, 0.9),
}
PLACES = [(1, 70, 2, 3), (40, 200, 2, 3), (9, 257, 2, 17), (67, 66, 2, 1)]
# What f32 cannot hold of such numbers: their squares and products, and what is left where they cancel.
OVERFLOWS = {"layer_norm_", "rms", "moments", "variance", "entropy", "divergence", "guarded_mean", "linear_cross",
             "extremes", "branch", "nearest"}
# Inputs that the result is linear in, and so large with them.
FACTORS = {"v", "g", "b"}
# Inputs that are part of scores: 1e6 leaves f32 no digits for what is added or taken off.
ROUNDED = {"q", "k", "table", "slope", "y"}
# Positions times slopes: scores of some hundred.
SLACK = {"alibi": 10}


# Few rows and many places: what runs in pieces (backends/cpu/CallState.cpp), one place more or less than it takes for two
# of them, for three, or for many; chains whose lanes stream want longer pieces than the others.
LONG = [2047, 2048, 2049, 3071, 3072, 3073, 5000, 9000, 32767, 32768, 32769, 49153]
# These reduce over N and M together.
WHOLE = {"loss_of_all", "variance", "peak"}
POOL = {}


def pooled(name, data):
    """Slices of numbers that are made once."""
    def fill(rng, count):
        if name not in POOL:
            POOL[name] = data(random.Random(name), 1 << 15)
        pool = POOL[name]
        start = rng.randrange(len(pool) // 2)
        return (pool[start:] + pool * (count // len(pool) + 1))[:count]
    return fill


def stretches(special):
    """Whole pieces are `special`, and the first places."""
    def fill(rng, count):
        out = [special] * 1100
        while len(out) < count:
            out += normal(rng, rng.choice([5, 900, 3000]))
            out += [special] * rng.choice([1, 1100, 2500, 9000])
        return out[:count]
    return fill


LONG_DATA = {
    "equal": equal, "far": far, "rare NaN": rare(math.nan, 2e-4), "mostly -inf": rare(-math.inf, 0.999),
    "all -inf": rare(-math.inf, 1), "stretches of -inf": stretches(-math.inf), "stretches of NaN": stretches(math.nan),
    "few numbers": lambda rng, count: [rng.choice([-1.0, 0.5, 2.0]) for _ in range(count)],
}


def integers(rng, function, name, count, limit):
    if name in ("t", "a", "b") and limit <= 0:
        return [-100] * count
    if name == "t":
        return [-100 if function != "smoothed" and rng.random() < 0.3 else rng.randrange(limit) for _ in range(count)]
    if name == "w":
        return [rng.choice([0, 1, 2, 3, 7, 16, 33, 64, 1000, 2**63 - 1, -2**63])]
    if name == "seed":
        return [rng.randrange(1000)]
    if name in ("lo", "hi"):
        return [rng.randrange(-3, limit + 3) for _ in range(count)]
    ids = [rng.randrange(IDS.get(function, 100)) for _ in range(count)]
    return sorted(ids) if rng.random() < 0.5 else ids


def fill(rng, function, name, dtype, count, limit, data):
    kind = DTYPES[dtype]
    if kind == "bool":
        share = rng.choice([0, 0.1, 0.5, 1])
        return [rng.random() < share for _ in range(count)]
    if kind in ("i32", "i64"):
        return integers(rng, function, name, count, limit)
    values = data(rng, count)
    if kind == "f16":
        return [x if math.isinf(x) or math.isnan(x) or abs(x) < 6e4 else math.copysign(6e4, x) for x in values]
    return values


def differs(dtype, got, wanted, slack, scale):
    if DTYPES[dtype] not in TOLERANCE:
        return next((i for i in range(len(got)) if got[i] != wanted[i]), None)
    absolute, relative = TOLERANCE[DTYPES[dtype]]
    for i, (y, r) in enumerate(zip(got, wanted)):
        if y == r or (y != y and r != r):
            continue
        if not abs(y - r) <= slack * (absolute * scale + relative * abs(r)) or math.isinf(r):
            return i
    return None


class Comparison:
    def __init__(self, program, function):
        self.function = function
        self.cpu = program.compile(function, "cpu")
        self.reference = program.compile(function, "reference")
        self.failures = 0
        self.runs = 0

    def outcome(self, exe, arrays, sizes):
        try:
            return exe.run(arrays, sizes)
        except Failure as failure:
            return failure

    def compare(self, what, arrays, sizes, slack=1.0, scale=1.0):
        self.runs += 1
        got = self.outcome(self.cpu, arrays, sizes)
        wanted = self.outcome(self.reference, arrays, sizes)
        if isinstance(got, Failure) or isinstance(wanted, Failure):
            if not (isinstance(got, Failure) and isinstance(wanted, Failure) and got.code == wanted.code):
                self.fail(what, sizes, f"{got if isinstance(got, Failure) else 'runs'}, the reference: "
                          f"{wanted if isinstance(wanted, Failure) else 'runs'}")
            return
        for (name, dtype, _), mine, other in zip(self.cpu.results, got, wanted):
            if mine == other:
                continue
            mine, other = unpack(dtype, mine), unpack(dtype, other)
            place = differs(dtype, mine, other, slack * SLACK.get(self.function, 1), scale)
            if place is not None:
                self.fail(what, sizes, f"{name} at {place} of {len(mine)} is {mine[place]}, the reference is "
                          f"{other[place]}")
                return

    def fail(self, what, sizes, text):
        self.failures += 1
        if self.failures <= 3:
            print(f"{self.function}, {what}, {sizes}: {text}", flush=True)

    def arrays(self, rng, sizes, data, only=None, chosen=None, **layout):
        out = []
        limit = sizes.get("M", 1)
        for (name, dtype, _), shape in zip(self.cpu.inputs, self.cpu.input_shapes(sizes)):
            source = data if only is None or name in only else normal
            source = (chosen or {}).get(name, source)
            values = fill(rng, self.function, name, dtype, product(shape), limit, source)
            out.append(Array(dtype, shape, values, **layout))
        return out

    def sizes(self, n, m, d, e):
        fixed = {"B": 2, "H": 2, "G": 2, "R": 2, "U": 3, "K": 5}
        return {**fixed, "N": n, "M": m, "D": d, "E": e}

    def all(self):
        rng = random.Random(self.function)
        for n, m, d, e in lengths(self.function):
            sizes = self.sizes(n, m, d, e)
            self.compare("normal", self.arrays(rng, sizes, normal), sizes)
        for n, m, d, e in PLACES[1:3]:
            sizes = self.sizes(n, m, d, e)
            self.compare("Fortran's order", self.arrays(rng, sizes, normal, reverse=True), sizes)
            self.compare("gaps", self.arrays(rng, sizes, normal, gap=3), sizes)
        for kind, data in HOSTILE.items():
            self.hostile(rng, kind, data)
        self.pieces(rng)
        return self.failures

    def pieces(self, rng):
        """Few rows, many places."""
        plain = pooled("normal", normal)
        names = [name for name, dtype, _ in self.cpu.inputs if dtype >= 4]
        # A NaN that only branches which are not taken look at still reaches the gauge of `branch`.
        kinds = [kind for kind in sorted(LONG_DATA) if not ("NaN" in kind and self.function == "branch")]
        for kind, m in zip([None] + rng.sample(kinds, 2), rng.sample(LONG, 3)):
            n = rng.randint(1, max(1, min(9, 18000 // m)))
            if self.function in WHOLE and rng.random() < 0.7:
                n, m = rng.choice([(m, 1), (m // 7, 7), (1, m), (3, m // 2)])
            sizes = self.sizes(n, m, rng.randint(1, 3), rng.randint(1, 5))
            if not kind:
                self.compare("long", self.arrays(rng, sizes, plain), sizes)
                continue
            name = rng.choice([name for name in names if not (kind == "far" and name in ROUNDED)] or [""])
            data = pooled(kind, LONG_DATA[kind])
            only = {other: data if other == name else plain for other in names}
            self.compare(f"long, {kind} in {name}", self.arrays(rng, sizes, plain, chosen=only), sizes,
                         slack=1000 if kind == "far" else 1)

    def hostile(self, rng, kind, data):
        names = [name for name, dtype, _ in self.cpu.inputs if dtype >= 4]
        is_large = kind in ("huge", "very negative")
        names = [name for name in names if not (kind == "far" and name in ROUNDED)]
        if not names or (is_large and self.function in OVERFLOWS):
            return
        for place in rng.sample(PLACES, 2):
            sizes = self.sizes(*place)
            name = rng.choice(names)
            self.compare(f"{kind} in {name}", self.arrays(rng, sizes, data, {name}), sizes,
                         slack=100 if kind in ("far", "steep") else 1,
                         scale=1e30 if is_large and name in FACTORS else 1)


def bits(program):
    """Equal for any number of threads, and when run again."""
    for function, place in SPLIT:
        exe = program.compile(function, "cpu")
        comparison = Comparison.__new__(Comparison)
        comparison.function, comparison.cpu = function, exe
        sizes = comparison.sizes(*place)
        arrays = comparison.arrays(random.Random(1), sizes, pooled("normal", normal))
        first = exe.run(arrays, sizes)
        for _ in range(3):
            assert exe.run(arrays, sizes) == first, f"{function} differs from run to run"
        print(function, hashlib.sha256(b"".join(first)).hexdigest())


# Rows, one long row, few rows over many keys.
SPLIT = [("plain", (700, 600, 16, 16)), ("plain", (1, 20000, 8, 8)), ("causal_product", (900, 900, 8, 8)),
         ("loss_of_all", (300, 700, 0, 0)), ("variance", (1, 200000, 0, 0)), ("weights", (3, 60000, 0, 0)),
         ("layer_norm_", (500, 300, 0, 0)), ("cross", (400, 500, 0, 0)), ("linear_cross", (64, 3000, 16, 0)),
         ("columns", (2000, 100, 0, 0)), ("extremes", (2, 90000, 0, 0)), ("moments", (2, 90000, 0, 0)),
         ("window_product", (9, 30000, 4, 8)), ("double", (1, 40000, 2, 3)), ("divergence", (1, 40000, 0, 0)),
         ("cross", (3, 40000, 0, 0)), ("variance", (50000, 3, 0, 0)), ("single", (0, 50000, 8, 40)), ("single_window", (0, 30000, 16, 3)),
         ("entropy", (2, 70000, 0, 0))]


def main():
    library, path, *rest = sys.argv[1:]
    program = Program(library, path)
    if rest == ["--bits"]:
        return bits(program)
    failures = runs = 0
    helpers = {"masked"}
    for function, _ in program.names:
        if function in helpers or (rest and function not in rest):
            continue
        comparison = Comparison(program, function)
        failures += comparison.all()
        runs += comparison.runs
    if not rest:
        texts = {}
        for threads in "1", "2", "4":
            command = [sys.executable, __file__, library, path, "--bits"]
            environment = {**os.environ, "FOVEA_NUM_THREADS": threads}
            texts[threads] = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE,
                                            env=environment).stdout
        for one, other in zip(texts["1"].splitlines(), zip(texts["2"].splitlines(), texts["4"].splitlines())):
            if any(one != text for text in other):
                print("threads change the bits of", one.split()[0])
                failures += 1
    print(f"{runs} runs, {failures} differ")
    return failures != 0


sys.exit(main())
