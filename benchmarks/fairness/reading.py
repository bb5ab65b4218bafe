"""What the numbers show, in words: a sentence takes its numbers from the rows and is refused if they say otherwise."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise, product

import numpy as np

from benchmarks.fairness.rows import Row
from benchmarks.fairness.tables import bps, millions, share, tenths
from benchmarks.fairness.terms import AUCTIONS, LENGTHS_S, PLACES

SHORT, MIDDLE, LONG = (f"{LENGTHS_S[place]} s" for place in PLACES)


class ReadingError(Exception):
    """A sentence of the page that its numbers no longer bear out: mend the sentence."""


class Found:
    """Rows of one world by window, format and place; windows in the order of the page."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = {(row.window, row.style, row.place): row for row in rows}
        self.may, self.ftx, self.august = dict.fromkeys(row.window for row in rows)
        self.windows = (self.may, self.ftx, self.august)

    def mean(self, window: str, style: str, place: str, measure: str) -> float:
        """Mean over seeds."""
        return self.rows[window, style, place].mean(measure)

    def path(self, window: str, style: str, measure: str) -> list[float]:
        """Means at the short, the middle and the long length."""
        return [self.mean(window, style, place, measure) for place in PLACES]

    def every(self, measure: str, places: Iterable[str] = PLACES, styles: Iterable[str] = AUCTIONS) -> list[float]:
        """Means over all windows, some formats and some lengths."""
        return [self.mean(*key, measure) for key in product(self.windows, styles, places)]

    def above(self, window: str, style: str, place: str, other: str, measure: str) -> str:
        """In how many seeds a measure is higher at one length than at another, in words."""
        one, two = (self.rows[window, style, which].seeds for which in (place, other))
        higher = sum(a[measure] > b[measure] for a, b in zip(one, two, strict=True))
        return f"{higher} of {len(one)} seeds"


def holds(text: str, *conditions: bool) -> str:
    """The text, if all that it says is so."""
    if not all(conditions):
        raise ReadingError(f"the numbers no longer bear out this sentence of the page: {text}")
    return text


def steps(values: Sequence[float], show: Callable[[float], str]) -> str:
    """A path from length to length."""
    return " → ".join(show(value) for value in values)


def span(values: Sequence[float], show: Callable[[float], str]) -> str:
    """Least to most."""
    low, high = show(min(values)), show(max(values))
    return low if low == high else f"{low} to {high}"


def falls(values: Sequence[float]) -> bool:
    """Whether each is below the one before."""
    return all(a > b for a, b in pairwise(values))


def each(found: Found, style: str, measure: str, show: Callable[[float], str]) -> str:
    """The path of one format in all three windows."""
    return "; ".join(steps(found.path(window, style, measure), show) for window in found.windows)


def as_expected(found: Found) -> list[str]:
    """Where the trade-off is what one expects."""
    return [_monopoly(found), _price(found), _sharing(found), _drift(found), _burden(found)]


def _monopoly(found: Found) -> str:
    unfilled, adl = (found.every(name, ["short"]) for name in ("auction_unfilled_share", "adl_notional_usd"))
    later = found.every("auction_unfilled_share", ["middle"])
    return holds(
        f"**Too short: one keeper, and most stays unsold.** At {SHORT} one keeper takes all there is (share and HHI "
        f"{share(1)} in every auction format and window); {span(unfilled, share)} of what is put up ends unfilled, "
        f"against {span(later, share)} at {MIDDLE}, and {span(adl, millions)} M USD of other traders' positions are "
        "deleveraged.",
        max(found.every("keepers_active", ["short"])) == 1.0,
        all(before > 2 * after for before, after in zip(unfilled, later, strict=True)),
    )


def _price(found: Found) -> str:
    return holds(
        "**Too short: a poor price, where the price is what gives.** A Dutch auction sells at "
        f"{each(found, 'dutch', 'below_oracle_bps', bps)} bps below oracle ({SHORT} → {MIDDLE} → {LONG}, by window): "
        f"at {SHORT} its discount has run to the end, or as far as the account's own equity goes, before the first "
        "keeper arrives. Price improvement: "
        f"{each(found, 'dutch', 'price_improvement_bps', bps)} bps.",
        all(falls(found.path(window, "dutch", "below_oracle_bps")) for window in found.windows),
        all(
            found.mean(w, "dutch", "short", "below_oracle_bps")
            > 1.25 * found.mean(w, "dutch", "middle", "below_oracle_bps")
            for w in found.windows
        ),
        all(falls([-x for x in found.path(w, "dutch", "price_improvement_bps")]) for w in found.windows),
    )


def _sharing(found: Found) -> str:
    hhi = [found.path(window, "dutch", "keeper_hhi") for window in found.windows]
    active = [found.path(window, "dutch", "keepers_active") for window in found.windows]
    return holds(
        "**Longer shares the sales, up to a point.** The fastest keeper's share of a Dutch auction falls "
        f"{each(found, 'dutch', 'fastest_keeper_share', share)}; its HHI "
        f"{'; '.join(steps(path, share) for path in hhi)}; keepers that take anything "
        f"{'; '.join(steps(path, tenths) for path in active)}. So concentration is least at {MIDDLE}: in a slow "
        "auction whoever asks for the least edge is served first and the fastest, who asks for the most, hardly "
        "ever. Speed is then no privilege any more; a low price is.",
        all(falls(found.path(window, "dutch", "fastest_keeper_share")) for window in found.windows),
        all(path[1] < path[2] < path[0] for path in hhi),
        all(path[0] < path[2] < path[1] for path in active),
    )


def _drift(found: Found) -> str:
    two = (found.may, found.ftx)
    both = {window: found.path(window, "dutch", "below_flag_bps") for window in found.windows}
    least = [int(np.argmin(both[window])) for window in found.windows]
    return holds(
        "**Too long: the price runs away.** From flag to sale the oracle price moves against a Dutch auction by "
        f"{each(found, 'dutch', 'drift_bps', bps)} bps, against a batch by {each(found, 'batch', 'drift_bps', bps)} "
        "bps. Discount and drift together, what was sold fetched "
        f"{'; '.join(steps(both[window], bps) for window in found.windows)} bps below the oracle price at the flag "
        f"(Dutch): least at {', '.join((SHORT, MIDDLE, LONG)[place] for place in least)}. No length is best in every "
        "crash.",
        all(
            falls([-x for x in found.path(window, style, "drift_bps")])
            for window in two
            for style in ("dutch", "batch")
        ),
        len(set(least)) > 1,
    )


def _burden(found: Found) -> str:
    two = [(window, style) for window in (found.may, found.ftx) for style in ("dutch", "batch")]
    return holds(
        "**Too long: each dollar that is closed costs others more.** Bad debt, insurance, ADL and shared loss per "
        f"size closed, {MIDDLE} → {LONG}: "
        + "; ".join(
            f"{window.removeprefix('crash-')} {style} {steps(found.path(window, style, 'loss_bps_closed')[1:], bps)} "
            f"bps (higher in {found.above(window, style, 'long', 'middle', 'loss_bps_closed')})"
            for window, style in two
        )
        + ".",
        all(np.diff(found.path(*key, "loss_bps_closed"))[1] > 0 for key in two),
    )
