"""Back-propagation through time, by hand, in NumPy.

Conventions of this file: vectors are columns. D is the input size, H the hidden size, O the
output size and T the number of steps. `dv` is the gradient of the loss L with respect to v, and
has the shape of v. All arrays of one call have the same dtype, and the results have it, too.
Arguments are not modified, and nothing is kept from one call to the next.
"""

import numpy as np


def rnn_step_backward(
    dh: np.ndarray,
    x: np.ndarray,
    h_prev: np.ndarray,
    h: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """Go back through one step of a vanilla RNN.

        h = tanh(W_xh x + W_hh h_prev + b_h)

    Args:
        dh:     (H, 1)  dL/dh, all of it: through the output and through later steps.
        x:      (D, 1)  input at this step.
        h_prev: (H, 1)  hidden state before this step.
        h:      (H, 1)  hidden state after this step.
        W_xh:   (H, D)  input-to-hidden weights.
        W_hh:   (H, H)  hidden-to-hidden weights.

    Returns:
        (dx, dh_prev, dW_xh, dW_hh, db_h), this step's share of each gradient.
    """
    # TODO: compute the five gradients (about 2 to 6 lines).
    ### BEGIN SOLUTION
    da = dh * (1.0 - h**2)
    return W_xh.T @ da, W_hh.T @ da, da @ x.T, da @ h_prev.T, da
    ### END SOLUTION


def bptt(
    rnn, inputs: list[np.ndarray], hidden_states: list[np.ndarray], d_outputs: list[np.ndarray]
) -> dict:
    """Back-propagate through a whole sequence.

        h_t = tanh(W_xh x_t + W_hh h_{t-1} + b_h)
        y_t = W_hy h_t + b_y

    L depends on the outputs y_1 to y_T in any way; d_outputs says how. The gradients are those
    of L itself: every step counts in full, however far back, and nothing is averaged or clipped.

    Args:
        rnn: an object with W_xh (H, D), W_hh (H, H), W_hy (O, H), b_h (H, 1) and b_y (O, 1);
            it need not have anything else.
        inputs:        list of T arrays (D, 1), x_1 to x_T; T may be 0.
        hidden_states: list of T + 1 arrays (H, 1), h_0 to h_T; h_0 need not be zero.
        d_outputs:     list of T arrays (O, 1), dL/dy_1 to dL/dy_T.

    Returns:
        dict of gradients of L:
            "W_xh", "W_hh", "W_hy", "b_h", "b_y": each with the shape of the parameter,
            "inputs": T arrays (D, 1), dL/dx_1 to dL/dx_T,
            "h_0": (H, 1), dL/dh_0.
        Further keys are ignored.
    """
    # TODO: compute the gradients of the whole sequence (about 15 lines with rnn_step_backward).
    ### BEGIN SOLUTION
    names = ("W_xh", "W_hh", "W_hy", "b_h", "b_y")
    grads = {name: np.zeros_like(getattr(rnn, name)) for name in names}
    d_inputs = []
    dh = np.zeros_like(hidden_states[0])
    for t in reversed(range(len(inputs))):
        dy, x, h_prev, h = d_outputs[t], inputs[t], hidden_states[t], hidden_states[t + 1]
        grads["W_hy"] += dy @ h.T
        grads["b_y"] += dy
        dh = dh + rnn.W_hy.T @ dy
        dx, dh, dW_xh, dW_hh, db_h = rnn_step_backward(dh, x, h_prev, h, rnn.W_xh, rnn.W_hh)
        grads["W_xh"] += dW_xh
        grads["W_hh"] += dW_hh
        grads["b_h"] += db_h
        d_inputs.insert(0, dx)
    return {**grads, "inputs": d_inputs, "h_0": dh}
    ### END SOLUTION
