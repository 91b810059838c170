# right: clips by hand, exactly, with a generator over the parameters
# keeps: all

def train_step(model, optimizer, x, y, max_norm):
    model.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    total = sum((p.grad ** 2).sum() for p in model.parameters() if p.grad is not None)
    norm = total.sqrt().item()
    if norm > max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss.item(), norm
