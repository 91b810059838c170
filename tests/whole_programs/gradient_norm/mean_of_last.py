# wrong: takes the mean of the last output's units
# keeps: half
# grade: G02_mean_of_outputs
# check: G02_mean_of_outputs

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone().requires_grad_(True)
    outputs, _ = net(inp)
    loss = outputs[:, -1, :].mean()
    loss.backward()
    return inp.grad[0, 0, :].norm().item()
