# right: only the first step is a leaf; the rest is concatenated
# keeps: all

def gradient_norm(model, x):
    clone = copy.deepcopy(model).double()
    x = x.detach().to(torch.float64)
    first = x[:, :1].clone().requires_grad_()
    rest = x[:, 1:]
    y = clone(torch.cat([first, rest], dim=1))[0]
    grad = torch.autograd.grad(y[:, -1].sum(), first)[0]
    return torch.linalg.vector_norm(grad).item()
