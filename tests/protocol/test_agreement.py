"""The exact integers against the formulas of docs/rules.md in plain floats, written here anew.

The chain rounds notional down to a quantum and margin up, twice. Where an account's notionals and margins come out
whole, float and chain may differ by the last rounding only: one quantum. Elsewhere the bound follows from those
roundings and is stated at the test.
"""

import math
from dataclasses import dataclass

from hypothesis import assume, example, given
from hypothesis import strategies as st

import govtool.protocol.dydx_v4 as chain
from govtool.protocol.dydx_v4 import Account, Perpetual, Position

NOISE = 1e-3
"""Quantums: far above float rounding at these sizes (2**-53 of 1e14), far below a quantum."""


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

    def equity(self) -> float:
        return self.account.usdc * 1e-6 + sum(notional for notional, _, _ in self.legs())

    def maintenance(self) -> float:
        return sum(abs(notional) * weight for notional, _, weight in self.legs())

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
    assert -positions - NOISE < risk.maintenance_margin - case.maintenance() * 1e6 < 2 * positions + NOISE
    assert abs(risk.net_collateral - case.equity() * 1e6) < positions + NOISE
    for held, (notional, weight, maintenance) in zip(case.account.positions, case.legs(), strict=True):
        one = chain.position_risk(case.perps[held.perp], held.base_quantums)
        assert abs(one.initial_margin - math.ceil(abs(notional) * weight * 1e6)) <= 1
        assert abs(one.maintenance_margin - math.ceil(abs(notional) * maintenance * 1e6)) <= 1


@given(cases(whole=True), st.integers(1, 10))
def test_bankruptcy_quotes_agree_to_a_quantum(case, tenths):
    risk = chain.account_risk(case.account, case.perps)
    size = case.account.positions[0].base_quantums
    delta = -(abs(size) // 1_000_000 * 100_000 * tenths) * (1 if size > 0 else -1)
    assume(delta != 0)
    exact = chain.bankruptcy_price(case.account, case.perps, 0, delta)
    side, closed, weight = case.closing(abs(delta) / abs(size))
    naive = math.ceil((side * closed - case.equity() * (closed * weight) / case.maintenance()) * 1e6)
    assert abs(exact - naive) <= 1
    assert abs(risk.maintenance_margin - case.maintenance() * 1e6) < NOISE


@given(cases(whole=False), st.floats(0.01, 1.0))
def test_bankruptcy_quotes_agree_within_the_chains_own_roundings(case, share):
    size = case.account.positions[0].base_quantums
    delta = -round(size * share)
    assume(delta != 0)
    exact = chain.bankruptcy_price(case.account, case.perps, 0, delta)
    side, closed, weight = case.closing(abs(delta) / abs(size))
    naive = (side * closed - case.equity() * (closed * weight) / case.maintenance()) * 1e6
    # |E / MM| <= 1: notionals 1, margin released 3, floor 1; equity 1 and margin in all 2 for each position.
    positions = len(case.account.positions)
    assert abs(exact - naive) < 5 + 3 * positions


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
    rating = min(max((1 - case.equity() / case.maintenance()) * (adjustment / 10), 0.0), 1.0)
    naive = notional * (1 - side * ((rating * (spread / 10)) * weight)) * 1e6
    assert abs(float(exact * abs(size)) - naive) <= 1


@given(st.integers(1, 10**6), st.integers(0, 10**13), st.integers(1, 10**13), st.integers(0, 3 * 10**13))
def test_scaled_fractions_agree_to_a_part_per_million(initial, lower, width, interest):
    weight = initial / 1e6
    naive = min(1.0, weight + (1 - weight) * max(0, interest - lower) / width)
    assert abs(chain.oimf_ppm(initial, lower, lower + width, interest) - naive * 1e6) <= 1 + NOISE


@given(cases(whole=False), st.floats(0.001, 1.0))
def test_chunks_agree_to_a_step(case, portion):
    perp, size = case.perps[0], abs(case.account.positions[0].base_quantums)
    ppm = max(1, int(portion * 1e6))
    exact = -chain.liquidation_chunk(perp, size, 1_000_000_000, ppm, 100_000_000_000, 1_000_000)
    unit, price = 10.0**perp.atomic_resolution, perp.price * 10.0**perp.exponent
    notional = size * unit * price
    cap = min(max(min(1_000.0, notional), notional * ppm / 1e6), 100_000.0)
    if notional <= cap or size <= 1_000_000:
        naive = float(size)
    else:
        naive = min(max(math.floor(cap / (unit * price) / 1_000_000) * 1_000_000, 1_000_000), size)
    assert abs(exact - naive) <= 1_000_000
