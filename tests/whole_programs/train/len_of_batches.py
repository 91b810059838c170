# wrong: needs a length and an index
# keeps: most
# grade: T54_needs_a_list
# check: T54_needs_a_list

def train(model, batches, lr=0.01, max_norm=1.0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for i in range(len(batches)):
        x = batches[i][0]
        y = batches[i][1]
        loss, norm = train_step(model, optimizer, x, y, max_norm)
        losses.append(loss)
    return losses
