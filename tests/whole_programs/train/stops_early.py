# wrong: stops when the loss rises
# keeps: half
# grade: T107_stops_when_loss_rises
# check: T107_stops_when_loss_rises

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    best = float("inf")
    for x, y in batches:
        loss, _ = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
        if loss > best:
            break
        best = loss
    return losses
