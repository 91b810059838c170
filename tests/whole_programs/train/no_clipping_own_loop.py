# wrong: writes the step out without clipping
# keeps: most
# grade: T104_never_clips
# check: T104_never_clips

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for x, y in batches:
        loss = ((model(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
