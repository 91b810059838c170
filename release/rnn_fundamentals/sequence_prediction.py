"""Training a recurrent network on a task that needs memory: repeat the input of some steps ago.

Conventions of this file: batch first. B is the batch size, T the number of steps, D the input
size and O the output size. x is (B, T, D) and y is (B, T, O), the target of every step. x and y
are not modified; random generators and other global settings stay as they are.
"""

import torch
from torch import nn


def make_echo_batch(
    batch_size: int, seq_len: int, lag: int, generator: torch.Generator | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw a batch of the echo task: y_t = x_{t - lag}, and 0 in the first `lag` steps. (Given.)

    Args:
        generator: a torch.Generator; PyTorch's own if None.

    Returns:
        x, y: (batch_size, seq_len, 1) each; x is uniform in [-1, 1].
    """
    x = 2 * torch.rand(batch_size, seq_len, 1, generator=generator) - 1
    y = torch.zeros_like(x)
    y[:, lag:] = x[:, : max(seq_len - lag, 0)]
    return x, y


class SequenceModel(nn.Module):
    """A recurrent module and a linear readout on all its outputs. (Given.)

    Args:
        rnn: a batch-first module with hidden_size that returns (outputs, state), such as nn.RNN,
             nn.LSTM, nn.GRU or your own.
    """

    def __init__(self, rnn: nn.Module, output_size: int = 1):
        super().__init__()
        self.rnn = rnn
        self.readout = nn.Linear(rnn.hidden_size, output_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, T, D) -> (B, T, output_size)"""
        outputs, _ = self.rnn(x)
        return self.readout(outputs)


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    x: torch.Tensor,
    y: torch.Tensor,
    max_norm: float,
) -> tuple[float, float]:
    """Improve a model by one step on one batch.

    The loss is the mean squared error over all outputs: all sequences, steps and output units.
    Before the optimizer's step the gradients are scaled down, all by one factor, where their
    norm, taken over all parameters together, is above max_norm.

    Args:
        model:     a module in training mode, x -> outputs of y's shape; it need not be a
                   SequenceModel. Parameters may hold old gradients in .grad, which must not
                   count.
        optimizer: any torch.optim optimizer over the model's parameters.
        x:         (B, T, D)
        y:         (B, T, O)
        max_norm:  the largest norm that the gradients may have in the optimizer's step.

    Returns:
        loss, grad_norm: two floats, not tensors: the loss before the step, and the norm of the
        gradients before they were scaled. Afterwards .grad may hold anything.
    """
    # TODO: one step of training (about 6 lines).
    raise NotImplementedError("train_step")


def train(
    model: nn.Module,
    batches: list[tuple[torch.Tensor, torch.Tensor]],
    lr: float = 0.01,
    max_norm: float = 1.0,
) -> list[float]:
    """Train a model with Adam, one train_step for each batch.

    Args:
        model:    a module in training mode.
        batches:  an iterable of (x, y), perhaps an iterator, which can be read only once and has
                  no length. There may be no batches at all.
        lr:       the learning rate. Adam's other settings are PyTorch's defaults.
        max_norm: as in train_step.

    Returns:
        list of floats: the loss of each batch, before the step on it, in order.
    """
    # TODO: go once through the batches, in order (about 5 lines).
    raise NotImplementedError("train")


def normalised_mse(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> float:
    """Measure how well a model predicts, on a scale where 1 is no better than guessing the mean.

        mean squared error over all outputs / population variance of all entries of y

    The model is evaluated as it would be used: in evaluation mode, and no gradients are computed.
    Afterwards its mode (training or evaluation), its parameters and their .grad are as they were.

    Args:
        model: a module, x -> outputs of y's shape.
        x:     (B, T, D)
        y:     (B, T, O), not constant.

    Returns:
        float, not a tensor.
    """
    # TODO: evaluate the model and compare error and variance (about 6 lines).
    raise NotImplementedError("normalised_mse")
