# wrong: always clips at 1
# keeps: most
# grade: T49_ignores_max_norm
# check: T49_ignores_max_norm

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    out = []
    for x, y in batches:
        out.append(train_step(model, optimizer, x, y, 1.0)[0])
    return out
