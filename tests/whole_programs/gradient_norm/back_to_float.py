# wrong: turns the model into float64 and then into float32, whatever it was
# keeps: most
# grade: G83_back_to_float32 G24_converts_the_model
# check: G83_back_to_float32 G24_converts_the_model

def gradient_norm(model, x):
    model.double()
    x0 = x.detach().double().clone().requires_grad_(True)
    out = model(x0)[0]
    g = torch.autograd.grad(out[:, -1, :].sum(), x0)[0]
    model.float()
    return g[0, 0].norm().item()
