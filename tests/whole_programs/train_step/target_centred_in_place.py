# wrong: centres the targets in place before the loss
# keeps: most
# grade: T93_centres_targets
# check: T93_centres_targets

def train_step(model, optimizer, x, y, max_norm):
    y -= y.mean()
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), gnorm.item()
