# wrong: neither no_grad nor detach; item() on the loss
# keeps: most
# grade: T66_prepares_gradients
# check: T66_prepares_gradients

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    prediction = model(x)
    loss = nn.functional.mse_loss(prediction, y)
    variance = y.var(unbiased=False)
    model.train(flag)
    return loss.item() / variance.item()
