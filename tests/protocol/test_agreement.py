"""The exact integers of dYdX v4 against the compiled engine's own kernels.

The chain rounds notional down to a quantum and margin up, twice. Where an account's notionals and margins come out
whole, float and chain may differ by the last rounding only: one quantum. Elsewhere the bound follows from those
roundings and is stated at the test.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

import govtool.protocol.dydx_v4 as chain
from govtool.engine.account import health, lots_worth
from govtool.engine.book import chunk_value, limit_price
from govtool.engine.codes import GAUGES, TILLS
from govtool.engine.fills import bankruptcy_quote, liquidation_fee
from govtool.engine.packing import empty_room
from govtool.engine.packing_rules import pack_rules
from govtool.engine.rows import ACCOUNT, INSTRUMENT, KEEPER, MARKET_ROW, STAKER, TRANCHE
from govtool.engine.state import State
from govtool.engine.weights import scaled_initial
from govtool.protocol.dydx_v4 import Account, Perpetual, Position
from tests.engine.handmade import Trader, world

NOISE = 1e-3
"""Quantums: far above float rounding at these sizes (2**-53 of 1e14), far below a quantum."""


STEP = 1_000_000
"""Base quantums that sizes are multiples of, where it matters."""


def rules(**scalars: float) -> Any:
    """A record of the scalars that a kernel reads."""
    record = np.zeros(1, dtype=[(name, np.float64) for name in scalars]).view(np.recarray)
    for name, value in scalars.items():
        record[name] = value
    return record[0]


def plain_rules() -> Any:
    """Rules of a world of perpetuals at flat weights."""
    made = world([100.0], [Trader(100.0, [1])])
    return pack_rules(made.terms, made.venue, made.feed, made.crowd, made.listing, 0)


RULES = plain_rules()


@dataclass(frozen=True)
class Case:
    """An account on the chain, and the same in floats: unit and price as the engine has them."""

    account: Account
    perps: dict[int, Perpetual]

    def legs(self) -> list[tuple[float, float, float]]:
        """(signed notional in quote, initial weight, maintenance weight) of each position."""
        found = []
        for held in self.account.positions:
            perp = self.perps[held.perp]
            unit, price = 10.0**perp.atomic_resolution, perp.price * 10.0**perp.exponent
            weight = perp.initial_margin_ppm / 1e6
            found.append((held.base_quantums * unit * price, weight, weight * perp.maintenance_fraction_ppm / 1e6))
        return found

    def state(self) -> State:
        """The account as the engine holds it."""
        accounts = np.zeros(1, dtype=ACCOUNT).view(np.recarray)
        count = len(self.perps)
        markets = np.zeros(count, dtype=MARKET_ROW).view(np.recarray)
        lots = np.zeros(count, dtype=INSTRUMENT).view(np.recarray)
        size = np.zeros((1, count), dtype=np.int64)
        for held, (_, _, weight) in zip(self.account.positions, self.legs(), strict=True):
            perp, row, lot = self.perps[held.perp], markets[held.perp], lots[held.perp]
            row.oracle, row.maintenance = perp.price * 10.0**perp.exponent, weight
            lot.unit, lot.step, lot.mark, lot.basis = 10.0**perp.atomic_resolution, STEP, row.oracle, row.oracle
            size[0, held.perp] = held.base_quantums
        return State(
            accounts=accounts,
            cash=np.array([self.account.usdc], dtype=np.int64),
            size=size,
            across=size.T.copy(),
            entry=np.zeros((1, count), np.int64),
            tranches=np.zeros((1, 1), dtype=TRANCHE).view(np.recarray),
            plans=np.zeros((1, count)),
            markets=markets,
            lots=lots,
            keepers=np.zeros(0, dtype=KEEPER).view(np.recarray),
            stakers=np.zeros(0, dtype=STAKER).view(np.recarray),
            wakes=np.full(1, -1, np.int64),
            tills=np.zeros(TILLS, np.int64),
            gauges=np.zeros(GAUGES),
            room=empty_room(1, count, 0, None),
            scan=None,
        )

    def health(self) -> tuple[float, float]:
        """Equity and maintenance margin by the engine's kernel."""
        equity, maintenance = health(self.state(), RULES, 0)
        return equity, maintenance

    def closing(self, share: float) -> tuple[float, float, float]:
        """Side, notional closed and maintenance weight for closing a share of the first position."""
        notional, _, weight = self.legs()[0]
        return math.copysign(1.0, notional), abs(notional) * share, weight


@st.composite
def cases(draw: st.DrawFn, whole: bool) -> Case:
    """Up to three positions of 1 to 10 million USDC; if `whole`, every notional and margin is an integer."""
    perps, positions = {}, []
    for key in range(draw(st.integers(1, 3))):
        side = draw(st.sampled_from([-1, 1]))
        if whole:
            # Price in whole dollars and 1e-6 coins a quantum: multiples of 100,000 quantums have margins without rest.
            initial, fraction = 1_000 * draw(st.integers(1, 1_000)), 10_000 * draw(st.integers(1, 100))
            perps[key] = Perpetual(-6, draw(st.integers(1, 1_000)), 0, initial, fraction)
            size = 100_000 * draw(st.integers(10, 100_000))
        else:
            initial, fraction = draw(st.integers(1_000, 1_000_000)), draw(st.integers(1_000, 1_000_000))
            perps[key] = Perpetual(-10, draw(st.integers(10**8, 10**10)), -5, initial, fraction)
            size = draw(st.integers(10**7, 10**13))
        positions.append(Position(key, side * size))
    held = Case(Account(0, tuple(positions)), perps)
    # Health E / MM between -1 and 1: what a liquidation meets.
    risk = chain.account_risk(held.account, perps)
    aim = draw(st.integers(-1_000, 1_000)) * risk.maintenance_margin // 1_000
    return Case(Account(aim - risk.net_collateral, held.account.positions), perps)


