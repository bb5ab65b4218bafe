"""Money that moves between pool, treasury, stakers, keepers, searchers and those who share losses."""

from govtool.engine.codes import (
    ADL_LEAST,
    ADL_WORST,
    ADVANCED,
    BACKSTOPPED,
    GAS,
    HELD_CASH,
    KEEPERS,
    POOL_OVERFLOW,
    PREMIUM,
    REPAID,
    REWARDS,
    SEARCHERS,
    SHARED,
    SLASH,
    STAKED_OUT,
    STAKERS,
    TRANSFER,
    TREASURY,
)
from govtool.engine.state import Books
from govtool.engine.terms import Ints
from govtool.replay.events import Log
from govtool.replay.ratios import ratio
from govtool.units import QUOTE_QUANTUM


def flow_metrics(books: Books, log: Log) -> dict[str, float]:
    """What each of them paid and received, in quote currency.

    At the end of a replay no advance is outstanding, so that what was not paid back is written off. The treasury's
    revenue is what fees brought it: what it sends to the pool is a cost that a study counts by the year, and what
    flows back beyond the target was the pool's already.
    """
    tills, gauges = books.tills, books.gauges
    advanced, repaid = tills[ADVANCED] * QUOTE_QUANTUM, tills[REPAID] * QUOTE_QUANTUM
    sent = _sum(log, TRANSFER, log.fund)
    returned = -_sum(log, POOL_OVERFLOW, log.fund)
    return {
        "shared_loss_usd": gauges[SHARED],
        "adl_unfairness": ratio(gauges[ADL_WORST], gauges[ADL_LEAST]),
        "advanced_usd": advanced,
        "topup_repaid_share": ratio(repaid, advanced),
        "advances_lost_usd": (tills[ADVANCED] - tills[REPAID]) * QUOTE_QUANTUM,
        "stakers_withdrawn_usd": tills[STAKED_OUT] * QUOTE_QUANTUM,
        "stakers_yield_usd": (tills[STAKERS] - tills[STAKED_OUT]) * QUOTE_QUANTUM,
        "treasury_transfer_usd": sent * QUOTE_QUANTUM,
        "treasury_overflow_usd": returned * QUOTE_QUANTUM,
        "treasury_revenue_usd": (int(tills[TREASURY]) + sent - returned) * QUOTE_QUANTUM,
        "premium_usd": _sum(log, PREMIUM, log.quote) * QUOTE_QUANTUM,
        "keeper_profit_usd": tills[KEEPERS] * QUOTE_QUANTUM,
        "keeper_rewards_usd": gauges[REWARDS],
        "keeper_gas_usd": tills[GAS] * QUOTE_QUANTUM,
        "keeper_penalties_usd": _sum(log, SLASH, log.fund) * QUOTE_QUANTUM,
        "withdrawals_delayed_usd": tills[HELD_CASH] * QUOTE_QUANTUM,
        "frontrun_usd": tills[SEARCHERS] * QUOTE_QUANTUM,
        "backstop_usd": gauges[BACKSTOPPED],
    }


def _sum(log: Log, kind: int, amount: Ints) -> int:
    """Sum of an amount over the rows of a kind, in quantums."""
    return int(amount[log.kind == kind].sum())
