# wrong: returns a tensor of no dimension
# keeps: most
# grade: G27_returns_a_tensor
# check: G27_returns_a_tensor

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone().requires_grad_(True)
    outputs, _ = net(inp)
    g = torch.autograd.grad(outputs[0, -1].sum(), inp)[0]
    return torch.norm(g[0, 0])
