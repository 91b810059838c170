# wrong: takes the input through a NumPy array, which has no bfloat16
# keeps: most
# grade:
# check:

def gradient_norm(model, x):
    model64 = copy.deepcopy(model)
    model64 = model64.to(torch.float64)
    seq = torch.tensor(x.detach().cpu().numpy(), dtype=torch.float64, device=x.device)
    seq.requires_grad = True
    out, state = model64(seq)
    last = out[0, -1]
    last.sum().backward()
    first = seq.grad[0, 0]
    return float(torch.sqrt((first**2).sum()))
