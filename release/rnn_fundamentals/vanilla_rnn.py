"""A vanilla recurrent network, step by step, in NumPy.

Conventions of this file: vectors are columns. D is the input size, H the hidden size, O the
output size and T the number of steps. All arrays of one call have the same dtype, and the results
have it, too. Arguments are not modified.
"""

import numpy as np


def rnn_step(
    x: np.ndarray, h_prev: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b_h: np.ndarray
) -> np.ndarray:
    """Advance a vanilla RNN by one time step.

        h = tanh(W_xh x + W_hh h_prev + b_h)

    Args:
        x:      (D, 1)  input at this step.
        h_prev: (H, 1)  hidden state after the previous step.
        W_xh:   (H, D)  input-to-hidden weights.
        W_hh:   (H, H)  hidden-to-hidden weights.
        b_h:    (H, 1)  hidden bias.

    Returns:
        (H, 1) the new hidden state. It is finite whenever the sum inside tanh is.
    """
    # TODO: compute the new hidden state (about 1 line).
    raise NotImplementedError("rnn_step")


class VanillaRNN:
    """A vanilla RNN with a linear readout.

        h_t = tanh(W_xh x_t + W_hh h_{t-1} + b_h)
        y_t = W_hy h_t + b_y

    Attributes:
        input_size, hidden_size, output_size: D, H and O.
        W_xh: (H, D)    W_hh: (H, H)    W_hy: (O, H)
        b_h:  (H, 1)    b_y:  (O, 1)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        rng: np.random.Generator | None = None,
    ):
        """Draw each matrix Xavier-normal (Glorot & Bengio 2010); biases are zero. (Given.)

        Args:
            rng: a numpy.random.Generator; a new generator if None.
        """
        rng = np.random.default_rng() if rng is None else rng
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.output_size = output_size

        def xavier(rows, columns):
            return rng.standard_normal((rows, columns)) * np.sqrt(2.0 / (rows + columns))

        self.W_xh = xavier(hidden_size, input_size)
        self.W_hh = xavier(hidden_size, hidden_size)
        self.W_hy = xavier(output_size, hidden_size)
        self.b_h = np.zeros((hidden_size, 1))
        self.b_y = np.zeros((output_size, 1))

    def forward(
        self, inputs: list[np.ndarray], h_prev: np.ndarray | None = None
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Run the network over a sequence.

        Args:
            inputs: list of T arrays (D, 1); T may be 0.
            h_prev: (H, 1) initial hidden state h_0; zeros of the weights' dtype if None.

        Returns:
            outputs:       T arrays (O, 1), y_1 to y_T.
            hidden_states: T + 1 arrays (H, 1), h_0 to h_T: the initial state comes first.
        """
        # TODO: walk through the inputs, one rnn_step each (about 8 lines).
        raise NotImplementedError("VanillaRNN.forward")
