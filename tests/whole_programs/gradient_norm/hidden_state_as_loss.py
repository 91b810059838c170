# wrong: differentiates the returned state, which for an LSTM is a pair
# keeps: half
# grade: G22_sums_the_state
# check: G22_sums_the_state

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone().requires_grad_(True)
    outputs, state = net(inp)
    state.sum().backward()
    return inp.grad[0, 0].norm().item()
