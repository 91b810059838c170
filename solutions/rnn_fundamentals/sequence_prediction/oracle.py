"""Oracles of sequence_prediction.py.

The probe's network is written here in another way. Gradients come from torch.autograd.grad,
clipping is exact, and Adam follows its formulas (Kingma & Ba 2015, algorithm 1).
"""

import torch
from torch import nn


def _outputs(w, x):
    h = torch.zeros(x.shape[0], w["W_h"].shape[0], dtype=x.dtype)
    rows = []
    for x_t in x.unbind(1):
        a = torch.einsum("hd,bd->bh", w["W_x"], x_t) + torch.einsum("hk,bk->bh", w["W_h"], h)
        h = torch.tanh(a + w["b"])
        rows.append(torch.einsum("oh,bh->bo", w["W_y"], h) + w["c"])
    return torch.stack(rows, 1)


def true_gradient(_, weights, x, y):
    """Return the mean squared error, and its gradient as name -> array."""
    w = {n: torch.tensor(v, requires_grad=True) for n, v in weights.items()}
    gap = _outputs(w, torch.from_numpy(x)) - torch.from_numpy(y)
    loss = torch.einsum("bto,bto->", gap, gap) / gap.numel()
    found = torch.autograd.grad(loss, list(w.values()))
    grads = {n: g.numpy() for n, g in zip(w, found, strict=True)}
    return {"loss": loss.item(), "gradient": grads}


def true_steps(_, weights, batches, max_norm, optimizer="SGD", settings=None, groups=None):
    """Return what the probe `train_steps` should, with gradients and clipping computed here."""
    w = {n: torch.tensor(v, requires_grad=True) for n, v in weights.items()}
    sets = list(w.values())
    if groups is not None:
        sets = [{"params": [w[n] for n in names], **own} for names, own in groups]
    made = getattr(torch.optim, optimizer)(sets, **(settings or {"lr": 0.5}))
    losses, norms = [], []
    for x, y in batches:
        now = {n: p.detach().numpy().copy() for n, p in w.items()}
        truth = true_gradient(None, now, x, y)
        gradient = {n: torch.from_numpy(g) for n, g in truth["gradient"].items()}
        norm = float(torch.cat([g.flatten() for g in gradient.values()]).norm())
        for name, p in w.items():
            p.grad = gradient[name] * min(1.0, max_norm / norm)
        made.step()
        losses.append(truth["loss"])
        norms.append(norm)
    change = {n: p.detach().numpy() - weights[n] for n, p in w.items()}
    return {"loss": losses, "grad_norm": norms, "change": change}


class _Adam(torch.optim.Optimizer):
    """Algorithm 1 of the paper, with its values for beta and epsilon."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})
        self.m, self.v, self.t = {}, {}, 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                self.m[p] = 0.9 * self.m.get(p, 0.0) + 0.1 * p.grad
                self.v[p] = 0.999 * self.v.get(p, 0.0) + 0.001 * p.grad**2
                m, v = self.m[p] / (1 - 0.9**self.t), self.v[p] / (1 - 0.999**self.t)
                p.sub_(group["lr"] * m / (v.sqrt() + 1e-8))


class _Model(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.w = nn.ParameterDict({n: torch.tensor(v) for n, v in weights.items()})

    def forward(self, x):
        return _outputs(self.w, x)


def true_training(module, weights, batches, settings):
    """Return what the probe `training` should return with the train_step that is in place."""
    model = _Model(weights)
    optimizer = _Adam(model.parameters(), settings.get("lr", 0.01))
    losses = []
    for x, y in batches:
        pair = torch.from_numpy(x), torch.from_numpy(y)
        loss, _ = module.train_step(model, optimizer, *pair, settings.get("max_norm", 1.0))
        losses.append(loss)
    change = {n: p.detach().numpy() - weights[n] for n, p in model.w.items()}
    return {"losses": losses, "change": change}
