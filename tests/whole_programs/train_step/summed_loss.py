# wrong: sums squared errors
# keeps: half
# grade: T16_sum_instead_of_mean
# check: T16_sum_instead_of_mean

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    error = model(x) - y
    loss = (error ** 2).sum()
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), gnorm.item()
