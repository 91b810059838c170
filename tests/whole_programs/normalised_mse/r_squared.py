# wrong: returns one minus the ratio
# keeps: little
# grade: T65_coefficient_of_determination
# check: T65_coefficient_of_determination

def normalised_mse(model, x, y):
    flag = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
    model.train(flag)
    ss_res = torch.sum((y - p) ** 2)
    ss_tot = torch.sum((y - torch.mean(y)) ** 2)
    return float(1 - ss_res / ss_tot)
