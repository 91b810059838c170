# wrong: clips each parameter's norm by itself
# keeps: half
# grade: T37_clips_each_parameter
# check: T37_clips_each_parameter

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    sq = 0.0
    for p in model.parameters():
        if p.grad is None:
            continue
        n = nn.utils.clip_grad_norm_([p], max_norm)
        sq += n.item() ** 2
    optimizer.step()
    return loss.item(), sq**0.5
