# right: clips by hand over all parameters, each of which has a gradient
# keeps: all

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    y_hat = model(x)
    loss = torch.mean((y_hat - y) ** 2)
    loss.backward()
    squares = sum((p.grad ** 2).sum() for p in model.parameters())
    grad_norm = float(squares) ** 0.5
    scale = min(1.0, max_norm / grad_norm) if grad_norm > 0 else 1.0
    for p in model.parameters():
        p.grad *= scale
    optimizer.step()
    return float(loss), grad_norm
