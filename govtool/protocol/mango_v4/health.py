"""Mango's health: balances and perpetuals at weights that fall with the size of the whole pool.

Source: blockworks-foundation/mango-v4: programs/mango-v4/src/health/cache.rs, and state/bank.rs for the scaling.
Amounts, prices and weights are I80F48 (counts of 2**-48); the pool's scale is a 64-bit float, as it is on chain.
Health counts 2**-48 of quote. Open orders are not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govtool.protocol.mango_v4.binary import nearest, product


@dataclass(frozen=True)
class Scaling:
    """From which value on a pool scales a weight, and the value that it has; both in quote."""

    start: float
    value: float


@dataclass(frozen=True)
class Token:
    """An account's balance of a token, its oracle and stable price, initial weights, and how the pool scales them."""

    balance: int
    price: int
    stable_price: int
    asset_weight: int
    liability_weight: int
    deposits: Scaling | None = None
    borrows: Scaling | None = None


@dataclass(frozen=True)
class Perp:
    """An account's perpetual: lots, quote it carries, a lot's oracle and stable price, and weights."""

    base_lots: int
    quote: int
    lot_price: int
    lot_stable_price: int
    asset_weight: int
    liability_weight: int
    overall_asset_weight: int


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


def perp_value(perp: Perp, adverse: bool = True) -> int:
    """Weighted value of a perpetual in its settle token; a positive one counts by the overall weight.

    `adverse` takes the worse of oracle and stable price, else the oracle's.
    """
    lots, prices = perp.base_lots, (perp.lot_price, perp.lot_stable_price) if adverse else (perp.lot_price,)
    if lots >= 0:
        base = lots * product(min(prices), perp.asset_weight)
    else:
        base = lots * product(max(prices), perp.liability_weight)
    total = base + perp.quote
    return product(total, perp.overall_asset_weight) if total > 0 else total


def token_health(token: Token, balance: int, adverse: bool = True) -> int:
    """What a balance of a token adds to health, in quote; `adverse` as for `perp_value`."""
    prices = (token.price, token.stable_price) if adverse else (token.price,)
    if balance >= 0:
        weight = scaled_asset_weight(token.asset_weight, token.deposits)
        return product(balance, product(weight, min(prices)))
    weight = scaled_liability_weight(token.liability_weight, token.borrows)
    return product(balance, product(weight, max(prices)))


def init_health(tokens: Sequence[Token], perp: Perp | None = None, settle: int = 0, adverse: bool = True) -> int:
    """Health at initial weights: the account may trade while it is not negative.

    The perpetual's value joins the balance of its settle token, `tokens[settle]`. Not `adverse`, it is the health at
    which a liquidation stops.
    """
    balances = [token.balance for token in tokens]
    if perp is not None:
        balances[settle] += perp_value(perp, adverse)
    return sum(token_health(token, balance, adverse) for token, balance in zip(tokens, balances, strict=True))
