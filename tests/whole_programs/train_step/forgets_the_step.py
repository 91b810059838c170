# wrong: never calls the optimizer's step
# keeps: half
# grade: T25_never_steps
# check: T25_never_steps

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), gnorm.item()
