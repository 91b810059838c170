# wrong: clears the model's gradients first and after
# keeps: most
# grade: G25_fills_gradients
# check: G25_fills_gradients

def gradient_norm(model, x):
    model.zero_grad()
    net = copy.deepcopy(model).double()
    inp = x.detach().double().clone()
    inp.requires_grad = True
    output, _ = net(inp)
    output[:, -1, :].sum().backward()
    model.zero_grad()
    return inp.grad[0, 0].norm().item()
