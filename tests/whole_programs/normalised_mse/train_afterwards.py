# wrong: always switches training on afterwards
# keeps: most
# grade: T57_ends_in_training_mode
# check: T57_ends_in_training_mode

def normalised_mse(model, x, y):
    model.eval()
    with torch.no_grad():
        mse = nn.functional.mse_loss(model(x), y).item()
    model.train()
    return mse / torch.var(y, unbiased=False).item()
