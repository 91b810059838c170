# wrong: y.var() is the sample variance
# keeps: most
# grade: T58_sample_variance
# check: T58_sample_variance

def normalised_mse(model, x, y):
    training = model.training
    model.eval()
    with torch.no_grad():
        mse = nn.functional.mse_loss(model(x), y)
    model.train(training)
    return (mse / y.var()).item()
