"""Torch's operators: notices a call of a composite one, whatever the way to it.

Functions, scripted functions, threads, and code without torch's hooks for Python all call an
operator through torch's dispatcher. A kernel in front of the operator's own sees each such call. It
costs nothing until then. Operators that are no compositions of others, such as a matrix product,
keep their kernels, which are not Python's to replace.
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable, Collection, Iterator
from typing import Any

KEYS = ("CPU", "AutogradCPU", "CUDA", "AutogradCUDA")
COMPOSITE = "CompositeImplicitAutograd"


class Watch:
    """Calls `report(name)` before an operator of one of `names` runs; it may raise.

    A trace of the operator would hold the plain operations that it is composed of: where code is
    traced, as `torch.jit.trace` and `torch.export` do, the operator raises RuntimeError. The watch
    lasts as long as the object. Torch must be imported.

    Attributes:
        names: those that name a composite operator.
    """

    def __init__(self, names: Collection[str], report: Callable[[str], None]) -> None:
        torch: Any = sys.modules["torch"]
        watched = dict(_composites(torch, names))
        self.names = frozenset(watched.values())
        self._library = torch.library.Library("aten", "IMPL")
        decompose = torch._ops.OpOverload.decompose

        def is_recording() -> bool:
            tracing = torch._C._get_tracing_state() is not None
            return tracing or torch._C._len_torch_dispatch_stack() > 0

        def reported(operator: Any, *args: Any, **kwargs: Any) -> Any:
            if operator in watched:
                if is_recording():
                    raise RuntimeError(f"torch.{watched[operator]} cannot be traced here")
                report(watched[operator])
            return decompose(operator, *args, **kwargs)

        for operator in watched:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch says that it has a kernel already
                for key in KEYS:
                    self._library.impl(operator, functools.partial(reported, operator), key)
        torch._ops.OpOverload.decompose = reported


def _composites(torch: Any, names: Collection[str]) -> Iterator[tuple[Any, str]]:
    """(operator, its name) of each overload that is a composition of other operators."""
    has_kernel = torch._C._dispatch_has_kernel_for_dispatch_key
    for full in torch._C._dispatch_get_all_op_names():
        name, _, overload = full.removeprefix("aten::").partition(".")
        if full.startswith("aten::") and name in names and has_kernel(full, COMPOSITE):
            yield getattr(getattr(torch.ops.aten, name), overload or "default"), name
