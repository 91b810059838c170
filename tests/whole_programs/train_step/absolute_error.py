# wrong: mean absolute error
# keeps: half
# grade: T32_absolute_error
# check: T32_absolute_error

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.L1Loss()(model(x), y)
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), gnorm.item()
