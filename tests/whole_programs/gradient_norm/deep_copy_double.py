# right: a float64 copy of the model, autograd.grad by a fresh leaf
# keeps: all

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone().requires_grad_(True)
    outputs, _ = net(inp)
    loss = outputs[:, -1, :].sum()
    (g,) = torch.autograd.grad(loss, inp)
    return g[0, 0].norm().item()
