"""Derive's Dutch auction of a slice of an account, while it is worth something and after. Amounts are wads (1e-18).

Source: derivexyz/v2-core: src/liquidation/DutchAuction.sol. The rules are restated here; that code is BUSL. Products
and quotients round to zero.
"""

from dataclasses import dataclass

from govtool.protocol.fixed import WAD, truncated, wad_product, wad_quotient


@dataclass(frozen=True)
class Auction:
    """Share of the account's value asked at the start and at the end of the fast phase; lengths in whole seconds."""

    start: int
    cutoff: int
    fast_s: int
    slow_s: int


@dataclass(frozen=True)
class Account:
    """Margin and value of an account, and the cash in it that earlier bidders paid and later ones may not buy."""

    maintenance_margin: int
    value: int
    reserved: int = 0


@dataclass(frozen=True)
class Bid:
    """What a bid for a share of the account comes to: price of the whole, most that may be bought, bought, paid."""

    price: int
    max_share: int
    share: int
    cash: int


def discount(auction: Auction, elapsed_s: int) -> int:
    """Share of the account's value asked at a time: falls in a line to the cutoff, then in another to zero.

    In the slow phase the contract rounds the fall to whole units of its seconds: it moves in small steps.
    """
    if elapsed_s < auction.fast_s:
        return auction.start - truncated((auction.start - auction.cutoff) * elapsed_s, auction.fast_s)
    slow = elapsed_s - auction.fast_s
    if slow >= auction.slow_s:
        return 0
    return auction.cutoff - wad_quotient(wad_product(auction.cutoff, slow), auction.slow_s)


def buffer_margin(account: Account, buffer: int) -> int:
    """Margin at which liquidation stops: below maintenance by a share of what maintenance requires of the value."""
    required = account.maintenance_margin - account.value
    return account.maintenance_margin + wad_product(required, buffer)


def max_share(account: Account, buffer: int, asked: int, small_value: int = 0) -> int:
    """Largest share of the account that a bidder may take: what brings the buffer margin to zero.

    BM / (BM - V * d - R * (1 - d)); all of it if the account is worth less than `small_value`.
    """
    if account.value < small_value:
        return WAD
    margin = min(buffer_margin(account, buffer), 0)
    if margin == 0:
        return 0
    priced = wad_product(account.value, asked) + wad_product(account.reserved, WAD - asked)
    return wad_quotient(margin, margin - priced)


def solvent_bid(
    auction: Auction, account: Account, buffer: int, elapsed_s: int, requested: int | None = None, small_value: int = 0
) -> Bid:
    """A bid for a share, by default as much as may be bought, at this many seconds from the start.

    The price is the discounted value without the reserved cash. Example: worth 300, maintenance -100, buffer 10 %,
    asked 90 %: 34.15 % for 92.20.
    """
    asked = discount(auction, elapsed_s)
    price = wad_product(account.value - account.reserved, asked)
    most = max_share(account, buffer, asked, small_value)
    share = most if requested is None else min(requested, most)
    return Bid(price, most, share, wad_product(price, share))


def starting_fee(account: Account, buffer: int, fee_rate: int) -> int:
    """Fee to the security module when an auction starts: a rate on the value of what would be sold at no discount."""
    return wad_product(wad_product(max_share(account, buffer, WAD), abs(account.value)), fee_rate)


def insolvent_price(maintenance_margin: int, value: int, length_s: int, elapsed_s: int) -> int:
    """Price of an account worth nothing; negative, since the bidder is paid: from its value to its margin, in a line.

    Zero once the maintenance margin is met.
    """
    if maintenance_margin >= 0:
        return 0
    if elapsed_s >= length_s:
        return maintenance_margin
    first = min(value, 0)
    return truncated((maintenance_margin - first) * elapsed_s, length_s) + first
