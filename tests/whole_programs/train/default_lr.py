# wrong: does not hand lr on
# keeps: most
# grade: T46_adams_own_lr
# check: T46_adams_own_lr

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters())
    losses = []
    for i, (x, y) in enumerate(batches):
        loss, norm = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
