# wrong: clears the gradients after backward
# keeps: little
# grade: T02_clears_new_gradients
# check: T02_clears_new_gradients

def train_step(model, optimizer, x, y, max_norm):
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.zero_grad()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), float(gnorm)
