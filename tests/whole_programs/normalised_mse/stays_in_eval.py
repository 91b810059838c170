# wrong: leaves evaluation mode on
# keeps: most
# grade: T56_stays_in_evaluation_mode
# check: T56_stays_in_evaluation_mode

def normalised_mse(model, x, y):
    model.eval()
    with torch.no_grad():
        mse = nn.functional.mse_loss(model(x), y).item()
    variance = torch.var(y, unbiased=False).item()
    return mse / variance
