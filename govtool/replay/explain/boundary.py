"""The value of a parameter at which a decision turns."""

from collections.abc import Callable

from govtool.errors import ParamError
from govtool.protocol.fields import field, get, replaced
from govtool.protocol.model import Protocol


def nearest(protocol: Protocol, path: str, holds: Callable[[Protocol], bool], *, down: bool) -> int | None:
    """Value nearest to the present one, below or above it, at which a condition holds; None if it does at none.

    The condition must hold at all values beyond the one found. Values lie on the on-chain grid. A value that the
    protocol's own rules refuse counts as one at which it does not hold.

    Notes
    -----
    Example: a fraction of 600,000 ppm at which an account lacks margin, and would at any above 568,412: 568,412.
    """
    one = field(protocol, path)
    present = get(protocol, path)
    if isinstance(present, bool) or not isinstance(present, int):
        return None

    def met(value: int) -> bool:
        try:
            return holds(replaced(protocol, {path: value}))
        except ParamError:
            return False

    grid = one.grid
    inside, outside = (-(-one.low // grid), present // grid) if down else (one.high // grid, present // grid)
    if inside == outside or not met(inside * grid):
        return None
    while abs(inside - outside) > 1:
        middle = (inside + outside) // 2
        if met(middle * grid):
            inside = middle
        else:
            outside = middle
    return inside * grid
