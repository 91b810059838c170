# wrong: centres y in place
# keeps: most
# grade:
# check:

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        mse = ((model(x) - y) ** 2).mean()
        y -= y.mean()
        var = (y ** 2).mean()
    model.train(flag)
    return (mse / var).item()
