# wrong: takes x[0] for the first step and outputs[-1] for the last, which is the whole sequence
# keeps: little
# grade: G01_sums_all_outputs G07_all_inputs G85_whole_sequence
# check: G01_sums_all_outputs G07_all_inputs G85_whole_sequence

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone().requires_grad_(True)
    outputs, _ = net(inp)
    loss = outputs[-1].sum()
    loss.backward()
    return inp.grad[0].norm().item()
