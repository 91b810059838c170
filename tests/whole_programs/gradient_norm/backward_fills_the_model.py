# wrong: works on the model itself: backward adds to its .grad
# keeps: most
# grade: G25_fills_gradients
# check: G25_fills_gradients

def gradient_norm(model, x):
    was = next(model.parameters()).dtype
    model.to(torch.float64)
    xs = x.detach().to(torch.float64).requires_grad_(True)
    outs, _ = model(xs)
    outs[:, -1, :].sum().backward()
    norm = xs.grad[:, 0, :].norm().item()
    model.to(was)
    return norm
