#!/usr/bin/env python3
"""Prints the test blocks of frontend/std/*.fov whose numbers come from PyTorch, in f64.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch
    /tmp/torch/bin/python tests/std/torch_values.py nn|attention|loss

Each line is a condition: on the left the call in Fovea, on the right what PyTorch (2.15) gives for it.
"""
import sys
import textwrap

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
T = torch.tensor


def fov(value):
    """A tensor as Fovea writes it."""
    if isinstance(value, torch.Tensor):
        value = value.tolist()
    if isinstance(value, list):
        return "[" + ", ".join(fov(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def show(text):
    """Prints a line, broken where Fovea goes on: in brackets or after an operator."""
    text = text.replace(" ~= ", "\xa0~= ").replace(" = [", "\xa0=\xa0[")
    for part in textwrap.wrap(text, 116, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False):
        print(part.replace("\xa0", " "))


def line(call, value):
    show(f"{call} ~= {fov(value)}")


def names(**tensors):
    for name, value in tensors.items():
        show(f"{name} = {fov(value)}")


def block(title):
    if title:
        print(f'test "{title}" {{')
    else:
        print("}\n")


def nn():
    x = T([-2.5, -0.5, 0.0, 0.5, 3.0])
    block("softmax and its relatives, as PyTorch")
    names(x=x)
    line("softmax(x)", F.softmax(x, 0))
    line("log_softmax(x)", F.log_softmax(x, 0))
    line("logsumexp(x)", torch.logsumexp(x, 0))
    line("softmax([1000, 1001])", F.softmax(T([1000.0, 1001.0]), 0))
    line("log_softmax([1000000, 1000001])", F.log_softmax(T([1e6, 1e6 + 1]), 0))
    block("")
    block("normalisations, as PyTorch")
    w, b = T([1.0, 2.0, 0.5, -1.0, 1.5]), T([0.0, 0.5, -0.5, 1.0, 0.25])
    names(x=x, w=w, b=b)
    line("normalize(x)", F.normalize(x, dim=0))
    line("normalize(x, p = 1)", F.normalize(x, p=1, dim=0))
    line("normalize([0, 0])", F.normalize(T([0.0, 0.0]), dim=0))
    line("layer_norm(x)", F.layer_norm(x, (5,)))
    line("layer_norm(x, w, b)", F.layer_norm(x, (5,), w, b))
    line("layer_norm(x, eps = 0.1)", F.layer_norm(x, (5,), eps=0.1))
    y = T([[1.0, 2.0], [4.0, 8.0]])
    line("layer_norm([[1, 2], [4, 8]])", F.layer_norm(y, (2, 2)))
    line("rms_norm(x, eps = 1e-5)", F.rms_norm(x, (5,), eps=1e-5))
    line("rms_norm(x, w, eps = 1e-5)", F.rms_norm(x, (5,), w, eps=1e-5))
    block("")
    block("activations, as PyTorch")
    names(x=x)
    line("relu(x)", F.relu(x))
    line("elu(x)", F.elu(x))
    line("elu(x, alpha = 0.5)", F.elu(x, alpha=0.5))
    line("gelu(x)", F.gelu(x))
    line("gelu(x, approximate = tanh)", F.gelu(x, approximate="tanh"))
    line("silu(x)", F.silu(x))
    line("softplus(x)", F.softplus(x))
    line("softplus(x, beta = 2, threshold = 4)", F.softplus(x, beta=2, threshold=4))
    line("log_sigmoid(x)", F.logsigmoid(x))
    block("")


def attention():
    q = T([[1.0, 0.5], [-0.5, 2.0]])
    k = T([[0.5, 1.0], [1.0, -1.0], [2.0, 0.25]])
    v = T([[1.0, 2.0, 3.0], [-1.0, 0.0, 1.0], [0.5, -0.5, 4.0]])
    mask = T([[True, False, True], [False, True, True]])
    bias = T([[0.5, -1.0, 0.0], [1.0, 2.0, -3.0]])
    sdpa = F.scaled_dot_product_attention
    block("attention, as PyTorch")
    names(q=q, k=k, v=v, mask=mask, bias=bias)
    line("attention(q, k, v)", sdpa(q, k, v))
    line("attention(q, k, v, mask)", sdpa(q, k, v, mask))
    line("attention(q, k, v, bias = bias)", sdpa(q, k, v, bias))
    line("attention(q, k, v, scale = 0.3)", sdpa(q, k, v, scale=0.3))
    line("causal_attention(q, k, v)", sdpa(q, k, v, is_causal=True))
    lower = T([[True, True, False], [True, True, True]])
    line("causal_attention(q, k, v, align = lower_right)", sdpa(q, k, v, lower))
    window = T([[True, True, False], [False, True, True]])
    line("sliding_window_attention(q, k, v, 2)", sdpa(q, k, v, window))
    capped = 2 * torch.tanh(q @ k.T / 2**0.5 / 2)
    line("attention(q, k, v, score = (s, i, j) -> 2 * tanh(s / 2))",
         torch.softmax(capped, 1) @ v)
    block("")
    block("grouped-query attention, as PyTorch")
    q4 = T([[[1.0, 0.5]], [[-0.5, 2.0]], [[0.0, 1.0]], [[3.0, -1.0]]])
    k2 = T([[[0.5, 1.0], [1.0, -1.0]], [[2.0, 0.25], [0.0, 0.5]]])
    v2 = T([[[1.0], [-1.0]], [[0.5], [4.0]]])
    names(q=q4, k=k2, v=v2)
    line("grouped_query_attention(q, k, v)", sdpa(q4[None], k2[None], v2[None], enable_gqa=True)[0])
    block("")
    block("additive attention")
    wq, wk, u = T([[1.0, 0.5], [-1.0, 2.0]]), T([[0.5, 0.0], [1.0, -0.5]]), T([1.0, -2.0])
    s = (torch.tanh((q @ wq.T)[:, None] + (k @ wk.T)[None]) * u).sum(-1)
    names(q=q, k=k, v=v, wq=wq, wk=wk, u=u)
    line("additive_attention(q, k, v, wq, wk, u)", torch.softmax(s, 1) @ v)
    block("")


def loss():
    x, y = T([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]]), T([[0.5, 1.0, 0.5], [2.0, 2.5, -4.0]])
    w = T([[1.0, 0.5, 2.0], [0.0, 1.0, 0.25]])
    block("regression losses, as PyTorch")
    names(x=x, y=y, w=w)
    for name in ("l1_loss", "mse_loss"):
        f = getattr(F, name)
        for r in ("none", "mean", "sum"):
            line(f"{name}(x, y, reduction = {r})", f(x, y, reduction=r))
            line(f"{name}(x, y, weight = w, reduction = {r})", f(x, y, reduction=r, weight=w))
    for name, option in (("huber_loss", "delta"), ("smooth_l1_loss", "beta")):
        f = getattr(F, name)
        for r in ("none", "mean", "sum"):
            line(f"{name}(x, y, reduction = {r})", f(x, y, reduction=r))
        line(f"{name}(x, y, {option} = 0.75)", f(x, y, **{option: 0.75}))
    block("")
    block("binary cross entropy and divergence, as PyTorch")
    p, t = T([[0.1, 0.5, 0.9], [1.0, 0.0, 0.3]]), T([[0.0, 1.0, 0.75], [1.0, 1.0, 0.2]])
    names(x=x, p=p, t=t, w=w)
    for r in ("none", "mean", "sum"):
        line(f"binary_cross_entropy(p, t, reduction = {r})", F.binary_cross_entropy(p, t, reduction=r))
        line(f"binary_cross_entropy_with_logits(x, t, reduction = {r})",
             F.binary_cross_entropy_with_logits(x, t, reduction=r))
        line(f"binary_cross_entropy_with_logits(x, t, w, pos_weight = w, reduction = {r})",
             F.binary_cross_entropy_with_logits(x, t, w, pos_weight=w, reduction=r))
    line("binary_cross_entropy(p, t, w)", F.binary_cross_entropy(p, t, w))
    a, b = F.log_softmax(x, 1), T([[0.2, 0.0, 0.8], [0.5, 0.25, 0.25]])
    names(a=a, b=b)
    for r in ("none", "batchmean", "mean", "sum"):
        line(f"kl_div(a, b, reduction = {r})", F.kl_div(a, b, reduction=r))
        line(f"kl_div(a, x, log_target = true, reduction = {r})", F.kl_div(a, x, log_target=True, reduction=r))
    block("")
    x = T([[0.5, -1.0, 2.0, 0.0], [1.5, 0.25, -0.75, 3.0], [-2.0, 0.0, 1.0, 0.5]])
    t, w = torch.tensor([2, -100, 1]), T([0.5, 2.0, 1.0, 0.25])
    p = T([[0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 1.0, 0.0], [0.25, 0.25, 0.5, 0.0]])
    block("cross entropy, as PyTorch")
    names(x=x, t=t, w=w, p=p)
    for r in ("none", "mean", "sum"):
        line(f"cross_entropy(x, t, reduction = {r})", F.cross_entropy(x, t, reduction=r))
        line(f"cross_entropy(x, t, w, reduction = {r})", F.cross_entropy(x, t, w, reduction=r))
        line(f"cross_entropy(x, t, w, label_smoothing = 0.1, reduction = {r})",
             F.cross_entropy(x, t, w, label_smoothing=0.1, reduction=r))
        line(f"cross_entropy(x, p, w, label_smoothing = 0.1, reduction = {r})",
             F.cross_entropy(x, p, w, label_smoothing=0.1, reduction=r))
        line(f"nll_loss(x, t, w, reduction = {r})", F.nll_loss(x, t, w, reduction=r))
        line(f"cross_entropy([0.1, 0.2, 0.3], 1, reduction = {r})",
             F.cross_entropy(T([0.1, 0.2, 0.3]), torch.tensor(1), reduction=r))
    line("cross_entropy(x, [2, 0, 1], ignore_index = 0)",
         F.cross_entropy(x, torch.tensor([2, 0, 1]), ignore_index=0))
    line("cross_entropy(x, p)", F.cross_entropy(x, p))
    line("cross_entropy([0.1, 0.2, 0.3], [0.5, 0.5, 0.0])",
         F.cross_entropy(T([0.1, 0.2, 0.3]), T([0.5, 0.5, 0.0])))
    block("")
    block("cross entropy of more axes, as PyTorch")
    x = T([[[0.5, -1.0], [2.0, 0.0], [1.5, 0.25]], [[-0.75, 3.0], [-2.0, 0.0], [1.0, 0.5]]])
    t = torch.tensor([[0, 2], [-100, 1]])
    names(x=x, t=t)
    for r in ("none", "mean", "sum"):
        line(f"cross_entropy(x, t, reduction = {r})", F.cross_entropy(x, t, reduction=r))
    block("")
    block("linear cross entropy, as PyTorch")
    h, w = T([[1.0, 0.5], [-0.5, 2.0]]), T([[0.5, 1.0], [1.0, -1.0], [2.0, 0.25]])
    t, b = torch.tensor([2, 0]), T([0.1, -0.2, 0.0])
    names(h=h, w=w, t=t, b=b)
    line("linear_cross_entropy(h, w, t)", F.linear_cross_entropy(h, w, t))
    line("linear_cross_entropy(h, w, t, b, reduction = none, label_smoothing = 0.1)",
         F.linear_cross_entropy(h, w, t, linear_bias=b, reduction="none", label_smoothing=0.1))
    block("")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("nn", "attention", "loss"):
        sys.exit(__doc__)
    {"nn": nn, "attention": attention, "loss": loss}[sys.argv[1]]()
