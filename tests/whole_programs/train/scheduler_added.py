# wrong: adds a learning rate schedule
# keeps: most
# grade: T106_schedule
# check: T106_schedule

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.9)
    losses = []
    for x, y in batches:
        loss, _ = train_step(model, optimizer, x, y, max_norm)
        scheduler.step()
        losses.append(loss)
    return losses
