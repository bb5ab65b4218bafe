"""The engine's own arithmetic on books of our choice: prices and weights of a tick, margins of an account."""

from typing import NamedTuple

import numpy as np

from govtool.engine.account import charge
from govtool.engine.codes import NEVER, PERPETUAL
from govtool.engine.packing import pack_state
from govtool.engine.packing_rules import is_ramped, pack_rules
from govtool.engine.packing_tape import pack_tape
from govtool.engine.passive import set_prices
from govtool.engine.requirement import flat_weight, need, stop_level
from govtool.engine.terms import Floats, Ints, Terms
from govtool.engine.tiers import INITIAL, MAINTENANCE
from govtool.engine.weights import set_depth
from govtool.replay.explain.case import Case
from govtool.units import QUOTE_QUANTUM


class Holding(NamedTuple):
    """One position. `weight` is its maintenance charge per notional, `charge` what it asks for by itself."""

    instrument: str
    row: int
    size: int
    coins: float
    mark: float
    basis: float
    value: float
    weight: float
    charge: float

    @property
    def notional(self) -> float:
        """Size in quote currency; of an option that of what it is written on."""
        return abs(self.coins) * self.basis

    @property
    def side(self) -> int:
        """1 for a long, -1 for a short."""
        return 1 if self.size > 0 else -1


class Standing(NamedTuple):
    """What an account has and must keep, quote currency."""

    cash: float
    holdings: tuple[Holding, ...]
    equity: float
    maintenance: float
    stop: float


class Stage:
    """State, rules and columns of the engine, on which a walk's books are put; under other terms if they are given."""

    def __init__(self, case: Case, terms: Terms | None = None) -> None:
        terms = case.terms if terms is None else terms
        # A crowd formed under the protocol replayed is formed under another one as well: then nothing ramps.
        formation = terms if case.source.formed_under is None else case.formation
        if not is_ramped(terms, formation):
            terms = terms._replace(margin=terms.margin._replace(ramp_s=0.0))
        world = case.scenario
        arguments = (terms, world.venue, world.feed, world.crowd, world.listing)
        self.case = case
        self.state = pack_state(terms, world.venue, world.keepers, world.feed, world.crowd, world.listing, formation, 0)
        self.rules = pack_rules(*arguments, world.seed)
        listed = (world.listing, self.state.markets, self.rules, world.weather)
        self.tape = pack_tape(terms, world.venue, world.feed, *listed)
        self.tick = -1

    def at(self, tick: int) -> None:
        """Put prices, weights, marks and depth of a tick in force."""
        if tick != self.tick:
            set_prices(self.state, self.rules, self.tape, self.case.path, tick, NEVER)
            set_depth(self.state, self.rules, self.tape, tick)
            self.tick = tick

    def equity(self, cash: int, size: Ints) -> float:
        """What an account is worth at mark: the engine's sum, in its order."""
        total = float(cash * QUOTE_QUANTUM)
        for j in np.flatnonzero(size):
            total += float((size[j] * self.case.unit[j]) * self.state.lots[j].mark)
        return total

    def equities(self, cash: Ints, size: Ints) -> Floats:
        """The same for everyone, (A,)."""
        total: Floats = np.asarray(cash * QUOTE_QUANTUM, dtype=np.float64)
        for j in range(size.shape[1]):
            total += (size[:, j] * self.case.unit[j]) * self.state.lots[j].mark
        return total

    def maintenance(self, size: Ints) -> float:
        """What an account with these sizes must keep."""
        return float(need(self.state, self.rules, size, MAINTENANCE))

    def initial(self, account: int) -> float:
        """What an account must keep to take on more, with the sizes of the last `standing`."""
        return float(need(self.state, self.rules, self.state.size[account], INITIAL))

    def standing(self, account: int, cash: int, sizes: Ints) -> Standing:
        """The whole state of an account, `sizes` (A, J) being everyone's."""
        state = self.state
        state.size[:] = sizes
        gross, held = np.abs(sizes).sum(axis=0), np.maximum(sizes, 0).sum(axis=0)
        state.lots["gross"], state.lots["outside"] = gross, -sizes.sum(axis=0)
        state.lots["held"], state.lots["borrowed"] = held, gross - held
        maintenance = self.maintenance(state.size[account])
        stop = float(stop_level(state, self.rules, account, maintenance))
        holdings = tuple(self._holding(account, int(j)) for j in np.flatnonzero(sizes[account]))
        equity = self.equity(cash, sizes[account])
        return Standing(float(cash * QUOTE_QUANTUM), holdings, equity, maintenance, stop)

    def _holding(self, account: int, j: int) -> Holding:
        lot, size, unit = self.state.lots[j], int(self.state.size[account, j]), float(self.case.unit[j])
        asked = float(charge(self.state, self.rules, account, j))
        mark, basis = float(lot.mark), float(lot.basis)
        notional = (abs(size) * unit) * basis
        weight = asked / notional if notional > 0.0 else 0.0
        if lot.kind == PERPETUAL and flat_weight(self.rules):
            weight = float(self.state.markets[j].maintenance)
        coins = size * unit
        name = self.case.scenario.instruments[j]
        return Holding(name, j, size, coins, mark, basis, coins * mark, weight, asked)
