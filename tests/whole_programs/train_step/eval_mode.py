# wrong: switches the model into evaluation mode
# keeps: half
# grade: T43_evaluation_mode
# check: T43_evaluation_mode

def train_step(model, optimizer, x, y, max_norm):
    model.eval()
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), gnorm.item()
