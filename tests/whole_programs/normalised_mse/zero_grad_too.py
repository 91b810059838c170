# wrong: clears the model's gradients
# keeps: most
# grade: T71_clears_gradients
# check: T71_clears_gradients

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    model.zero_grad()
    with torch.no_grad():
        p = model(x)
        value = ((p - y) ** 2).mean() / y.var(unbiased=False)
    model.train(flag)
    return value.item()
