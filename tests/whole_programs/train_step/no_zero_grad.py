# wrong: old gradients are added to the new
# keeps: most
# grade: T01_keeps_old_gradients
# check: T01_keeps_old_gradients

def train_step(model, optimizer, x, y, max_norm):
    out = model(x)
    loss = nn.functional.mse_loss(out, y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()
