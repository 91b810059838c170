# right: torch.autograd.grad and gradients set by hand
# keeps: all

def train_step(model, optimizer, x, y, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    loss = nn.MSELoss()(model(x), y)
    grads = torch.autograd.grad(loss, params, allow_unused=True)
    flat = torch.cat([g.reshape(-1) for g in grads if g is not None])
    norm = torch.linalg.vector_norm(flat)
    factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
    for p in model.parameters():
        p.grad = None
    for p, g in zip(params, grads):
        p.grad = None if g is None else g * factor
    optimizer.step()
    return loss.item(), norm.item()
