# wrong: puts the model into evaluation mode and leaves it there
# keeps: most
# grade: G80_evaluation_mode
# check: G80_evaluation_mode

def gradient_norm(model, x):
    model.eval()
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone().requires_grad_(True)
    outputs, _ = net(inp)
    g = torch.autograd.grad(outputs[:, -1, :].sum(), inp)[0]
    return g[0, 0].norm().item()
