"""Sorting in place (Shell 1959, gaps of Knuth): lists are short or nearly in order, and no tick makes an array."""

from govtool.engine.jit import inlined, kernel
from govtool.engine.terms import Floats, Ints


@inlined
def _largest_gap(n: int) -> int:
    gap = 1
    while 3 * gap < n:
        gap = 3 * gap + 1
    return gap


@kernel
def sort(queue: Ints, n: int) -> None:
    """Bring the first `n` entries into ascending order. Example: 3, 1, 2: 1, 2, 3."""
    gap = _largest_gap(n)
    while gap > 0:
        for a in range(gap, n):
            one, b = queue[a], a
            while b >= gap and queue[b - gap] > one:
                queue[b] = queue[b - gap]
                b -= gap
            queue[b] = one
        gap //= 3


@kernel
def sort_by(score: Floats, queue: Ints, n: int) -> None:
    """Bring the first `n` entries into descending order of their score, lower entries first among equals.

    Example: entries 0, 1, 2 of scores 5, 7, 5: 1, 0, 2.
    """
    gap = _largest_gap(n)
    while gap > 0:
        for a in range(gap, n):
            one, b = queue[a], a
            while b >= gap:
                other = queue[b - gap]
                if score[other] > score[one] or (score[other] == score[one] and other < one):
                    break
                queue[b] = other
                b -= gap
            queue[b] = one
        gap //= 3
