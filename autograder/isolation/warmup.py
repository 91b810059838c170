"""Uses libraries as students' code does, before the students' files come.

Libraries build and cache things at their first use: fonts, kernels, dispatch tables. Without this,
every fork would do so again for every file of every student, within the time limit of a call.
Students have this file, too: nothing here may be what a slot asks for.
"""

from __future__ import annotations

import contextlib
import copy
import warnings
from collections.abc import Callable, Iterable


def warm_up(libraries: Iterable[str]) -> None:
    """Use each of these libraries that USES knows.

    A failure, for instance with an untried version, is ignored: it only makes later calls slower.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in libraries:
            with contextlib.suppress(Exception):
                USES.get(name, lambda: None)()


def _numpy() -> None:
    import numpy as np

    for dtype in (np.float64, np.float32):
        square = np.eye(2, dtype=dtype)
        column = np.tanh(square @ np.ones((2, 1), dtype))
        np.concatenate([np.stack([column, column])[0], np.zeros_like(column)])
        np.exp(np.clip(np.outer(column, column), -1, 1)).sum(axis=0).mean()
        np.isfinite(np.linalg.norm(column))
    np.random.default_rng(0).standard_normal(2)
    np.linalg.lstsq(np.vander(np.arange(3.0), 2), np.ones(3), rcond=None)
    np.log10(np.polyval(np.polyfit(np.arange(4.0), np.ones(4), 2), 1.0))


def _matplotlib() -> None:
    import matplotlib.pyplot as plt
    import numpy as np

    for layout in ("constrained", None):
        figure, axes = plt.subplots(1, 2, layout=layout)
        figure.colorbar(axes[0].imshow(np.eye(2), vmin=0, vmax=2), ax=list(axes))
        axes[1].plot([1, 2], [1.0, 10.0], "o-", label="a")
        axes[1].set_xscale("log")
        for ax in axes:
            ax.set(title="a title", xlabel="x", ylabel="y")
        axes[1].legend()
        axes[1].grid(True)
    plt.close("all")


def _torch() -> None:
    import torch
    from torch import nn

    for dtype in (torch.float32, torch.float64):
        x = torch.ones(2, 3, 2, dtype=dtype, requires_grad=True)
        for kind in (nn.RNN, nn.LSTM, nn.GRU):
            model = copy.deepcopy(kind(2, 2, batch_first=True).to(dtype))
            results = model(x)
            torch.autograd.grad(results[0].square().mean(), x, retain_graph=True)
            torch.autograd.backward(results[0].mean())
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            with torch.no_grad():
                model.eval()(x.detach()[:1])
        layer = nn.Linear(2, 2).to(dtype)
        mapped = torch.tanh(layer(x) @ layer.weight.T).unbind(dim=1)
        apart = nn.functional.mse_loss(torch.stack(mapped), torch.zeros(3, 2, 2, dtype=dtype))
        torch.autograd.backward(apart)
        # The first optimizer imports torch's compiler, which takes a second and writes files.
        for optimizer in (torch.optim.SGD, torch.optim.Adam):
            stepper = optimizer(layer.parameters(), lr=0.01)
            stepper.step()
            stepper.zero_grad(set_to_none=False)
        layer.load_state_dict(layer.state_dict())
        torch.linalg.norm(mapped[0]).item(), mapped[0].detach().numpy()


USES: dict[str, Callable[[], None]] = {
    "numpy": _numpy,
    "matplotlib": _matplotlib,
    "torch": _torch,
}
