# wrong: turns the given model itself into float64 and leaves it so
# keeps: most
# grade: G24_converts_the_model
# check: G24_converts_the_model

def gradient_norm(model, x):
    model.double()
    x0 = x.detach().double().clone()
    x0.requires_grad_(True)
    out, _ = model(x0)
    s = out[:, -1, :].sum()
    g = torch.autograd.grad(s, x0)[0]
    return g[0, 0].norm().item()
