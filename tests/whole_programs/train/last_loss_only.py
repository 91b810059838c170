# wrong: returns the last loss
# keeps: most
# grade: T102_last_loss
# check: T102_last_loss

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    loss = 0.0
    for x, y in batches:
        loss, norm = train_step(model, optimizer, x, y, max_norm)
    return loss
