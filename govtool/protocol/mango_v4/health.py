"""Mango's health: balances and perpetuals at weights that fall with the size of the whole pool.

Source: blockworks-foundation/mango-v4: programs/mango-v4/src/health/cache.rs, and state/bank.rs for the scaling.
Amounts, prices and weights are I80F48 (counts of 2**-48); the pool's scale is a 64-bit float, as it is on chain.
Health counts 2**-48 of quote. Open orders are not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from govtool.protocol.mango_v4.binary import nearest, product


class Health(Enum):
    """Healths, strictest first: trading needs the first, a liquidation stops at the second and starts at the third.

    INITIAL takes the worse of oracle and stable price and weights scaled by the pool, LIQUIDATION_END the same weights
    unscaled, at the oracle price, MAINTENANCE weights of its own at the oracle price.
    """

    INITIAL = "initial"
    LIQUIDATION_END = "liquidation_end"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True)
class Scaling:
    """From which value on a pool scales a weight, and the value that it has; both in quote.

    The chain values both deposits and borrows at the higher of oracle and stable price.
    """

    start: float
    value: float


@dataclass(frozen=True)
class Token:
    """An account's balance of a token, its oracle and stable price, weights, and how the pool scales the initial ones.

    Maintenance weights are the initial ones if not given.
    """

    balance: int
    price: int
    stable_price: int
    asset_weight: int
    liability_weight: int
    deposits: Scaling | None = None
    borrows: Scaling | None = None
    maintenance_asset_weight: int | None = None
    maintenance_liability_weight: int | None = None


@dataclass(frozen=True)
class Perp:
    """An account's perpetual: lots, quote it carries, a lot's oracle and stable price, and weights.

    Maintenance weights are the initial ones if not given.
    """

    base_lots: int
    quote: int
    lot_price: int
    lot_stable_price: int
    asset_weight: int
    liability_weight: int
    overall_asset_weight: int
    maintenance_asset_weight: int | None = None
    maintenance_liability_weight: int | None = None
    maintenance_overall_asset_weight: int | None = None


def scaled_asset_weight(weight: int, deposits: Scaling | None) -> int:
    """Weight of a deposit: past the start, as much smaller as the deposits are larger.

    Example: weight 0.5, scaled from 5,000 on, 7,500 deposited: a third.
    """
    if deposits is None or deposits.value <= deposits.start:
        return weight
    return product(weight, nearest(deposits.start / deposits.value))


def scaled_liability_weight(weight: int, borrows: Scaling | None) -> int:
    """Weight of a borrow: past the start, as much larger as the borrows are."""
    if borrows is None or borrows.value <= borrows.start:
        return weight
    if borrows.start == 0:
        raise ZeroDivisionError("borrows cannot be scaled from a start of 0")
    return product(weight, nearest(borrows.value / borrows.start))


def perp_value(perp: Perp, health: Health = Health.INITIAL) -> int:
    """Weighted value of a perpetual in its settle token; a positive one counts by the overall weight."""
    lots = perp.base_lots
    price = _price(perp.lot_price, perp.lot_stable_price, lots >= 0, health)
    if lots >= 0:
        weight = _weight(perp.asset_weight, perp.maintenance_asset_weight, health)
    else:
        weight = _weight(perp.liability_weight, perp.maintenance_liability_weight, health)
    total = product(lots * weight, price) + perp.quote
    overall = _weight(perp.overall_asset_weight, perp.maintenance_overall_asset_weight, health)
    return product(overall, total) if total > 0 else total


def token_health(token: Token, balance: int, health: Health = Health.INITIAL) -> int:
    """What a balance of a token adds to health, in quote."""
    price = _price(token.price, token.stable_price, balance >= 0, health)
    if balance >= 0:
        weight = _weight(token.asset_weight, token.maintenance_asset_weight, health)
        if health is Health.INITIAL:
            weight = scaled_asset_weight(weight, token.deposits)
    else:
        weight = _weight(token.liability_weight, token.maintenance_liability_weight, health)
        if health is Health.INITIAL:
            weight = scaled_liability_weight(weight, token.borrows)
    return product(balance, product(weight, price))


def account_health(
    tokens: Sequence[Token], perps: Sequence[Perp] = (), settle: int = 0, health: Health = Health.INITIAL
) -> int:
    """Health of all balances and perpetuals.

    The value of each perpetual joins the balance of the settle token, `tokens[settle]`.
    Example: 30 in hand, and a long of 2 lots at 50 with weight 0.8 that cost 100: 10.
    """
    balances = [token.balance for token in tokens]
    for perp in perps:
        balances[settle] += perp_value(perp, health)
    return sum(token_health(token, balance, health) for token, balance in zip(tokens, balances, strict=True))


def init_health(tokens: Sequence[Token], perp: Perp | None = None, settle: int = 0) -> int:
    """Health at initial weights, with at most one perpetual: the account may trade while it is not negative."""
    return account_health(tokens, () if perp is None else (perp,), settle)


def _price(oracle: int, stable: int, held: bool, health: Health) -> int:
    """Price that counts for what is held, or else owed."""
    if health is not Health.INITIAL:
        return oracle
    return min(oracle, stable) if held else max(oracle, stable)


def _weight(initial: int, maintenance: int | None, health: Health) -> int:
    return maintenance if health is Health.MAINTENANCE and maintenance is not None else initial
