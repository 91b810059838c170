# wrong: reports the loss after the step
# keeps: most
# grade: T42_loss_after_the_step
# check: T42_loss_after_the_step

def train_step(model, optimizer, x, y, max_norm):
    criterion = nn.MSELoss()
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    with torch.no_grad():
        loss = criterion(model(x), y)
    return loss.item(), norm.item()
