# wrong: compares the last step only
# keeps: little
# grade: T111_last_step_only
# check: T111_last_step_only

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)[:, -1, :]
        t = y[:, -1, :]
        value = ((p - t) ** 2).mean() / t.var(unbiased=False)
    model.train(flag)
    return value.item()
