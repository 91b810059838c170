"""Global state of Python, NumPy, PyTorch and matplotlib: seeded, compared, put back."""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.isolation.guard import Placeholder

SMALLEST = 5e-324  # of float64; it vanishes where such numbers are flushed to zero
SEED = 3_141_592_658  # one that nobody writes: seeding anew is to be seen


def _imported(name: str) -> Any:
    """A library that is there already and is no placeholder, or None."""
    module = sys.modules.get(name)
    return None if isinstance(module, Placeholder) else module


def _seed() -> None:
    """Every call starts from the same random state, so that a regrade repeats it."""
    random.seed(SEED)
    np.random.seed(SEED)
    torch = _imported("torch")
    if torch is not None:
        torch.default_generator.manual_seed(SEED)


def _global_state() -> tuple[dict[str, Any], list[Any]]:
    """What no slot may change, as values that can be compared; and torch's settings among it."""
    settings: list[Any] = []
    drawn: Any = np.random.get_state(legacy=False)
    state: dict[str, Any] = {
        "numpy.random": (
            drawn["state"]["key"].tobytes(),
            drawn["state"]["pos"],
            drawn["has_gauss"],
        ),
        "random": random.getstate(),
        "numpy.seterr": tuple(np.geterr().values()),
        "numpy.set_printoptions": str(np.get_printoptions()),
        "numpy.seterrcall": np.geterrcall(),
        "numpy.setbufsize": np.getbufsize(),
    }
    torch = _imported("torch")
    if torch is not None:
        state["torch.random"] = torch.get_rng_state().numpy().tobytes()
        state["torch.manual_seed"] = torch.initial_seed()
        state["torch.set_default_dtype"] = torch.get_default_dtype()
        state["torch.set_grad_enabled"] = torch.is_grad_enabled()
        named = list(_torch_settings(torch))
        settings = [value for _, value, _ in named]
        state.update((name, value) for name, value, _ in named)
    pyplot = _imported("matplotlib.pyplot")
    if pyplot is not None:
        state["matplotlib.rcParams"] = dict(dict.items(pyplot.rcParams))
    return state, settings


def _torch_settings(torch: Any) -> Iterator[tuple[str, Any, Callable[[Any], None]]]:
    """(name, value, how to set it) of settings that a worker never changes by itself."""
    options, backends = torch._tensor_str.PRINT_OPTS, torch.backends
    deterministic = torch.use_deterministic_algorithms
    yield "torch.autograd.set_detect_anomaly", torch.is_anomaly_enabled(), _set_anomaly
    yield "torch.set_num_threads", torch.get_num_threads(), torch.set_num_threads
    yield (
        "torch.set_printoptions",
        tuple(vars(options).values()),
        lambda values: vars(options).update(zip(vars(options), values, strict=True)),
    )
    yield (
        "torch.use_deterministic_algorithms",
        torch.are_deterministic_algorithms_enabled(),
        deterministic,
    )
    yield (
        "torch.set_float32_matmul_precision",
        torch.get_float32_matmul_precision(),
        torch.set_float32_matmul_precision,
    )
    yield "torch.set_default_device", str(torch.get_default_device()), _keep_default_device
    yield "torch.set_flush_denormal", not SMALLEST * 1.0, torch.set_flush_denormal
    for name in ("cudnn", "mkldnn"):
        backend = getattr(backends, name)
        value = bool(backend.enabled)
        yield f"torch.backends.{name}.enabled", value, functools.partial(_enable, backend)


def _set_anomaly(value: bool) -> None:
    sys.modules["torch"].autograd.set_detect_anomaly(value)


def _keep_default_device(value: str) -> None:
    if str(sys.modules["torch"].get_default_device()) != value:
        sys.modules["torch"].set_default_device(value)


def _enable(backend: Any, value: bool) -> None:
    backend.enabled = value


class _Settings:
    """Settings as they were: one slot's careless change must not cost another slot."""

    def __init__(self) -> None:
        self.numpy = np.geterr(), np.get_printoptions()
        self.errcall, self.bufsize = np.geterrcall(), np.getbufsize()
        pyplot = _imported("matplotlib.pyplot")
        if pyplot is not None:  # as nobody writes them: going back to the defaults is to be seen
            pyplot.rcParams.update({"image.cmap": "cividis", "font.size": 9.75})
        self.matplotlib = {} if pyplot is None else dict(dict.items(pyplot.rcParams))
        torch = _imported("torch")
        self.torch = [] if torch is None else list(_torch_settings(torch))

    def restore(self, settings: Sequence[Any] | None = None) -> None:
        """Put them back. `settings` are torch's of this moment, if they were looked at."""
        np.seterr(**self.numpy[0])
        np.set_printoptions(**self.numpy[1])
        np.seterrcall(self.errcall)
        np.setbufsize(self.bufsize)
        torch = _imported("torch")
        if torch is not None:
            torch.set_default_dtype(torch.float32)
            torch.set_grad_enabled(True)
            if settings is None:
                settings = [value for _, value, _ in _torch_settings(torch)]
            for (_, value, put), is_now in zip(self.torch, settings, strict=True):
                if value != is_now:
                    put(value)
        pyplot = _imported("matplotlib.pyplot")
        if pyplot is not None:
            dict.update(pyplot.rcParams, self.matplotlib)
            pyplot.close("all")
