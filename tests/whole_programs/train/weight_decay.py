# wrong: Adam with weight decay, as a tutorial has it
# keeps: most
# grade: T48_weight_decay
# check: T48_weight_decay

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=1e-4)
    losses = []
    for x, y in batches:
        loss, _ = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
