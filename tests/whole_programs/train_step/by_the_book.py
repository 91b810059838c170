# right: zero_grad, loss, backward, clip_grad_norm_, step
# keeps: all

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    prediction = model(x)
    loss = nn.functional.mse_loss(prediction, y)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()
