# wrong: leaves the model in evaluation mode
# keeps: most
# grade: T70_ends_in_evaluation_mode
# check: T70_ends_in_evaluation_mode

def train(model, batches, lr=0.01, max_norm=1.0):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        loss, norm = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    model.eval()
    return losses
