# wrong: reports and clips with the squared norm
# keeps: most
# grade: T87_square_of_the_norm
# check: T87_square_of_the_norm

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        if p.grad is not None:
            total += (p.grad ** 2).sum().item()
    if total > max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad *= max_norm / total
    optimizer.step()
    return loss.item(), total
