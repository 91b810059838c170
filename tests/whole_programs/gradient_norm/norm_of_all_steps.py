# wrong: the norm of the gradient for all steps together
# keeps: little
# grade: G07_all_inputs
# check: G07_all_inputs

def gradient_norm(model, x):
    m = copy.deepcopy(model).double()
    x64 = x.detach().double().clone()
    x64.requires_grad_()
    out, _ = m(x64)
    out[:, -1, :].sum().backward()
    return x64.grad.norm().item()
