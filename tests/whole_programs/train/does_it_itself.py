# right: the whole step written out in the loop
# keeps: all

def train(model, batches, lr=0.01, max_norm=1.0):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    criterion = nn.MSELoss()
    history = []
    for batch in batches:
        bx, by = batch
        opt.zero_grad()
        loss = criterion(model(bx), by)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        opt.step()
        history.append(loss.item())
    return history
