# wrong: divides by the mean square of y, not its variance
# keeps: little
# grade: T64_mean_of_squares
# check: T64_mean_of_squares

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
        value = ((p - y) ** 2).mean() / (y ** 2).mean()
    model.train(flag)
    return value.item()
