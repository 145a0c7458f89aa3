#!/usr/bin/env python3
"""Makes the .npy files of this folder: pictures and labels from scikit-learn, untrained weights from a fixed seed.

    python3 -m venv /tmp/digits && /tmp/digits/bin/pip install scikit-learn
    /tmp/digits/bin/python examples/digits/make_data.py
"""
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

HERE = Path(__file__).parent
WIDTH = 16


def main():
    digits = load_digits()
    # 0 ... 16 in the source; sixteenths are exact in f16.
    np.save(HERE / "images.npy", (digits.images / 16).astype(np.float16))
    np.save(HERE / "labels.npy", digits.target.astype(np.int64))

    rng = np.random.default_rng(2026)
    shapes = {
        "embed": (WIDTH, 8),
        "place": (8, WIDTH),
        "wq": (WIDTH, WIDTH),
        "wk": (WIDTH, WIDTH),
        "wv": (WIDTH, WIDTH),
        "head": (10, WIDTH),
    }
    for name, shape in shapes.items():
        weights = rng.normal(size=shape) / np.sqrt(shape[1])
        np.save(HERE / f"{name}.npy", weights.astype(np.float32))
    np.save(HERE / "bias.npy", np.zeros(10, np.float32))


if __name__ == "__main__":
    main()
