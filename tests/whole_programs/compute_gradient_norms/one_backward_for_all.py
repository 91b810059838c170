# wrong: one gradient of the whole sequence, read at the step n before the end: the state before is not zero
# keeps: half
# grade: G46_one_run_for_all
# check: G46_one_run_for_all

def compute_gradient_norms(model, seq_lengths, seed=0):
    T = max(seq_lengths)
    net = copy.deepcopy(model).double()
    x = sample_input(T, model.input_size, seed).requires_grad_(True)
    outputs, _ = net(x)
    g = torch.autograd.grad(outputs[:, -1, :].sum(), x)[0][0]
    return [g[T - n].norm().item() for n in seq_lengths]
