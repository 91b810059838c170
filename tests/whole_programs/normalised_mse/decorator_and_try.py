# right: torch.no_grad as decorator, finally restores
# keeps: all

@torch.no_grad()
def normalised_mse(model, x, y):
    mode = model.training
    try:
        model.eval()
        err = model(x) - y
    finally:
        model.train(mode)
    return float(err.pow(2).mean() / torch.var(y, correction=0))
