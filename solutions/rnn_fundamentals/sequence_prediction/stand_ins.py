"""Stand-in for train_step while train is graded: another rule, which is no step of training.

Its results depend on everything that train passes on.
"""

import torch


def train_step(model, optimizer, x, y, max_norm):
    """Move each parameter in a direction that depends on itself, the batch, max_norm and the mode.

    The number returned as loss grows with the square of y, like a loss, so that a training that
    stops for small or rising losses does so here, too.
    """
    if hasattr(model, "note"):  # as if it had run
        model.note(x)
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
