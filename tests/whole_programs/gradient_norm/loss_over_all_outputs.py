# wrong: sums all outputs in place of the last
# keeps: little
# grade: G01_sums_all_outputs
# check: G01_sums_all_outputs

def gradient_norm(model, x):
    model = copy.deepcopy(model).double()
    x = x.detach().double().requires_grad_(True)
    y, _ = model(x)
    y.sum().backward()
    return x.grad[0, 0].norm().item()
