# wrong: clips before there are gradients
# keeps: half
# grade: T35_never_clips T94_clips_before_backward
# check: T35_never_clips T94_clips_before_backward

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    pred = model(x)
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss = nn.functional.mse_loss(pred, y)
    loss.backward()
    optimizer.step()
    return loss.item(), float(norm)
