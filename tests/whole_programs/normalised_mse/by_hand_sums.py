# right: sums of squares over the same count
# keeps: all

def normalised_mse(model, x, y):
    before = model.training
    model.train(False)
    with torch.inference_mode():
        out = model(x)
        residual = ((y - out) ** 2).sum()
        total = ((y - y.mean()) ** 2).sum()
    model.train(before)
    return (residual / total).item()
