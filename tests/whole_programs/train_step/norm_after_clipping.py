# wrong: reports the norm of the clipped gradients
# keeps: most
# grade: T40_norm_after_clipping
# check: T40_norm_after_clipping

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    after = [p.grad.norm() ** 2 for p in model.parameters() if p.grad is not None]
    grad_norm = sum(after).item() ** 0.5
    optimizer.step()
    return loss.item(), grad_norm
