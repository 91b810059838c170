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
    ### BEGIN SOLUTION
    _, hidden_states = rnn.forward(inputs)
    return np.stack([h[:, 0] for h in hidden_states])
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    figure, axes = plt.subplots(1, len(states), squeeze=False, layout="constrained")
    for ax, (name, matrix) in zip(axes[0], states.items(), strict=True):
        image = ax.imshow(matrix.T, vmin=-1, vmax=1, cmap="RdBu_r", aspect="auto")
        ax.set(title=name, xlabel="time step", ylabel="hidden unit")
    figure.colorbar(image, ax=axes)
    return figure
    ### END SOLUTION
