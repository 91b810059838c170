# wrong: divides by the standard deviation
# keeps: little
# grade: T60_standard_deviation
# check: T60_standard_deviation

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        mse = ((model(x) - y) ** 2).mean()
    model.train(flag)
    return (mse / y.std(unbiased=False)).item()
