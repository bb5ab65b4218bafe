"""Funding: premium votes, samples, the hourly tick, and settlement.

Source: github.com/dydxprotocol/v4-chain at 84d4664, path at each function.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from govtool.protocol.dydx_v4.integer import (
    ceiled,
    clamped,
    floor_ppm,
    median,
    power_of_ten,
    truncated,
    truncated_ratio,
)
from govtool.protocol.dydx_v4.margin import (
    QUOTE_EXPONENT,
    Perpetuals,
    base_to_quote,
    fill_value,
    maintenance_margin_ppm,
)
from govtool.protocol.dydx_v4.state import Account, ChainRefusal
from govtool.units import PPM

REALIZATION_SECONDS = 8 * 3_600
"""A funding rate is quoted for 8 hours. Source: protocol/x/perpetuals/funding/funding.go."""

Order = tuple[int, int]
"""A resting order: (subticks, base quantums)."""


@dataclass(frozen=True)
class Book:
    """A market's resting orders, best first on each side, and what prices them."""

    bids: Sequence[Order]
    asks: Sequence[Order]
    index_price: int
    index_exponent: int
    atomic_resolution: int
    quantum_conversion_exponent: int


def funding_clamp_ppm(clamp_factor_ppm: int, initial_margin_ppm: int, maintenance_fraction_ppm: int) -> int:
    """Largest absolute rate or vote: factor times initial minus maintenance margin, rounded down.

    Source: protocol/x/perpetuals/types/liquidity_tier.go, GetMaxAbsFundingClampPpm.
    """
    room = initial_margin_ppm - maintenance_margin_ppm(initial_margin_ppm, maintenance_fraction_ppm)
    return floor_ppm(clamp_factor_ppm, room)


def price_premium(book: Book, impact_notional: int, max_abs_vote_ppm: int) -> int:
    """Premium vote in ppm: how far the impact price lies beyond the index, rounded to zero and clamped.

    Source: protocol/x/clob/memclob/memclob.go, GetPricePremium. Every maker is taken to have collateral.
    """
    index = _index_subticks(book)
    if index == 0:
        raise ChainRefusal("zero_price", "index_price = 0 has no premium; give a positive price")
    if book.bids and index < book.bids[0][0]:
        impact = _impact_subticks(book.bids, impact_notional, book.quantum_conversion_exponent)
        outside = impact is not None and impact > index
    elif book.asks and index > book.asks[0][0]:
        impact = _impact_subticks(book.asks, impact_notional, book.quantum_conversion_exponent)
        outside = impact is not None and impact < index
    else:
        return 0
    if impact is None or not outside:
        return 0
    premium = truncated_ratio(Fraction(impact * PPM, index) - PPM)
    return clamped(premium, -max_abs_vote_ppm, max_abs_vote_ppm)


def _index_subticks(book: Book) -> Fraction:
    """Index price in subticks. Source: protocol/x/clob/types/price_to_subticks.go, PriceToSubticks."""
    shift = book.index_exponent + book.atomic_resolution + QUOTE_EXPONENT
    return book.index_price * power_of_ten(shift - book.quantum_conversion_exponent)


def _impact_subticks(orders: Sequence[Order], impact_notional: int, exponent: int) -> Fraction | None:
    """Mean price of filling a notional from the best order on; None where the book is too thin."""
    if impact_notional == 0:
        return Fraction(orders[0][0])
    left, base = impact_notional, Fraction(0)
    for subticks, size in orders:
        value = fill_value(size, subticks, exponent)
        base += Fraction(left * size, value) if left <= value else size
        left -= value
        if left <= 0:
            break
    if left > 0:
        return None
    whole_base = ceiled(base.numerator, base.denominator)
    return Fraction(impact_notional, whole_base * power_of_ten(exponent))


def funding_sample(votes: Sequence[int], num_vote_blocks: int, min_votes: int) -> int:
    """Median of a sample's votes, padded with zeros for blocks that did not vote.

    Source: protocol/x/perpetuals/keeper/perpetual.go, processPremiumVotesIntoSamples.
    """
    wanted = max(num_vote_blocks, min_votes)
    return median([*votes, *[0] * (wanted - len(votes))])


def funding_rate_ppm(
    premium_samples: Sequence[int],
    sample_seconds: int,
    tick_seconds: int,
    clamp_ppm: int,
    default_funding_ppm: int,
) -> int:
    """8-hour rate of a funding tick: mean of the samples, missing ones zero, plus the default, clamped.

    Source: protocol/x/perpetuals/keeper/perpetual.go, MaybeProcessNewFundingTickEpoch; the mean truncates to
    zero (protocol/lib/math.go, AvgInt32).
    """
    count = max(len(premium_samples), ceiled(tick_seconds, sample_seconds))
    premium = truncated(sum(premium_samples), count)
    return clamped(premium + default_funding_ppm, -clamp_ppm, clamp_ppm)


def funding_index_delta(rate_ppm: int, seconds: int, atomic_resolution: int, price: int, exponent: int) -> int:
    """Change of the funding index, ppm of a quote quantum per base quantum, rounded to zero.

    Source: protocol/x/perpetuals/funding/funding.go, GetFundingIndexDelta.
    """
    accrued = base_to_quote(seconds * rate_ppm, atomic_resolution, price, exponent)
    return truncated(accrued, REALIZATION_SECONDS)


def funding_settlement_ppm(funding_index: int, position_funding_index: int, base_quantums: int) -> int:
    """What a position receives by funding since its last settlement, in ppm of quote quantums.

    Source: protocol/x/perpetuals/lib/lib.go, GetSettlementPpmWithPerpetual.
    """
    return -(funding_index - position_funding_index) * base_quantums


def funding_settlement(account: Account, perpetuals: Perpetuals) -> int:
    """USDC of an account after funding: one rounding down for all its positions together.

    Source: protocol/x/subaccounts/lib/updates.go, GetSettledSubaccountWithPerpetuals.
    """
    total = sum(
        funding_settlement_ppm(perpetuals[held.perp].funding_index, held.position_funding_index, held.base_quantums)
        for held in account.positions
    )
    return account.usdc + total // PPM
