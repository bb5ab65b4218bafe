"""Where a random world's numbers come from."""

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

HUGE = 10**15


class Source(Protocol):
    """Where a builder's numbers come from."""

    def whole(self, low: int, high: int) -> int: ...

    def real(self, low: float, high: float) -> float: ...

    def pick(self, options: Sequence[Any]) -> Any: ...


class Seeded:
    """Numbers of numpy's generator."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def whole(self, low: int, high: int) -> int:
        return int(self._generator.integers(low, high, endpoint=True))

    def real(self, low: float, high: float) -> float:
        return float(self._generator.uniform(low, high))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.whole(0, len(options) - 1)]


def log(source: Source, low: float, high: float) -> float:
    return math.exp(source.real(math.log(low), math.log(high)))


def money(source: Source, low: float, high: float) -> int:
    return round(log(source, low, high) * 1e6)


def or_zero(source: Source, low: float, high: float) -> float:
    return source.pick([0.0, source.real(low, high)])


def each(count: int, one: Callable[[], float], kind: type = np.float64) -> Any:
    return np.array([one() for _ in range(count)], dtype=kind)


def steps(source: Source, quantum: Any) -> Any:
    """Least steps of instruments, a quantum of which is worth `quantum`."""
    if source.pick([True, False]):
        return each(len(quantum), lambda: max(1, round(log(source, 1e-8, 30))), np.int64)
    return np.maximum(1, (log(source, 1e-3, 30) / quantum).astype(np.int64))


def drawn(source: Source, low: float, high: float, shape: tuple[int, ...]) -> Any:
    """A column of independent numbers, by a generator of its own."""
    return np.random.default_rng(source.whole(0, 2**32)).uniform(low, high, shape)
