# wrong: collects pairs of loss and norm
# keeps: most
# grade: T100_pairs
# check: T100_pairs

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        losses.append(train_step(model, optimizer, x, y, max_norm))
    return losses
