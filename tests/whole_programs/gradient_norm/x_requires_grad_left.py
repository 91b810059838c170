# wrong: makes x itself require a gradient and leaves it there
# keeps: most
# grade: G26_marks_x G36_marks_x_before_the_cast
# check: G26_marks_x G36_marks_x_before_the_cast

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    x.requires_grad_(True)
    outputs, _ = net(x.double())
    g = torch.autograd.grad(outputs[:, -1, :].sum(), x)[0]
    return g[0, 0].double().norm().item()
