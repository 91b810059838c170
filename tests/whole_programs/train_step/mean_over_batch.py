# wrong: divides the sum by the batch size only
# keeps: half
# grade: T86_divides_by_batch_size
# check: T86_divides_by_batch_size

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad()
    pred = model(x)
    batch = x.shape[0]
    loss = torch.sum((pred - y) ** 2) / batch
    loss.backward()
    gnorm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), gnorm.item()
