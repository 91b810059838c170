# right: the norm by NumPy on the detached gradient
# keeps: all

def gradient_norm(model, x):
    m = copy.deepcopy(model).double()
    z = torch.autograd.Variable(x.detach().double().clone(), requires_grad=True)
    with torch.enable_grad():
        hs = m(z)[0]
        L = torch.sum(hs[:, -1, :])
    L.backward()
    return float(np.linalg.norm(z.grad[0, 0, :].cpu().numpy()))
