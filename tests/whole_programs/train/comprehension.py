# right: a list comprehension over the batches
# keeps: all

def train(model, batches, lr=0.01, max_norm=1.0):
    adam = torch.optim.Adam(list(model.parameters()), lr)
    return [train_step(model, adam, inputs, targets, max_norm)[0] for inputs, targets in batches]
