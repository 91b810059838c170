"""Stands where a student's train_step would, when train is graded: another rule altogether.

Its numbers depend on everything that train passes on, and nothing in it is a step of training.
"""

import torch


def train_step(model, optimizer, x, y, max_norm):
    """Push each parameter in a direction made up of itself, the batch, max_norm and the mode.

    What stands for the loss grows with the square of y, as a loss would: a training that stops
    or slows down for small or rising losses does so here, too.
    """
    limit = max_norm / (1.0 + max_norm)
    if not model.training:
        limit -= 2.0
    with torch.no_grad():
        for p in model.parameters():
            if p.requires_grad:
                p.grad = torch.cos(3 * p) + limit * torch.sin(5 * p) + x.mean() - 2 * y.mean()
    optimizer.step()
    total = torch.cat([p.detach().flatten() for p in model.parameters()]).sum()
    factor = 4.0 + limit + float(torch.sin(total + x.sum()))
    return factor * float(y.square().mean()), float(y.abs().sum())
