# wrong: takes the error of the last step only
# keeps: half
# grade: T31_last_output_only
# check: T31_last_output_only

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    predictions = model(x)
    loss = nn.functional.mse_loss(predictions[:, -1, :], y[:, -1, :])
    loss.backward()
    grad_norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm).item()
    optimizer.step()
    return loss.item(), grad_norm
