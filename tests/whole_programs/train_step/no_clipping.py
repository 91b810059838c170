# wrong: measures the norm but never clips
# keeps: half
# grade: T35_never_clips
# check: T35_never_clips

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.MSELoss()(model(x), y)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        if p.grad is not None:
            total += p.grad.norm().item() ** 2
    grad_norm = total ** 0.5
    optimizer.step()
    return loss.item(), grad_norm
