# wrong: does not switch into evaluation mode
# keeps: most
# grade: T55_training_mode
# check: T55_training_mode

def normalised_mse(model, x, y):
    with torch.no_grad():
        pred = model(x)
        loss = nn.MSELoss()(pred, y)
        var = ((y - y.mean()) ** 2).mean()
    return (loss / var).item()
