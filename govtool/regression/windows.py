"""The named windows of recorded history: when, which markets, how fine, whether at hand, how far they fell."""

from dataclasses import dataclass

from govtool.history.bars import interval_text, parse_name, utc
from govtool.history.catalogue import Event, catalogue
from govtool.history.events import load_window
from govtool.history.falls import fall_of_bars
from govtool.history.reconstruct import VENUE
from govtool.regression.run import absent_series
from govtool.replay.ratios import NAN


@dataclass(frozen=True)
class RealWindow:
    """A window of recorded bars; `fall` is a fraction, of the market that fell furthest, NaN where no bars are."""

    name: str
    title: str
    kind: str
    start: str
    end: str
    interval: str
    markets: tuple[str, ...]
    at_hand: bool
    fall: float
    fall_market: str


def real_windows() -> tuple[RealWindow, ...]:
    """Every window of the catalogue that is of recorded bars, in the catalogue's order."""
    return tuple(_window(event) for event in catalogue().values() if _recorded(event))


def _recorded(event: Event) -> bool:
    return all(parse_name(name).venue != VENUE for name in event.series.values())


def _window(event: Event) -> RealWindow:
    at_hand = not absent_series(event)
    fall, market = _fall(event) if at_hand else (NAN, "")
    return RealWindow(
        name=event.name,
        title=event.title,
        kind=event.kind,
        start=utc(event.start_ms),
        end=utc(event.end_ms),
        interval=interval_text(event.interval_s),
        markets=tuple(event.series),
        at_hand=at_hand,
        fall=fall,
        fall_market=market,
    )


def _fall(event: Event) -> tuple[float, str]:
    """Largest fall in the replayed part, and of which market; the first of equals."""
    window = load_window(event)
    opening, high, low = (column[: window.bars] for column in (window.open, window.high, window.low))
    falls = [fall_of_bars(opening[:, m], high[:, m], low[:, m]) for m in range(len(window.markets))]
    return max(falls), window.markets[falls.index(max(falls))]
