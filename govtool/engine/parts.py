"""The event log as it grows: part by part out of a buffer of fixed size, into a sink or a trace."""

from collections.abc import Callable

import numpy as np

from govtool.engine.codes import EVENT_COUNT, SHOT_COUNT
from govtool.engine.jit import inlined
from govtool.engine.state import Log, State, Tape, Trace
from govtool.engine.terms import Floats, Ints

Sink = Callable[[Ints, Floats], None]
"""Is given the rows of a part of the log, `Trace.whole` and `Trace.real`, in order; they are its own to keep."""


@inlined
def is_half_full(state: State, log: Log) -> bool:
    """Whether half of a buffer is used: it is then emptied, between ticks."""
    return bool(2 * state.tills[EVENT_COUNT] > log.whole.shape[0] or 2 * state.tills[SHOT_COUNT] > log.shot.shape[0])


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """All parts in one array; most replays have one, which is not copied."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class Parts:
    """The parts taken so far. With a sink, the events go there and the trace has none."""

    def __init__(self, sink: Sink | None = None) -> None:
        self._sink = sink
        self._whole: list[Ints] = []
        self._real: list[Floats] = []
        self._shot: list[Ints] = []
        self._events = 0

    def take(self, state: State, log: Log, *, last: bool = False) -> None:
        """Empty the buffers of `log`. The last part of a trace is not copied: nobody writes to them any more."""
        rows, shots = int(state.tills[EVENT_COUNT]), int(state.tills[SHOT_COUNT])
        whole, real = log.whole[:rows], log.real[:rows]
        if not last or self._sink is not None:
            whole, real = whole.copy(), real.copy()
        if self._sink is not None:
            self._sink(whole, real)
        else:
            self._whole.append(whole)
            self._real.append(real)
        self._shot.append(log.shot[:shots].copy())
        self._events += rows
        state.tills[EVENT_COUNT] = state.tills[SHOT_COUNT] = 0

    def trace(self, state: State, tape: Tape) -> Trace:
        """The whole trace, once the replay is over; the books then tell how many rows there were."""
        shot = _joined(self._shot)
        state.tills[EVENT_COUNT], state.tills[SHOT_COUNT] = self._events, shot.shape[0]
        none = (np.zeros((0, 9), dtype=np.int64), np.zeros((0, 3)))
        whole = _joined(self._whole) if self._whole else none[0]
        real = _joined(self._real) if self._real else none[1]
        return Trace(whole, real, shot, tape.path, tape.columns)
