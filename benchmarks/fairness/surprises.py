"""Where the numbers do not show what one expects, and what unfair keepers change; sentences are checked likewise."""

import numpy as np

from benchmarks.fairness.reading import LONG, MIDDLE, SHORT, Found, each, falls, holds, span, steps
from benchmarks.fairness.tables import bps, millions, share, tenths, thousands
from benchmarks.fairness.terms import AUCTIONS, FORMATS, PLACES, PORTIONS_PPM


def otherwise(found: Found) -> list[str]:
    """Where the numbers do not show what one expects, with the reason in the event log."""
    points = (_flattery, _rebound, _deleveraging, _survivors, _batch, _fixed, _book, _equal)
    return [point(found) for point in points]


def _flattery(found: Found) -> str:
    improvement = found.path(found.may, "dutch", "price_improvement_bps")
    drift = found.path(found.may, "dutch", "drift_bps")
    return holds(
        "**Cost and price improvement do not see the drift.** In every window they make the longest Dutch auction "
        f"the best: on 2021-05-19 price improvement goes {steps(improvement, bps)} bps while the drift goes "
        f"{steps(drift, bps)} bps. They hold a sale against the oracle price of its own moment and count no more than "
        "the equity that is left; what is missing then is others' loss. Read them beside the drift.",
        all(falls(found.path(window, "dutch", "liquidation_cost_bps")) for window in found.windows),
        falls([-x for x in drift]),
    )


def _rebound(found: Found) -> str:
    loss = {style: found.path(found.august, style, "loss_bps_closed") for style in ("dutch", "batch")}
    after = {
        window: [found.mean(window, style, "long", "after_low_share") for style in loss] for window in found.windows
    }
    midst = [found.mean(found.august, style, "middle", "after_low_share") for style in loss]
    return holds(
        f"**On 2023-08-17 too long was not worse.** Loss per size closed goes {steps(loss['dutch'], bps)} bps (Dutch) "
        f"and {steps(loss['batch'], bps)} bps (batch): worst at {MIDDLE}. The price fell within minutes and came "
        f"back: at {LONG}, {share(after[found.august][0])} (Dutch) and {share(after[found.august][1])} (batch) of "
        "what was sold had been flagged on the way down and was sold after the low, against "
        f"{' and '.join(share(x) for x in after[found.may])} on 2021-05-19 and "
        f"{' and '.join(share(x) for x in after[found.ftx])} on 2022-11-08. Whoever waited was lucky; at {MIDDLE} "
        f"({' and '.join(share(x) for x in midst)}) auctions ended in the midst of the fall. Which of the two a crash "
        "will be is not known when an auction opens.",
        all(path[1] == max(path) for path in loss.values()),
        max(midst) < 0.2,
        min(after[found.august]) > 0.5 > max(after[found.may] + after[found.ftx]),
    )


def _deleveraging(found: Found) -> str:
    loss = {style: found.path(found.may, style, "loss_bps_closed") for style in ("dutch", "batch")}
    adl = found.path(found.may, "dutch", "adl_notional_usd")
    return holds(
        "**Too short shows as deleveraging, not as bad debt.** On 2021-05-19 loss per size closed is lowest at "
        f"{SHORT} ({steps(loss['dutch'], bps)} bps Dutch, {steps(loss['batch'], bps)} bps batch): an auction that "
        "ends unfilled with the account insolvent hands the position to counterparties at its bankruptcy price, at "
        f"once and without impact. They pay with their positions: {steps(adl, millions)} M USD (Dutch). Bad debt "
        f"itself is at most {thousands(max(found.every('bad_debt_usd', styles=FORMATS)))} k USD in any row, because "
        "the pool and deleveraging stand before it.",
        all(path[0] == min(path) for path in loss.values()),
        falls(adl),
    )


def _survivors(found: Found) -> str:
    spared = found.path(found.may, "batch", "spared_share")
    loss = found.path(found.may, "batch", "loss_usd")
    closed = found.path(found.may, "batch", "closed_usd")
    helped = found.path(found.may, "batch", "spared_by_topup_share")
    return holds(
        f"**In dollars, a long auction may lose less.** On 2021-05-19 a batch loses {steps(loss, thousands)} k USD, "
        f"for it closes {steps(closed, millions)} M USD: {steps(spared, share)} of all flags end without a forced "
        f"close, {steps(helped, share)} of these after a top-up of their own, the others because the price came back "
        "while nobody might buy yet (an account flagged anew counts anew). A long auction is a period of grace as "
        "much as a sale; those whom grace does not save lose more.",
        falls(closed),
        falls([-x for x in spared]),
        loss[2] < loss[1],
    )


def _batch(found: Found) -> str:
    price = [found.path(window, "batch", "below_oracle_bps") for window in found.windows]
    both = [found.path(window, "batch", "below_flag_bps") for window in found.windows]
    return holds(
        f"**A batch needs no time for its price.** It sells at {each(found, 'batch', 'below_oracle_bps', bps)} bps "
        "below oracle whatever its length: a sealed bid asks for its edge and its impact, and one bidder alone bids "
        "the same as one among three. What length brings is more bidders (fastest's share "
        f"{each(found, 'batch', 'fastest_keeper_share', share)}) and so more that is sold; what it costs is that "
        "nothing is sold before its end. Discount and drift together are "
        f"{'; '.join(steps(path, bps) for path in both)} bps: least at {SHORT} in every window, of the little that is "
        "sold then.",
        all(max(path) < 1.6 * min(path) for path in price),
        all(path[0] == min(path) for path in both),
    )


