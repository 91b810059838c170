# wrong: scales gradients to max_norm even where they are smaller
# keeps: half
# grade: T39_always_rescales
# check: T39_always_rescales

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.sqrt(sum(torch.sum(g * g) for g in grads))
    for g in grads:
        g.mul_(max_norm / norm)
    optimizer.step()
    return loss.item(), norm.item()
