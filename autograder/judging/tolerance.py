"""How near an answer must be to what was expected."""

from __future__ import annotations

from typing import NamedTuple

# Correct float64 programs differ by up to 2e-15 in norm, and float32 arithmetic on the way costs
# 3e-8: 1e-10 is more than two decades from both. In float32, correct programs differ by up to
# 5e-7, wrong ones by 1e-2 and more.
RTOL = {"float64": 1e-10, "complex128": 1e-10, "float32": 1e-4, "complex64": 1e-4, "float16": 1e-2}
ATOL = {"float64": 1e-12, "complex128": 1e-12, "float32": 1e-6, "complex64": 1e-6, "float16": 1e-3}


class Tolerance(NamedTuple):
    """The differences that `same` lets pass, and the names that it uses in messages.

    Attributes:
        names: what the parts of a returned tuple are called.
        rtol: relative tolerance in norm; None for the one of the dtype, in `RTOL`.
        extra_keys: whether a dict may have keys that were not asked for.
    """

    names: tuple[str, ...] = ()
    rtol: float | None = None
    extra_keys: bool = False

    def relative(self, dtype: str) -> float:
        """The relative tolerance for numbers of a floating-point dtype."""
        return RTOL[dtype] if self.rtol is None else self.rtol


DEFAULT = Tolerance()
