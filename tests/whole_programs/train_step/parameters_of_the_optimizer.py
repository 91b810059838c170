# right: takes the parameters from the optimizer's groups
# keeps: all

def train_step(model, optimizer, x, y, max_norm):
    optimizer.zero_grad(set_to_none=True)
    model.zero_grad(set_to_none=True)
    diff = model(x) - y
    loss = diff.square().sum() / diff.numel()
    loss.backward()
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    total_norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    optimizer.step()
    return (float(loss.detach()), float(total_norm))
