# wrong: returns the plain mean squared error
# keeps: little
# grade: T62_not_normalised
# check: T62_not_normalised

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        error = nn.functional.mse_loss(model(x), y)
    model.train(flag)
    return error.item()
