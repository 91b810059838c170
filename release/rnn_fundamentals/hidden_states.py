"""The hidden states of a recurrent network over time, as numbers and as a figure.

Conventions of this file: H is the hidden size and T the number of steps; T may be 0. Arguments
are not modified, and settings of NumPy and matplotlib stay as they are.
"""

import matplotlib.pyplot as plt
import numpy as np


def hidden_state_matrix(rnn, inputs: list[np.ndarray]) -> np.ndarray:
    """Run a network over a sequence and stack its hidden states.

    Args:
        rnn:    anything with forward(inputs, h_prev=None) -> (outputs, hidden_states), where
                hidden_states holds T + 1 arrays (H, 1), the initial state first. Use nothing
                else of it: it need not be a VanillaRNN.
        inputs: list of T arrays (D, 1).

    Returns:
        (T + 1, H) array of the states' dtype; row t is the hidden state after t steps.
    """
    # TODO: collect the states in one array (about 2 lines).
    raise NotImplementedError("hidden_state_matrix")


def plot_hidden_states(states: dict[str, np.ndarray]) -> plt.Figure:
    """Draw hidden states as heat maps that can be compared with one another.

    Args:
        states: dict, name -> (T + 1, H) array as hidden_state_matrix returns it. There is at
                least one name; T and H may differ between names.

    Returns:
        A new matplotlib Figure with
        - one heat map for each name, in its own Axes, with exactly the name as its title,
        - time on the x axis and the hidden unit on the y axis, both axes of each labelled,
        - the colour limits -1 and 1 in every heat map,
        - a colour bar.
    """
    # TODO: draw the heat maps and return the figure (about 6 lines).
    raise NotImplementedError("plot_hidden_states")
