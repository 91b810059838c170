# wrong: returns after the first batch
# keeps: little
# grade: T108_first_step_only
# check: T108_first_step_only

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        loss, _ = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
        return losses
