# wrong: goes ten times through the batches
# keeps: half
# grade: T52_two_rounds T109_ten_rounds
# check: T52_two_rounds T109_ten_rounds

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(10):
        for x, y in batches:
            loss, norm = train_step(model, optimizer, x, y, max_norm)
            losses.append(loss)
    return losses
