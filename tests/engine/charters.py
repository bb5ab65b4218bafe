"""Random terms: weights, fees, liquidation."""

from typing import Any

import numpy as np

from govtool.engine.state import Feed
from govtool.engine.terms import BOOK, DUTCH, ROOT, Listing, Terms
from tests.engine.margins import any_margin, any_option_rules, any_scan_rules
from tests.engine.source import HUGE, Source, each, log, money, or_zero, steps


def any_terms(source: Source, count: int, start: Any) -> Terms:
    initial = each(count, lambda: source.real(0.02, 0.2))
    lower = each(count, lambda: or_zero(source, 1e3, 5e5))
    width = each(count, lambda: or_zero(source, 1e3, 5e5))
    upper = np.where(source.pick([True, False]), lower + width, 0.0)
    unit = each(count, lambda: log(source, 1e-8, 1e-3)) / start
    return Terms(
        initial_weight=initial,
        maintenance_weight=initial * each(count, lambda: source.real(0.3, 1.0)),
        oi_lower=lower,
        oi_upper=upper,
        adaptive=source.pick([0, 1]),
        gamma=each(count, lambda: source.real(0, 6)),
        half_life_s=each(count, lambda: source.real(1800, 90000)),
        reference=each(count, lambda: source.real(0.2, 2)),
        cap=each(count, lambda: source.real(1, 8)),
        rise=each(count, lambda: source.real(0, 3)),
        fall=each(count, lambda: source.real(0, 1)),
        unit=unit,
        step=steps(source, unit * start),
        deviation=each(count, lambda: or_zero(source, 0.0005, 0.02)),
        heartbeat=source.pick([0, source.whole(1, 30)]),
        funding_clamp=each(count, lambda: source.real(0, 0.05)),
        taker_fee=or_zero(source, 0, 0.002),
        trading_fee_share=source.real(0, 1),
        **_liquidation(source),
        **_auction(source),
        adl=source.pick([0, 1, 1]),
    )


def other_weights(source: Source, terms: Terms) -> Terms:
    """Other initial weights and open-interest bounds."""
    count = len(terms.unit)
    width = each(count, lambda: or_zero(source, 1e3, 5e5))
    return terms._replace(initial_weight=each(count, lambda: source.real(0.02, 0.2)), oi_upper=terms.oi_lower + width)


def other_terms(source: Source, listing: Listing, feed: Feed, terms: Terms) -> Terms:
    """Other margin in every respect."""
    other = other_weights(source, terms)._replace(
        maintenance_weight=terms.maintenance_weight * source.real(0.5, 1.0), reference=terms.reference * 1.25
    )
    return mixed(source, listing, feed.index[0], other)


def mixed(source: Source, listing: Listing, start: Any, terms: Terms) -> Terms:
    """The terms with some mixture of methods, tiers and curves, and with rules for all that is listed."""
    margin = any_margin(source, listing, start)
    if margin.curve == ROOT and source.pick([True, True, False]):
        terms = terms._replace(
            initial_weight=np.round(terms.initial_weight, 4), maintenance_weight=np.round(terms.maintenance_weight, 4)
        )
    return terms._replace(margin=margin, options=any_option_rules(source), scan=any_scan_rules(source, len(start)))


def _liquidation(source: Source) -> dict[str, Any]:
    return {
        "liquidation_format": source.pick([BOOK, DUTCH]),
        "fee_rate": source.real(0, 0.05),
        "fee_to_insurance": source.pick([0.0, 1.0, source.real(0, 1)]),
        "min_notional": or_zero(source, 10, 5000),
        "portion": source.pick([1.0, 1.0, source.real(0.05, 1)]),
        "block_notional": source.pick([log(source, 50, 1e6), 1e12]),
        "block_insurance": source.pick([0, money(source, 1, 1e3), HUGE, HUGE]),
        "bankruptcy_adjustment": source.real(0.5, 2),
        "spread_ratio": source.real(0.3, 2),
        "restore": source.pick([1.0, source.real(1, 1.5), source.real(1.5, 4)]),
    }


def _auction(source: Source) -> dict[str, Any]:
    start = source.real(-0.02, 0.03)
    return {
        "length_s": source.pick([15.0, 60.0, source.real(5, 600)]),
        "start_discount": start,
        "end_discount": start + source.real(0, 0.15),
    }
