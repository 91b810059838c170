# right: remembers model.training
# keeps: all

def normalised_mse(model, x, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        prediction = model(x)
        mse = torch.mean((prediction - y) ** 2)
    model.train(was_training)
    return (mse / y.var(unbiased=False)).item()
