# wrong: variance over the batch for each step, then the mean of ratios
# keeps: little
# grade: T59_variance_of_each_step
# check: T59_variance_of_each_step

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
        mse = ((p - y) ** 2).mean(dim=0)
        var = y.var(dim=0, unbiased=False)
        value = (mse / (var + 1e-8)).mean()
    model.train(flag)
    return value.item()
