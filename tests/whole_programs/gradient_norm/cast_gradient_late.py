# wrong: runs in the model's dtype and casts only the gradient to float64
# keeps: most
# grade: G17_float32
# check: G17_float32

def gradient_norm(model, x):
    net = copy.deepcopy(model)
    dtype = next(net.parameters()).dtype
    inp = x.detach().clone().to(dtype)
    inp.requires_grad_(True)
    hs, _ = net(inp)
    hs[:, -1, :].sum().backward()
    return inp.grad.double()[0, 0].norm().item()
