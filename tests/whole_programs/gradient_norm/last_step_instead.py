# wrong: reads the gradient for the last step in place of the first
# keeps: little
# grade: G06_last_input
# check: G06_last_input

def gradient_norm(model, x):
    net = copy.deepcopy(model).double()
    inputs = x.clone().detach().double()
    inputs.requires_grad = True
    outputs, h = net(inputs)
    loss = outputs[:, -1].sum()
    grads = torch.autograd.grad(outputs=loss, inputs=inputs)[0]
    return grads[0][-1].norm().item()
