# right: next() until StopIteration
# keeps: all

def train(model, batches, lr=0.01, max_norm=1.0):
    optimiser = torch.optim.Adam([p for p in model.parameters()], lr=lr)
    it = iter(batches)
    losses = []
    while True:
        try:
            x, y = next(it)
        except StopIteration:
            break
        losses += [train_step(model, optimiser, x, y, max_norm)[0]]
    return losses
