# right: calls backward on the copy and reads .grad of the leaf
# keeps: all

def gradient_norm(model, x):
    model64 = copy.deepcopy(model)
    model64 = model64.to(torch.float64)
    seq = torch.empty_like(x, dtype=torch.float64)
    seq.data.copy_(x.detach())
    seq.requires_grad = True
    out, state = model64(seq)
    last = out[0, -1]
    last.sum().backward()
    first = seq.grad[0, 0]
    return float(torch.sqrt((first**2).sum()))
