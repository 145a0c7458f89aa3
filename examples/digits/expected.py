#!/usr/bin/env python3
"""Loss and accuracy of digits.fov, computed by numpy alone in f64: the numbers that the tests expect.

    python3 examples/digits/expected.py
"""
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def load(name):
    array = np.load(HERE / f"{name}.npy")
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def main():
    images, labels = load("images"), load("labels")
    h = images @ load("embed").T + load("place")
    q, k, v = (h @ load(name).T for name in ("wq", "wk", "wv"))
    a = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]))
    pooled = (h + a @ v).mean(axis=1)
    logits = pooled @ load("head").T + load("bias")
    p = softmax(logits)[np.arange(len(labels)), labels]
    print("loss", -np.log(p).mean())
    print("accuracy", (logits.argmax(axis=1) == labels).mean())


if __name__ == "__main__":
    main()
