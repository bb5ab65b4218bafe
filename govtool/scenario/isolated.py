"""The same crowd under isolated margin: every account split into one wallet per market."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtool.engine.state import Crowd
from govtool.engine.terms import Floats, Ints, Listing
from govtool.scenario.habits import taken
from govtool.units import QUANTUMS_PER_QUOTE

_PLANS = ("enters", "hold", "idle", "topup_chance", "topup_delay", "opted")
"""What each wallet has of its owner as it is."""


class Wallet(NamedTuple):
    """Whose it is, which positions it has, and its part of what its owner is worth."""

    owner: int
    held: NDArray[np.bool_]
    part: float


def split_by_market(crowd: Crowd, listing: Listing, weight: Floats, price: Floats) -> Crowd:
    """Crowd of wallets, each with one market of its owner's; the luck of waits and top-ups stays the owner's.

    What an account is worth, its collateral assets and its money outside are split between its markets in proportion to
    the initial margin that each asks for, so that owners hold what they held and gross notional is unchanged. Options
    and borrowed assets belong to their market.

    Parameters
    ----------
    weight : float64 (J,)
        Initial margin of each instrument per notional, as the split weighs it.
    price : float64 (J,)
        Opening price of each instrument, which a snapshot's positions are worth.

    Returns
    -------
    Crowd
        By owner, then market; `owner` says whose wallet each is.
    """
    wallets = _wallets(crowd, listing, weight, price)
    owner = np.array([one.owner for one in wallets], dtype=np.int64)
    part = np.array([one.part for one in wallets])
    held = np.array([one.held for one in wallets]).reshape(len(wallets), weight.size)
    opening = _openings(crowd, owner, part, held)
    # A snapshot's equity is cash: what is split is what the account is worth, and what the wallet's own holdings are
    # worth comes off its part again.
    cash = _split(crowd.equity + _worth(crowd.opening, price, crowd.equity.size), owner, part)
    shares = np.where(held, crowd.share[owner], 0.0)
    gross = np.abs(shares).sum(axis=1)
    whole = crowd.equity[owner] * crowd.leverage[owner] * gross
    equity = _adding_up(cash - _worth(opening, price, len(wallets)), crowd.equity, owner)
    return crowd._replace(
        equity=equity,
        wallet=_split(crowd.wallet, owner, part),
        leverage=np.divide(whole, equity, out=np.zeros(len(wallets)), where=equity > 0),
        share=np.ascontiguousarray(shares / np.where(gross > 0, gross, 1.0)[:, None]),
        deposit=np.ascontiguousarray(crowd.deposit[owner]) if crowd.deposit.size else crowd.deposit,
        owner=owner if crowd.owner.size == 0 else crowd.owner[owner],
        opening=opening,
        habits=taken(crowd.habits, owner),
        **{name: getattr(crowd, name)[owner].copy() for name in _PLANS if getattr(crowd, name).size},
    )


def _wallets(crowd: Crowd, listing: Listing, weight: Floats, price: Floats) -> list[Wallet]:
    """Wallets by owner and market; an account with positions in one market, or in none, is one wallet."""
    assets = listing.asset_market.size
    markets = weight.size - listing.option_market.size - assets
    group = np.concatenate([np.arange(markets), listing.option_market, listing.asset_market])
    sizes = crowd.opening * price if crowd.opening.size else crowd.share
    # A snapshot's assets are its collateral, unless borrowed; a wish for one is a position.
    collateral = (np.arange(weight.size) >= weight.size - assets) & (crowd.opening.size > 0)
    found = []
    for i, size in enumerate(sizes):
        position = (size != 0.0) & ~(collateral & (size > 0.0))
        groups = np.unique(group[position]).tolist()
        if len(groups) <= 1:
            found.append(Wallet(i, np.ones(weight.size, dtype=bool), 1.0))
            continue
        asked = [float((np.abs(size) * weight)[position & (group == g)].sum()) for g in groups]
        total = sum(asked)
        parts = [one / total if total > 0 else 1.0 / len(asked) for one in asked]
        found += [Wallet(i, position & (group == g), part) for g, part in zip(groups, parts, strict=True)]
    return found


def _openings(crowd: Crowd, owner: Ints, part: Floats, held: NDArray[np.bool_]) -> Floats:
    """Coins of a snapshot per wallet: its own positions, and its part of the collateral, the last one with the rest."""
    if crowd.opening.size == 0:
        return crowd.opening
    coins = crowd.opening[owner]
    own = np.zeros_like(crowd.opening)
    np.add.at(own, owner, np.where(held, coins, 0.0))
    shared = np.where(held, 0.0, (crowd.opening - own)[owner])
    parts = shared * part[:, None]
    last = np.append(owner[1:] != owner[:-1], True)
    others = np.zeros_like(crowd.opening)
    np.add.at(others, owner[~last], parts[~last])
    parts[last] = shared[last] - others[owner[last]]
    return np.ascontiguousarray(np.where(held, coins, parts))


def _worth(coins: Floats, price: Floats, count: int) -> Ints:
    """Quantums that a snapshot's coins are worth, per row; nothing without a snapshot."""
    if coins.size == 0:
        return np.zeros(count, dtype=np.int64)
    return np.asarray(np.rint(coins * price * QUANTUMS_PER_QUOTE).astype(np.int64).sum(axis=1))


def _adding_up(found: Ints, amount: Ints, owner: Ints) -> Ints:
    """Amounts of the wallets with what rounding left over added to each owner's last one."""
    last = np.append(owner[1:] != owner[:-1], True)
    summed = np.zeros(amount.size, dtype=np.int64)
    np.add.at(summed, owner, found)
    found[last] += (amount - summed)[owner[last]]
    return found


def _split(amount: Ints, owner: Ints, part: Floats) -> Ints:
    """Amounts of the wallets: floored shares of their owner's, the last wallet with the rest."""
    return _adding_up(np.floor(amount[owner] * part).astype(np.int64), amount, owner)
