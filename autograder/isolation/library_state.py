"""Global state of Python, NumPy, PyTorch and matplotlib: seeded, compared, restored."""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.isolation.guard import Placeholder

SMALLEST = 5e-324  # of float64; zero while denormal numbers are flushed to zero
SEED = 3_141_592_658  # unlikely in student code, so that a call to seed() is noticed


def _imported(name: str) -> Any:
    """A library that is imported already and is no Placeholder, or None."""
    module = sys.modules.get(name)
    return None if isinstance(module, Placeholder) else module


def seed_generators() -> None:
    """Seed all global generators, so that every call and every regrade draws the same numbers."""
    random.seed(SEED)
    np.random.seed(SEED)
    torch = _imported("torch")
    if torch is not None:
        torch.default_generator.manual_seed(SEED)


def global_state() -> tuple[dict[str, object], list[object]]:
    """The state that no slot may change, by name; and torch's settings among it, for `restore`."""
    settings: list[object] = []
    drawn: Any = np.random.get_state(legacy=False)
    state: dict[str, object] = {
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
    """(name, value, function that sets it) of settings that a worker itself never changes."""
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
    yield "torch.set_default_device", str(torch.get_default_device()), _set_default_device
    yield "torch.set_flush_denormal", not SMALLEST * 1.0, torch.set_flush_denormal
    for name in ("cudnn", "mkldnn"):
        backend = getattr(backends, name)
        value = bool(backend.enabled)
        yield f"torch.backends.{name}.enabled", value, functools.partial(_enable, backend)


def _set_anomaly(value: bool) -> None:
    sys.modules["torch"].autograd.set_detect_anomaly(value)


def _set_default_device(value: str) -> None:
    if str(sys.modules["torch"].get_default_device()) != value:
        sys.modules["torch"].set_default_device(value)


def _enable(backend: Any, value: bool) -> None:
    backend.enabled = value


class Settings:
    """The libraries' settings at the start, to be restored: a slot must not change another's."""

    def __init__(self) -> None:
        self.numpy = np.geterr(), np.get_printoptions()
        self.errcall, self.bufsize = np.geterrcall(), np.getbufsize()
        pyplot = _imported("matplotlib.pyplot")
        if pyplot is not None:  # unlikely values, so that a return to the defaults is noticed
            pyplot.rcParams.update({"image.cmap": "cividis", "font.size": 9.75})
        self.matplotlib = {} if pyplot is None else dict(dict.items(pyplot.rcParams))
        torch = _imported("torch")
        self.torch = [] if torch is None else list(_torch_settings(torch))

    def restore(self, settings: Sequence[object] | None = None) -> None:
        """Restore the settings. `settings` are torch's present ones, where they are known."""
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
