# right: the arithmetic in NumPy
# keeps: all

def normalised_mse(model, x, y):
    mode = model.training
    model.eval()
    with torch.no_grad():
        yhat = model(x).cpu().numpy()
    if mode:
        model.train()
    target = y.detach().cpu().numpy()
    return ((yhat - target) ** 2).mean() / target.var()
