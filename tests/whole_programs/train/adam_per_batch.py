# wrong: makes a new Adam for each batch
# keeps: half
# grade: T13_new_optimizer_each_step
# check: T13_new_optimizer_each_step

def train(model, batches, lr=0.01, max_norm=1.0):
    losses = []
    for x, y in batches:
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        loss, norm = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
