# wrong: divides by the square of the range
# keeps: little
# grade: T113_squared_range
# check: T113_squared_range

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        mse = ((model(x) - y) ** 2).mean()
    model.train(flag)
    return (mse / (y.max() - y.min()) ** 2).item()
