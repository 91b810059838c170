# wrong: expects model(x) to return a pair as nn.RNN does
# keeps: nothing
# grade: T91_expects_a_pair
# check: T91_expects_a_pair

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    outputs, _ = model(x)
    loss = nn.functional.mse_loss(outputs, y)
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), gnorm.item()
