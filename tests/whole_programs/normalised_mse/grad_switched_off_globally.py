# wrong: set_grad_enabled(False) and never on again
# keeps: most
# grade: T85_leaves_gradients_off
# check: T85_leaves_gradients_off

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    torch.set_grad_enabled(False)
    p = model(x)
    value = ((p - y) ** 2).mean() / y.var(unbiased=False)
    model.train(flag)
    return value.item()