@given(cases(whole=False))
def test_margins_agree_to_a_quantum_a_position(case):
    risk = chain.account_risk(case.account, case.perps)
    initial = sum(abs(notional) * weight for notional, weight, _ in case.legs()) * 1e6
    positions = len(case.account.positions)
    # Notional loses under a quantum, the two ceilings add under one each; rounded up, one stays.
    assert -positions - NOISE < risk.initial_margin - initial < positions + NOISE
    equity, maintenance = case.health()
    assert -positions - NOISE < risk.maintenance_margin - maintenance * 1e6 < 2 * positions + NOISE
    assert abs(risk.net_collateral - equity * 1e6) < positions + NOISE
    for held, (notional, weight, maintained) in zip(case.account.positions, case.legs(), strict=True):
        one = chain.position_risk(case.perps[held.perp], held.base_quantums)
        assert abs(one.initial_margin - math.ceil(abs(notional) * weight * 1e6)) <= 1
        assert abs(one.maintenance_margin - math.ceil(abs(notional) * maintained * 1e6)) <= 1


@given(cases(whole=True), st.integers(1, 10))
def test_bankruptcy_quotes_agree_to_a_quantum(case, tenths):
    risk = chain.account_risk(case.account, case.perps)
    size = case.account.positions[0].base_quantums
    delta = -(abs(size) // 1_000_000 * 100_000 * tenths) * (1 if size > 0 else -1)
    assume(delta != 0)
    exact = chain.bankruptcy_price(case.account, case.perps, 0, delta)
    side, closed, weight = case.closing(abs(delta) / abs(size))
    equity, maintenance = case.health()
    assert abs(exact - bankruptcy_quote(int(side), closed, closed * weight, equity, maintenance)) <= 1
    assert abs(risk.maintenance_margin - maintenance * 1e6) < NOISE


@given(cases(whole=False), st.floats(0.01, 1.0))
def test_bankruptcy_quotes_agree_within_the_chains_own_roundings(case, share):
    size = case.account.positions[0].base_quantums
    delta = -round(size * share)
    assume(delta != 0)
    exact = chain.bankruptcy_price(case.account, case.perps, 0, delta)
    side, closed, weight = case.closing(abs(delta) / abs(size))
    ours = bankruptcy_quote(int(side), closed, closed * weight, *case.health())
    # |E / MM| <= 1: notionals 1, margin released 3, floor 1, our own ceiling 1; for each position equity 1 and
    # margin in all 2.
    positions = len(case.account.positions)
    assert abs(exact - ours) < 6 + 3 * positions


@given(cases(whole=True), st.integers(10, 30), st.integers(1, 20))
@example(Case(Account(-4_970_000_000, (Position(0, 10**8),)), {0: Perpetual(-6, 50, 0, 20_000, 600_000)}), 10, 15)
def test_fillable_prices_agree_to_a_quantum_of_the_position(case, adjustment, spread):
    size = case.account.positions[0].base_quantums
    try:
        exact = chain.fillable_price(case.account, case.perps, 0, -size, adjustment * 100_000, spread * 100_000)
    except chain.ChainRefusal as refusal:
        assert refusal.code == "negative_fillable_price"  # the engine's limit is zero there
        return
    side, notional, weight = case.closing(1.0)
    row = case.state().markets[0]
    scalars = rules(bankruptcy_adjustment=adjustment / 10, spread_ratio=spread / 10)
    limit = limit_price(scalars, row.oracle, weight, int(side), *case.health())
    assert abs(float(exact * abs(size)) - limit / row.oracle * notional * 1e6) <= 1


@given(st.integers(1, 10**6), st.integers(0, 10**13), st.integers(1, 10**13), st.integers(0, 3 * 10**13))
def test_scaled_fractions_agree_to_a_part_per_million(initial, lower, width, interest):
    ours = scaled_initial(initial / 1e6, float(lower), float(lower + width), float(interest))
    assert abs(chain.oimf_ppm(initial, lower, lower + width, interest) - ours * 1e6) <= 1 + NOISE


@given(st.integers(0, 10**14), st.integers(1, 10**6), st.integers(-(10**12), 10**12))
def test_liquidation_fees_agree_to_a_quantum(proceeds, ppm, surplus):
    exact = min(chain.max_liquidation_fee(proceeds, ppm), max(0, surplus))
    assert abs(exact - liquidation_fee(rules(fee_rate=ppm / 1e6), proceeds, surplus)) <= 1


@given(cases(whole=False), st.floats(0.001, 1.0))
def test_chunks_agree_to_a_step(case, portion):
    perp, size = case.perps[0], abs(case.account.positions[0].base_quantums)
    ppm = max(1, int(portion * 1e6))
    exact = -chain.liquidation_chunk(perp, size, 1_000_000_000, ppm, 100_000_000_000, STEP)
    scalars = rules(min_notional=1_000.0, portion=ppm / 1e6, block_notional=100_000.0)
    state = case.state()
    ours = lots_worth(state, 0, abs(state.size[0, 0]), *chunk_value(state, scalars, 0, 0))
    assert abs(exact - ours) <= STEP
