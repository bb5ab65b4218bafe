"""Displaced volume of each market along the log: what forced closes moved, and its decay (rules, sections 4, 7.7)."""

import numpy as np

from govtool.engine.codes import CLOSE, OPTION, PERPETUAL
from govtool.engine.liquidity import displaced, displacement
from govtool.engine.terms import PRIVATE_ORDER, Floats
from govtool.engine.trading import deal
from govtool.replay.explain.case import Case
from govtool.replay.explain.stage import Stage

CLOSE_ENOUGH = 1e-12
"""Relative: the price of a close is recomputed with the engine's operations."""


def ahead_of(case: Case, kind: int) -> float:
    """Quote volume that a searcher would trade before a keeper unloads an instrument of this kind."""
    venue = case.venue
    return float(venue.frontrun) if kind == PERPETUAL and venue.ordering != PRIVATE_ORDER else 0.0


class Impact:
    """Displaced volume (M,), quote currency, as it stands in a tick."""

    def __init__(self, case: Case, stage: Stage) -> None:
        self.case, self.stage = case, stage
        self.volume: Floats = np.zeros(len(case.scenario.markets))
        self.tick = 0

    def at(self, tick: int) -> None:
        """Let it decay to the beginning of liquidation in a tick."""
        while self.tick < tick:
            if not self.volume.any():
                self.tick = tick
                return
            self.decay()
            self.tick += 1

    def decay(self) -> None:
        """The end of a tick."""
        venue = self.case.venue
        self.volume = self.volume * venue.decay
        self.volume[np.abs(self.volume) < venue.floor_x] = 0.0

    def trade(self, row: int, tick: int, j: int, size: int) -> None:
        """A row of the log closes `size` (signed as the change) of instrument `j` against the market."""
        self.at(tick)
        m = int(self.stage.state.lots[j].market)
        if m < 0:
            return
        self.stage.at(tick)
        log, side = self.case.log, 1 if size < 0 else -1
        _, end = self.close(j, side, abs(size))
        if log.kind[row] == CLOSE and tick == self.case.ticks - 1:
            # What is closed after the last tick meets a market that has come to rest by one more tick.
            price, _ = self.close(j, side, abs(size))
            if abs(price - log.price[row]) > CLOSE_ENOUGH * abs(log.price[row]):
                self.decay()
                _, end = self.close(j, side, abs(size))
        self.volume[m] = end

    def close(self, j: int, side: int, quantity: int, ahead: float = 0.0) -> tuple[float, float]:
        """Mean price at which a quantity closes now, and the displaced volume that it leaves.

        `ahead` is quote volume that a searcher trades before it and takes back after it.
        """
        state, m = self.stage.state, int(self.stage.state.lots[j].market)
        state.markets["volume"] = self.volume
        if m >= 0:
            state.markets[m].volume -= side * ahead
        price, end = deal(state, j, side, quantity)
        return float(price), float(end) + side * ahead

    def seen(self, j: int, side: int, quantity: int) -> float:
        """As `marginal`, as keepers reckon: with depth as it looks, and a searcher ahead of them."""
        m = int(self.stage.state.lots[j].market)
        if m < 0:
            return self.marginal(j, side, quantity)
        market, slope, volume = self.stage.state.markets[m], float(self.stage.state.markets[m].slope), self.volume
        ahead = ahead_of(self.case, int(self.stage.state.lots[j].kind))
        market.slope, self.volume = market.seen, self.volume.copy()
        self.volume[m] -= side * ahead
        price = self.marginal(j, side, quantity)
        market.slope, self.volume = slope, volume
        return price

    def marginal(self, j: int, side: int, quantity: int) -> float:
        """Price of the last coin of a quantity that closes now: what a limit is held against (rules, section 4)."""
        state = self.stage.state
        lot, m = state.lots[j], int(state.lots[j].market)
        base = quantity * float(lot.unit)
        if m < 0:
            return float(lot.fair) * (1.0 - side * float(lot.spread))
        slope, start = float(state.markets[m].slope), float(self.volume[m])
        if lot.kind != OPTION:
            end = displaced(start, side, base, float(lot.fair))
            return float(lot.fair) * (1.0 + displacement(slope, end) - side * float(lot.spread))
        index = float(state.markets[m].index)
        hedge = float(lot.delta) * index
        end = start - side * (base * hedge)
        return float(lot.fair) + hedge * displacement(slope, end) - side * (float(lot.spread) * index)
