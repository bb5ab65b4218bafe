"""Random habits of traders, and passages of their money."""

from typing import Any

import numpy as np

from govtool.engine.state import Crowd, Habits, Passage
from govtool.engine.terms import EMPTY, EMPTY_INTS
from tests.engine.scale import Scale, or_none, time
from tests.engine.source import Source, each, log, or_zero


def any_habits(source: Source, crowd: Crowd, ticks: int) -> Habits:
    """Each habit is nobody's now and then."""
    accounts = len(crowd.equity)

    def column(*kinds: Any) -> Any:
        return source.pick([EMPTY, *[each(accounts, lambda: _chosen(source, kinds))] * 3])

    def ticks_of(chance: int) -> Any:
        one = each(accounts, lambda: source.pick([0] * chance + [source.whole(1, ticks)]), np.int64)
        return source.pick([EMPTY_INTS, one, one])

    return Habits(
        leaves=ticks_of(2),
        nudge_chance=column(0.0, 1.0, (0.0, 1.0)),
        cut_chance=column(0.0, 1.0, (0.0, 1.0)),
        cut_share=column(1.0, (0.0, 1.0), (0.0, 0.5)),
        stop_loss=column(0.0, (0.3, 1.0), (0.8, 1.0)),
        take_profit=column(0.0, (1.0, 1.6), (1.0, 1.2)),
        herd=column(0.0, 1.0, (0.0, 1.0)),
        draws=ticks_of(1),
        draw_every=column(0.0, (1.0, 30.0)),
        keep=column(1.0, (1.0, 3.0), (0.3, 1.5)),
        nudge=source.pick([0.0, crowd.warning + or_zero(source, 0, 1), source.real(0.5, 2)]),
        herd_delay=log(source, 0.1, 10),
        vol_target=source.pick([0.0, source.real(0.01, 0.1)]),
    )


def _chosen(source: Source, kinds: tuple[Any, ...]) -> float:
    """One of some numbers, or of a range."""
    kind = source.pick(kinds)
    return source.real(*kind) if isinstance(kind, tuple) else kind


def any_passage(source: Source, scale: Scale) -> Passage:
    """Short ways, so that much of what sets out lands inside a window."""

    def lag(longest: int) -> int:
        return source.pick([0, source.whole(1, longest)])

    return Passage(
        batch_ticks=source.pick([1, 1, source.whole(2, 8)]),
        proof_lag=lag(12),
        dispute_chance=source.pick([0.0, 1.0, source.real(0, 1)]),
        dispute_lag=lag(12),
        bridge_lag=source.pick([0, source.whole(1, 6), source.whole(1, 30)]),
        bridge_fee=or_zero(source, 0, 0.02),
        bridge_capacity=or_none(source, 0.01 * scale.position, 3 * scale.position),
        channel_capacity=or_none(source, 0.02 * scale.position, 5 * scale.position),
        channel_refill_s=time(source, scale, 60),
        channel_fee=or_zero(source, 0, 0.02),
        channel_lag=lag(5),
    )
