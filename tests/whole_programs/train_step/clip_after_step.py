# wrong: clips after the optimizer's step
# keeps: half
# grade: T35_never_clips
# check: T35_never_clips

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), norm.item()
