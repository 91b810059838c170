# wrong: standardises both with the mean and sd of y, sample sd, then the error
# keeps: half
# grade: T58_sample_variance
# check: T58_sample_variance

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        mu, sd = y.mean(), y.std()
        p = (model(x) - mu) / sd
        t = (y - mu) / sd
    model.train(flag)
    return nn.functional.mse_loss(p, t).item()
