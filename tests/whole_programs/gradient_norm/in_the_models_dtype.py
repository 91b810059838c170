# wrong: computes in float32 if the model is float32
# keeps: most
# grade: G17_float32
# check: G17_float32

def gradient_norm(model, x):
    dtype = next(model.parameters()).dtype
    net = copy.deepcopy(model)
    leaf = x.detach().to(dtype).clone().requires_grad_(True)
    outputs, _ = net(leaf)
    (grad,) = torch.autograd.grad(outputs[:, -1, :].sum(), leaf)
    return grad[0, 0].norm().item()
