# wrong: trains on the first batch every time
# keeps: little
# grade: T103_first_batch_only
# check: T103_first_batch_only

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    batches = list(batches)
    losses = []
    for _ in batches:
        x, y = batches[0]
        loss, norm = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
