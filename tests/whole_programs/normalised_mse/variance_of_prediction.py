# wrong: divides by the variance of the predictions
# keeps: half
# grade:
# check:

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
        mse = ((p - y) ** 2).mean().item()
        var = p.var(unbiased=False).item()
    model.train(flag)
    return mse / var
