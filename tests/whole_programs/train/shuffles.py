# wrong: shuffles the batches first
# keeps: half
# grade:
# check:

def train(model, batches, lr=0.01, max_norm=1.0):
    import random

    data = list(batches)
    random.Random(0).shuffle(data)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for x, y in data:
        loss, _ = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
