# wrong: divides by the variance of the predictions
# keeps: little
# grade: T110_variance_of_prediction
# check: T110_variance_of_prediction

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
        mse = ((p - y) ** 2).mean().item()
        var = p.var(unbiased=False).item()
    model.train(flag)
    return mse / var
