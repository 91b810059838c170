# wrong: returns the norm first, then the loss
# keeps: most
# grade: T88_results_swapped
# check: T88_results_swapped

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return gnorm.item(), loss.item()
