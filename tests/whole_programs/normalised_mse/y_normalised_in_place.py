# wrong: centres y in place
# keeps: most
# grade: T114_centres_y
# check: T114_centres_y

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        mse = ((model(x) - y) ** 2).mean()
        y -= y.mean()
        var = (y ** 2).mean()
    model.train(flag)
    return (mse / var).item()