def _fixed(found: Found) -> str:
    seconds = found.every("auction_seconds_median", ["middle", "long"], ["first_come"])
    profit = [found.path(found.may, style, "keeper_profit_usd") for style in ("first_come", "dutch")]
    change = [np.diff(found.path(window, "first_come", "liquidation_cost_bps"))[1] for window in found.windows]
    return holds(
        f"**A fixed discount hardly knows its length.** From {MIDDLE} to {LONG} the cost of `first_come` moves by "
        f"{span([abs(x) for x in change], bps)} bps: all of the discount is there at once, and half of its auctions "
        f"are over after {span(seconds, bps)} s. Length only decides how long the rest stays on offer. Keepers earn "
        f"{steps(profit[0], thousands)} k USD on 2021-05-19, under Dutch auctions {steps(profit[1], thousands)} k USD.",
        max(abs(x) for x in change) < 15,
        max(seconds) < 30,
    )


def _book(found: Found) -> str:
    book = found.every("loss_bps_closed", ["short", "middle"], ["book"])
    least = min(found.every("loss_bps_closed"))
    return holds(
        "**The book beats every auction of its window on average, unless it is slow.** With "
        f"{PORTIONS_PPM['short'] / 1e4:g} or {PORTIONS_PPM['middle'] / 1e4:g} % of a position a block others bear "
        f"{span(book, tenths)} bps of what is closed; with {PORTIONS_PPM['long'] / 1e4:g} %, "
        f"{span(found.every('loss_bps_closed', ['long'], ['book']), bps)} bps, for the same reason as a long auction. "
        "In this world the book is there at every tick, has the depth in which keepers unload too, and asks for no "
        "edge: no latency and no margin stand between. A venue without a book has no such choice, and a book that "
        "empties in a crash is not modelled.",
        least > 0,
        all(
            max(found.path(window, "book", "loss_bps_closed")[:2])
            < min(found.mean(window, style, place, "loss_bps_closed") for style in AUCTIONS for place in PLACES)
            for window in found.windows
        ),
        all(
            found.path(window, "book", "loss_bps_closed")[2] > found.path(window, "book", "loss_bps_closed")[1]
            for window in found.windows
        ),
    )


def _equal(found: Found) -> str:
    contagion, cascade = (found.every(name, styles=FORMATS) for name in ("contagion_share", "cascade_factor"))
    same = all(
        found.mean(window, "dutch", "short", name) == found.mean(window, "first_come", "short", name)
        for window in found.windows
        for name in ("loss_usd", "below_oracle_bps", "keeper_profit_usd")
    )
    return holds(
        f"**Some columns do not move.** Contagion between markets is {span(contagion, share)} of what is closed and "
        f"the cascade factor {span(cascade, share)}, without a pattern: in a common crash every market loses by "
        f"itself, and the venue's sales weigh a quarter in the oracle. At {SHORT} `dutch` and `first_come` are the "
        "same replay: the only keeper in time meets the end discount in both.",
        same,
        max(contagion) < 0.05,
        min(cascade) > 0.9 and max(cascade) < 1.1,
    )


def unfair(found: Found, fair: Found) -> str:
    """What a ring, a no-show and the like change."""
    hhi = {window: found.path(window, "dutch", "keeper_hhi") for window in found.windows}
    dearer = [
        f"{bps(fair.mean(window, 'dutch', 'middle', 'below_oracle_bps'))} and "
        f"{bps(found.mean(window, 'dutch', 'middle', 'below_oracle_bps'))}"
        for window in found.windows
    ]
    batch = [
        f"{bps(fair.mean(window, 'batch', 'short', 'below_oracle_bps'))} and "
        f"{bps(found.mean(window, 'batch', 'short', 'below_oracle_bps'))}"
        for window in found.windows
    ]
    return holds(
        f"The same shape, with eight keepers. At {SHORT} only the ring's two are in time: a sealed bid is worth "
        f"little against two who bid alike (a batch sells at {'; '.join(batch)} bps below oracle in the worlds "
        "`default` and `adversarial`, by window). HHI of a Dutch auction: "
        f"{'; '.join(steps(path, share) for path in hhi.values())}, least at {MIDDLE} in every window; keepers that "
        f"take anything: {each(found, 'dutch', 'keepers_active', tenths)}. At {MIDDLE} it sells at "
        f"{'; '.join(dearer)} bps below oracle in the two worlds: honest keepers come later here and ask for more in "
        "a volatile hour, and who wins without settling holds the auction for a minute.",
        all(path[1] == min(path) for path in hhi.values()),
        max(found.every("keepers_active", ["short"])) == 2.0,
        all(
            found.mean(window, "dutch", "middle", "below_oracle_bps")
            > fair.mean(window, "dutch", "middle", "below_oracle_bps")
            for window in found.windows
        ),
    )
