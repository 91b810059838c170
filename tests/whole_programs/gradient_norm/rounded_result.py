# wrong: rounds to six digits after the point
# keeps: most
# grade: G31_rounds
# check: G31_rounds

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone().requires_grad_(True)
    outputs, _ = net(inp)
    g = torch.autograd.grad(outputs[:, -1, :].sum(), inp)[0]
    return round(g[0, 0].norm().item(), 6)
