# wrong: collects gradient norms instead of losses
# keeps: half
# grade: T50_returns_norms
# check: T50_returns_norms

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        norm, loss = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
