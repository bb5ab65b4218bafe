"""Hypothesis strategies for random small worlds."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.engine.worlds import World, build

FRACTIONS = st.floats(0.0, 1.0, allow_subnormal=False)


class Drawn:
    """Numbers of Hypothesis, so that a failing world shrinks."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def whole(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    def real(self, low: float, high: float) -> float:
        return low + (high - low) * float(self._draw(FRACTIONS))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.whole(0, len(options) - 1)]


@st.composite
def worlds(draw: Callable[[st.SearchStrategy[Any]], Any], **bounds: tuple[int, int]) -> World:
    """Random worlds; `bounds` are those of `build`."""
    return build(Drawn(draw), **bounds)
