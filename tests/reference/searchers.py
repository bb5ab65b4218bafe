"""Who sees keepers first and trades ahead of them (rules §8)."""

from dataclasses import dataclass

from tests.reference import ledger
from tests.reference.liquidity import Deal, between, deal, slope_of
from tests.reference.numbers import rint
from tests.reference.state import PERPETUAL, State

PRIVATE = 2


@dataclass(frozen=True)
class Unloading:
    """What a keeper gets for what it unloads, and what a searcher makes of it."""

    deal: Deal
    gain: float

    @property
    def price(self) -> float:
        return self.deal.price


def ahead(state: State, j: int) -> float:
    """Quote that a searcher trades before a keeper unloads instrument `j`."""
    hidden = state.venue.ordering == PRIVATE or state.instruments[j].kind != PERPETUAL
    return 0.0 if hidden else state.venue.frontrun


def unloading(state: State, j: int, side: int, q: int, *, expected: bool = False) -> Unloading:
    """Of `q` by a keeper, as it is, or as keepers expect it by what they see."""
    plain, volume = deal(state, j, side, q, spoofed=expected), ahead(state, j)
    if not volume:
        return Unloading(plain, 0.0)
    one, slope = state.instruments[j], slope_of(state, j, spoofed=expected)
    before = state.volume[j]
    first = before - side * volume
    last = first - side * ((q * one.unit) * state.index[j])
    spread = one.spread * state.weather.wide[state.tick][j]
    better = between(slope, before, first) - between(slope, last, plain.volume)
    gain = side * better * volume - 2 * spread * volume
    if gain <= 0:
        return Unloading(plain, 0.0)
    price = state.index[j] * (1 + between(slope, first, last) - side * spread)
    return Unloading(Deal(price, j, plain.volume), gain)


def collect(state: State, i: int, j: int, k: int, found: Unloading) -> None:
    """A searcher gets its gain from the market."""
    if found.gain <= 0:
        return
    amount = rint(found.gain * 1e6)
    state.bucket["searchers"] += amount
    state.bucket["market"] -= amount
    ledger.record(state, ledger.FRONTRUN, account=i, market=j, other=k, price=found.gain)
