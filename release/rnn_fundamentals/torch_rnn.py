"""A recurrent network in PyTorch: a cell, a layer made of it, and its conversion to nn.RNN.

Conventions of this file: batch first. B is the batch size, T the number of steps (at least one),
D the input size and H the hidden size. All tensors of one call have the same dtype and device, and
the results have them, too. Arguments are not modified, and nothing is kept from one call to the
next.

RNNCell and MyRNN are written without ready-made recurrence: no nn.RNN, nn.LSTM, nn.GRU, their
cells, or the functions behind them.
"""

import torch
from torch import nn


class RNNCell(nn.Module):
    """One step of a vanilla RNN, for a batch.

        h = tanh(W_xh x + W_hh h_prev + b)

    It has these three parameters and no others:
        W_xh.weight: (H, D)  input-to-hidden weights.
        W_hh.weight: (H, H)  hidden-to-hidden weights.
        W_hh.bias:   (H,)    the bias b.
    """

    def __init__(self, input_size: int, hidden_size: int):
        """Make the parameters.

        Args:
            input_size:  D.
            hidden_size: H.
        """
        super().__init__()
        # TODO: make the layers W_xh and W_hh (about 2 lines).
        raise NotImplementedError("RNNCell")

    def forward(self, x: torch.Tensor, h_prev: torch.Tensor) -> torch.Tensor:
        """Advance every sequence of the batch by one step.

        Args:
            x:      (B, D)  inputs at this step.
            h_prev: (B, H)  hidden states after the previous step.

        Returns:
            (B, H) the new hidden states. Gradients reach x, h_prev and the three parameters.
        """
        # TODO: compute the new hidden states (about 1 line).
        raise NotImplementedError("RNNCell")


class MyRNN(nn.Module):
    """A layer that runs one RNNCell along the sequences of a batch.

    Attributes:
        input_size, hidden_size: D and H.
        cell: an RNNCell; the layer has no parameters but the cell's.
    """

    def __init__(self, input_size: int, hidden_size: int):
        """Make the cell.

        Args:
            input_size:  D.
            hidden_size: H.
        """
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        # TODO: make self.cell (about 1 line).
        raise NotImplementedError("MyRNN")

    def forward(
        self, x: torch.Tensor, h0: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Run over whole sequences.

        Args:
            x:  (B, T, D)  inputs.
            h0: (B, H)     hidden states before the first step; zeros of x's dtype and on its
                           device if None.

        Returns:
            outputs: (B, T, H)  the hidden states h_1 to h_T.
            h_T:     (B, H)     the last of them.
            Gradients reach x, h0 and the parameters, through every step.
        """
        # TODO: walk through the steps and collect the hidden states (about 7 lines).
        raise NotImplementedError("MyRNN")


def to_torch_rnn(my_rnn: nn.Module) -> nn.Module:
    """Make an nn.RNN that computes the same function as `my_rnn`.

    nn.RNN adds up two biases, bias_ih_l0 and bias_hh_l0, and its states have shape (1, B, H).

    Args:
        my_rnn: anything with input_size, hidden_size and a cell with the linear layers W_xh
            (without a bias) and W_hh, such as a MyRNN. It is not modified.

    Returns:
        nn.RNN of one layer, batch first, with the dtype and on the device of my_rnn. It is
        independent and ready to be trained: changing one of the two never changes the other.
    """
    # TODO: make an nn.RNN and give it my_rnn's numbers (about 8 lines).
    raise NotImplementedError("to_torch_rnn")
