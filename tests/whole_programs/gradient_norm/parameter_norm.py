# wrong: the norm of the parameters' gradients, as for clipping
# keeps: little
# grade: G84_gradient_of_parameters
# check: G84_gradient_of_parameters

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    net.zero_grad()
    out, _ = net(x.detach().double())
    loss = out[:, -1, :].sum()
    loss.backward()
    total = 0
    for p in net.parameters():
        total += p.grad.norm() ** 2
    return total.item() ** 0.5
