# wrong: records the mean of the losses so far
# keeps: most
# grade: T101_running_mean
# check: T101_running_mean

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    total = 0.0
    n = 0
    for x, y in batches:
        loss, norm = train_step(model, optimizer, x, y, max_norm)
        total += loss
        n += 1
        losses.append(total / n)
    return losses
