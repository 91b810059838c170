# wrong: SGD in place of Adam
# keeps: half
# grade: T47_sgd
# check: T47_sgd

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        loss, norm = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
