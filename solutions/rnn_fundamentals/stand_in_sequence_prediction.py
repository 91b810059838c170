"""Stands where a student's train_step would, when train is graded: another rule altogether.

Its numbers depend on everything that train passes on, and nothing in it is a step of training.
"""

import torch


def train_step(model, optimizer, x, y, max_norm):
    """Push each parameter in a direction made up of itself, the batch and max_norm."""
    limit = max_norm / (1.0 + max_norm)
    with torch.no_grad():
        for p in model.parameters():
            if p.requires_grad:
                p.grad = torch.cos(3 * p) + limit * torch.sin(5 * p) + x.mean() - 2 * y.mean()
    optimizer.step()
    total = sum(float(p.detach().sum()) for p in model.parameters())
    return float(x.sum() - 2 * y.sum()) + total + limit, float(y.abs().sum())
