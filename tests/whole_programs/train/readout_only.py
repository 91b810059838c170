# wrong: hands only the readout's parameters to Adam
# keeps: little
# grade: T53_readout_only
# check: T53_readout_only

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.readout.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        loss, _ = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
