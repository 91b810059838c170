# wrong: updates parameters by plain gradient descent and does not use the optimizer's step
# keeps: half
# grade: T89_own_gradient_descent
# check: T89_own_gradient_descent

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    lr = optimizer.param_groups[0]["lr"]
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= lr * p.grad
    return loss.item(), gnorm.item()
