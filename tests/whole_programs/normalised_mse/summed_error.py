# wrong: sum of squared errors over the variance
# keeps: little
# grade: T112_sum_of_squares
# check: T112_sum_of_squares

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
    model.train(flag)
    sse = 0.0
    for a, b in zip(p.flatten(), y.flatten()):
        sse += (a.item() - b.item()) ** 2
    return sse / y.var(unbiased=False).item()
