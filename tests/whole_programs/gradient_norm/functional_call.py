# right: float64 parameters through torch.func.functional_call
# keeps: all

def gradient_norm(model, x):
    m = copy.deepcopy(model).double()
    weights = {k: v.detach() for k, v in m.named_parameters()}

    def last_sum(inputs):
        return torch.func.functional_call(m, weights, (inputs,))[0][:, -1, :].sum()

    start = x.detach().double().clone().requires_grad_(True)
    grad = torch.autograd.grad(last_sum(start), start)[0]
    return grad[:, 0].norm(p=2).item()
