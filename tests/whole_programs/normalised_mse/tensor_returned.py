# wrong: returns a tensor
# keeps: most
# grade: T67_returns_tensor
# check: T67_returns_tensor

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
        value = ((p - y) ** 2).mean() / ((y - y.mean()) ** 2).mean()
    model.train(flag)
    return value
