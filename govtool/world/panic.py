"""When traders lose their nerve together."""

import numpy as np

from govtool.engine.terms import EMPTY_INTS, Floats, Ints
from govtool.world.moves import beginnings, falls, lasting, seen, ticks_in
from govtool.world.traders import Habits


def panic_column(habits: Habits, index: Floats, step_s: int) -> Ints:
    """1 in each tick (T,) in which a panic begins, else 0; empty if none ever does.

    One begins when some market is seen to have fallen by `panic_move` within `panic_window_s`, and the next not before
    a whole window has passed without such a fall.
    """
    if habits.panic_move == 0.0:
        return EMPTY_INTS
    fallen = np.any(falls(index, habits.panic_window_s, step_s) >= habits.panic_move, axis=1, keepdims=True)
    alarm = lasting(seen(np.asarray(fallen)), ticks_in(habits.panic_window_s, step_s))
    found = beginnings(alarm[:, 0])
    return found.astype(np.int64) if found.any() else EMPTY_INTS
