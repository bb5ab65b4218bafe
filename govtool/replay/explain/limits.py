"""The limits of section 8a: how much of an account, of a market and in all may be put up, and which limit binds."""

import math
from typing import NamedTuple

import numpy as np

from govtool.engine.terms import BOOK, Terms
from govtool.replay.explain.case import Case
from govtool.replay.explain.finding import Step, less, product, say
from govtool.replay.explain.stage import Holding, Standing


class Bound(NamedTuple):
    """Most that may be put up, quote currency, the parameter that says so, and how."""

    path: str
    room: float
    step: Step


class Charges:
    """What has been put up so far: of an account since its flag, and in the buckets of accounts and markets."""

    def __init__(self, case: Case) -> None:
        self.terms, self.step_s = case.terms, float(case.venue.step_s)
        accounts, markets = case.accounts, len(case.scenario.markets)
        self.closed = np.zeros(accounts)
        self.used, self.used_at = np.zeros(accounts), np.zeros(accounts, dtype=np.int64)
        self.sold, self.sold_at = np.zeros(markets), np.zeros(markets, dtype=np.int64)

    def flagged(self, i: int) -> None:
        """A new flag begins a new count."""
        self.closed[i] = 0.0

    def charge(self, i: int, m: int, notional: float, tick: int) -> None:
        """Count what a row puts up of an account, in market `m` (-1 for none)."""
        rules = self.terms.selling
        self.closed[i] += notional
        self.used[i] = self.left(self.used[i], int(self.used_at[i]), rules.account_window, tick) + notional
        self.used_at[i] = tick
        if m >= 0:
            self.sold[m] = self.left(self.sold[m], int(self.sold_at[m]), rules.market_window, tick) + notional
            self.sold_at[m] = tick

    def left(self, used: float, at: int, cap: float, tick: int) -> float:
        """What a bucket still holds. Example: 100 in one of 60 an hour, half an hour later: 70."""
        return max(0.0, float(used) - cap * ((tick - at) * self.step_s / self.terms.selling.window_s))

    def bounds(
        self,
        i: int,
        one: Holding,
        m: int,
        standing: Standing,
        since: int,
        tick: int,
        free: float,
        live: float,
        outstanding: float,
    ) -> list[Bound]:
        """Every limit that is switched on, in the order of the rules; none for an account worth less than nothing.

        `since` is the tick of the account's flag, `free` what is not under auction of the position, `live` and
        `outstanding` what is under auction of the account and of all.
        """
        rules, found = self.terms.selling, []
        if standing.equity < 0.0:
            return []
        if rules.target == 1:
            found += _target(self.terms, one, standing, free, live)
        share = _share(self.terms, (tick - since) * self.step_s)
        if share < 1.0 and free > self.terms.min_notional:
            found.append(_first_share(share, float(self.closed[i]), standing))
        if rules.account_window > 0.0:
            used = self.left(self.used[i], int(self.used_at[i]), rules.account_window, tick)
            found.append(_window("account", rules.account_window, used))
        if rules.market_window > 0.0 and m >= 0:
            used = self.left(self.sold[m], int(self.sold_at[m]), rules.market_window, tick)
            found.append(_window("market", rules.market_window, used))
        if rules.outstanding > 0.0 and self.terms.liquidation_format != BOOK:
            numbers = f"{say(rules.outstanding)} - {say(outstanding)}"
            room = rules.outstanding - outstanding
            step = Step("room in all", "outstanding - under auction", numbers, room)
            found.append(Bound("liquidation.outstanding_notional", room, step))
        return found


def _share(terms: Terms, age_s: float) -> float:
    rules = terms.selling
    if rules.first_share >= 1.0 or rules.share_ramp_s <= 0.0:
        return 1.0
    return min(1.0, rules.first_share + (1.0 - rules.first_share) * (age_s / rules.share_ramp_s))


def _target(terms: Terms, one: Holding, standing: Standing, free: float, live: float) -> list[Bound]:
    if standing.maintenance <= 0.0 or one.weight <= 0.0:
        return []
    cost = 0.0 if terms.liquidation_format == BOOK else terms.end_discount
    relief = (standing.stop / standing.maintenance) * one.weight - cost
    if relief <= 0.0:
        return []
    room = max(min(terms.min_notional, free), (standing.stop - standing.equity) / relief - live)
    numbers = f"({less(say(standing.stop), say(standing.equity))}) / {say(relief)} - {say(live)}"
    symbols = "(stop - E) / (stop / MM × w - cost) - live, at least min_notional"
    return [Bound("liquidation.target", room, Step("room to the stop", symbols, numbers, room))]


def _first_share(share: float, closed: float, standing: Standing) -> Bound:
    everything = math.fsum(one.notional for one in standing.holdings)
    room = (closed + everything) * share - closed
    numbers = f"({say(closed)} + {say(everything)}) × {say(share)} - {say(closed)}"
    step = Step("room of the share", "(closed + all) × allowed - closed", numbers, room)
    return Bound("liquidation.first_share_ppm", room, step)


def _window(whose: str, cap: float, used: float) -> Bound:
    step = Step(f"room of the {whose}", "cap - used", f"{say(cap)} - {say(used)}", cap - used)
    return Bound(f"liquidation.{whose}_window_notional", cap - used, step)


def wished(terms: Terms, notional: float) -> float:
    """What would be put up of a position without the limits, quote currency; all of a small one."""
    return notional if notional <= terms.min_notional else max(terms.min_notional, notional * terms.portion)


def quantities(one: Holding, unit: float, step: int, free: int, wish: float, *, whole: bool) -> int:
    """Quantums that a wish comes to: all that is free if `whole`, else floored to a step, but at least one."""
    if whole or one.basis == 0.0:
        return free
    return min(max(math.floor(wish / (unit * one.basis)) // step * step, step), free)


def least(bounds: list[Bound], wish: float) -> Bound | None:
    """The limit that cuts a wish most; None if none does."""
    cutting = [bound for bound in bounds if bound.room < wish]
    return min(cutting, key=lambda bound: bound.room) if cutting else None


def spelled(wish: float, portion: float, notional: float, terms: Terms) -> str:
    """The wish with its numbers put in."""
    if wish == notional:
        return f"all, {say(notional)}"
    return f"max({say(terms.min_notional)}, {product(notional, portion)})"
