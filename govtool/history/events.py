"""The window of history that a named event stands for."""

from collections.abc import Mapping, Sequence

import numpy as np

from govtool.errors import DataError, ParamError
from govtool.history.bars import (
    MS,
    MS_PER_DAY,
    RECONSTRUCTED,
    RECORDED,
    Series,
    Window,
    digest_arrays,
    interval_text,
)
from govtool.history.catalogue import Event, catalogue, find_event
from govtool.history.funding import settlements
from govtool.history.gaps import on_grid
from govtool.history.grid import window_grid
from govtool.history.lead import daily_statistics, lead_samples
from govtool.history.store import find_series

__all__ = ["Event", "catalogue", "find_event", "load_window"]

PRICES = ("open", "high", "low", "close", "volume")


def load_window(
    event: Event, *, markets: Sequence[str] | None = None, digests: Mapping[str, str] | None = None
) -> Window:
    """The window of an event: its bars and a tail of up to 24 h, and what was known before.

    Parameters
    ----------
    markets : sequence of str, optional
        Markets wanted, in this order; all of the event's if not given.
    digests : mapping, optional
        Digest by series name. Given, each series that is read must be in it and agree.

    Raises
    ------
    DataError
        A market or series is missing, a digest differs, there is a gap under policy `error`, or fewer than
        three days of lead.
    """
    wanted = _wanted(event, markets)
    used: dict[str, str] = {}
    main = [_series(event.series[market], digests, used) for market in wanted]
    leads = [_series(event.lead[market], digests, used) for market in wanted]
    rates = {m: _series(event.funding[name], digests, used) for m, name in enumerate(wanted) if name in event.funding}
    _check_interval(event, main)
    grid = window_grid(event, wanted, main)
    held = [on_grid(series, grid.timestamp)[0] for series in main]
    arrays = {name: np.stack([one[name] for one in held], axis=1) for name in PRICES}

    start_ms = int(grid.timestamp[0])
    days = -(-grid.timestamp.size * event.interval_s * MS // MS_PER_DAY)
    arrays["day_volume"], arrays["day_sigma"], lead_days = daily_statistics(leads, start_ms, days + 1)
    arrays["lead_s"], arrays["lead_price"] = lead_samples(leads, start_ms)
    end_ms = start_ms + grid.bars * event.interval_s * MS
    funding_ms, arrays["funding_rate"] = settlements(rates, len(wanted), start_ms, end_ms)

    shape = np.array([start_ms, grid.bars, event.interval_s, lead_days], dtype=np.int64)
    for array in (*arrays.values(), funding_ms):
        array.setflags(write=False)
    recorded = all(one.label == RECORDED for one in (*main, *leads, *rates.values()))
    return Window(
        event=event.name,
        label=RECORDED if recorded else RECONSTRUCTED,
        markets=wanted,
        native_s=event.interval_s,
        start_ms=start_ms,
        bars=grid.bars,
        tail_bars=grid.timestamp.size - grid.bars,
        lead_days=lead_days,
        funding_ms=funding_ms,
        series=tuple(used.items()),
        gaps=grid.gaps,
        digest=digest_arrays({"/".join(wanted): shape, "funding_ms": funding_ms, **arrays}),
        **arrays,
    )


def _wanted(event: Event, markets: Sequence[str] | None) -> tuple[str, ...]:
    wanted = tuple(event.series) if markets is None else tuple(markets)
    for market in wanted:
        if market not in event.series:
            raise DataError(
                f"event {event.name!r} has no market {market!r}, only {', '.join(event.series)}: choose "
                "another "
                "event or leave the market out"
            )
    return wanted


def _series(name: str, digests: Mapping[str, str] | None, used: dict[str, str]) -> Series:
    series = find_series(name)
    if digests is not None and digests.get(name) != series.digest:
        raise DataError(
            f"series {name} is {series.digest}, and {digests.get(name, 'no digest')} was stated for it: "
            "restore the "
            "history that was used, or state the new digest knowingly"
        )
    used[name] = series.digest
    return series


def _check_interval(event: Event, main: Sequence[Series]) -> None:
    for series in main:
        if series.interval_s != event.interval_s or series.kind not in ("bars", "mark"):
            raise ParamError(
                f"event {event.name!r} has interval {interval_text(event.interval_s)}, but series "
                f"{series.name} "
                f"holds {series.kind} of {interval_text(series.interval_s)}"
            )
