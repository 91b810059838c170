# wrong: forgets the root of the sum of squares
# keeps: half
# grade: G13_squared_norm
# check: G13_squared_norm

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone().requires_grad_(True)
    outputs, _ = net(inp)
    outputs[:, -1, :].sum().backward()
    total = 0.0
    for g in inp.grad[0, 0]:
        total = total + g.item() ** 2
    return total
