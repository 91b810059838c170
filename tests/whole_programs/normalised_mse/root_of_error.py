# wrong: takes the root of the error
# keeps: little
# grade: T63_root
# check: T63_root

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        rmse = torch.sqrt(((model(x) - y) ** 2).mean())
        result = rmse / torch.sqrt(y.var(unbiased=False))
    model.train(flag)
    return result.item()
