# wrong: adds up absolute values
# keeps: half
# grade: G13_sum_of_absolutes
# check: G13_sum_of_absolutes

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    v = x.detach().double().clone().requires_grad_(True)
    o, _ = net(v)
    g = torch.autograd.grad(o[:, -1, :].sum(), v)[0]
    return g[0, 0].abs().sum().item()
