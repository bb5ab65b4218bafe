"""The crowd of a scenario: who trades, with how much, on which side. A pure function of (world, seed, sizes).

Only + - * / and square roots of doubles in a fixed order, so that the crowd is the same on every machine.
"""

from collections.abc import Sequence

import numpy as np

from govtool.engine.draw import POPULATION, draw, draws
from govtool.engine.elementary import LN2, half_power
from govtool.engine.jit import allocating
from govtool.engine.state import Crowd
from govtool.engine.terms import NOTHING, Floats, Ints, Listing
from govtool.errors import ParamError
from govtool.scenario.commitments import opted, stakes
from govtool.scenario.habits import form_habits
from govtool.scenario.snapshot import Snapshot
from govtool.scenario.waits import waits
from govtool.units import QUANTUMS_PER_QUOTE, SECONDS_PER_HOUR
from govtool.world.model import World
from govtool.world.traders import Kind

# One stream of draws per use, so that no two uses share luck; `commitments.py` and `habits.py` have the next ones.
KIND, SIZE, LEVERAGE, COUNT, PICK, SIDE, SPLIT, FORMED, ENTRY, CALL, PUT = range(POPULATION, POPULATION + 11)

UNIFORMS = 12  # their sum has variance 1

LEAST_SPLIT = 0.5
"""The parts of an account's legs are in the ratio of 0.5 to 1.5 at most 1 : 3 (assumption)."""

ROUNDS = 60
"""Rounds of scaling; in the shipped world each side of a market is then within 1e-5 of its target."""

SMALLEST = 1.0
"""Least equity of an account, quote currency."""

LARGEST = 1e12
"""Most equity of an account, quote currency: beyond it sizes were scaled without end."""


def form_crowd(world: World, seed: int, targets: Floats, step_s: int, listing: Listing = NOTHING) -> Crowd:
    """Plans of every account, sized so that those in from the start make the wanted open interest.

    Parameters
    ----------
    seed : int
        Not negative.
    targets : float64 (M,)
        One-sided open interest wanted per market, quote currency, before initial margin clips anyone.
    step_s : int
        Seconds per tick.
    listing : Listing
        Options and assets, the assets those of `World.assets_held`.

    Returns
    -------
    Crowd
        Equities in quantums, times in ticks.
    """
    population = world.population
    # By name: a digest of the world does not see the order of a table, so neither may the crowd.
    kinds = [population.kinds[name] for name in sorted(population.kinds)]
    account = np.arange(population.accounts, dtype=np.int64)
    kind = np.minimum(
        np.searchsorted(np.cumsum([k.share for k in kinds]), draws(seed, KIND, account, 0), side="right"),
        len(kinds) - 1,
    )

    def of(field: str) -> Floats:
        return np.array([float(getattr(k, field)) for k in kinds])[kind]

    leverage = of("leverage") * _exponentials(of("leverage_spread") * _normals(seed, LEVERAGE, account))
    leverage = np.minimum(leverage, of("leverage_limit"))
    share = _legs(seed, _market_counts(kinds, kind, seed, account), of("long"), of("hedged"), targets)
    enters = _first_entries(seed, account, of("formed"), of("enter_h") * (SECONDS_PER_HOUR / step_s))
    wanted = of("size") * _exponentials(of("size_spread") * _normals(seed, SIZE, account))
    longs = targets * min(1.0, 1.0 / population.short_share)
    shorts = targets * min(1.0, population.short_share)
    assets = world.assets_held()
    brought = np.array([[one.collateral.get(name, 0.0) for name in assets] for one in kinds])[kind]
    borrowed = np.array([[one.borrows.get(name, 0.0) for name in assets] for one in kinds])[kind]
    options = _option_legs(seed, share, of("calls"), of("puts"), listing.option_market, listing.option_call)
    # What options and borrowed assets take of the gross notional is not in perpetuals, whose open interest is wanted.
    share = share * (1.0 - np.abs(options).sum(axis=1) - borrowed.sum(axis=1))[:, None]
    scale = _scales(wanted * leverage, share, enters == 0, longs, shorts)
    if not (scale * wanted <= LARGEST).all():
        raise ParamError(
            f"world {world.name}: population.accounts = {population.accounts} are too few to hold the wanted open"
            f" interest of {targets.size} markets at once; take more accounts or fewer markets"
        )
    equity = np.rint(np.maximum(wanted * scale, SMALLEST) * QUANTUMS_PER_QUOTE).astype(np.int64)
    per_hour = SECONDS_PER_HOUR / step_s
    stake, nerve = stakes(world)
    return Crowd(
        equity=equity,
        leverage=leverage,
        share=np.ascontiguousarray(np.concatenate([share, options, -borrowed], axis=1)),
        enters=enters,
        hold=of("hold_h") * per_hour,
        idle=of("idle_h") * per_hour,
        topup_chance=of("topup_chance"),
        topup_delay=of("topup_delay_s") / step_s,
        wallet=np.rint(equity * of("wallet")).astype(np.int64),
        headroom=float(world.habits.headroom),
        warning=float(world.habits.warning),
        topup_target=float(world.habits.topup_target),
        deposit=np.ascontiguousarray(brought),
        opted=opted(seed, of("opts_in")),
        stake=stake,
        nerve=nerve,
        habits=form_habits(world, seed, kinds, kind),
    )


def snapshot_crowd(
    world: World, seed: int, snapshot: Snapshot, instruments: Sequence[str], price: Floats, listing: Listing
) -> Crowd:
    """The accounts of a snapshot, in from the start, with the habits of their kinds; who leaves does not come back.

    `instruments` names the columns of the engine, `price` (M,) is the opening index. Money for top-ups is the kind's
    multiple of cash, perpetuals and assets at that index.
    """
    kinds = [world.population.kinds[name] for name in snapshot.kinds]
    places = {name: j for j, name in enumerate(instruments)}
    coins = np.zeros((len(kinds), len(places)))
    for i, held in enumerate(snapshot.coins):
        for name, amount in held.items():
            coins[i, places[name.removeprefix("option:")]] += amount
    assets = listing.asset_market.size
    follows = np.append(price, 1.0)[listing.asset_market] * (listing.ratio[0] if assets else 1.0)
    worth = np.array(snapshot.cash) + (coins[:, : price.size] * price).sum(axis=1)
    worth += (coins[:, coins.shape[1] - assets :] * follows).sum(axis=1)
    count, per_hour = len(kinds), SECONDS_PER_HOUR / world.step_s
    wallet = np.maximum(worth, 0.0) * np.array([kind.wallet for kind in kinds])
    stake, nerve = stakes(world)
    return Crowd(
        equity=np.rint(np.array(snapshot.cash) * QUANTUMS_PER_QUOTE).astype(np.int64),
        leverage=np.zeros(count),
        share=np.zeros((count, len(places))),
        enters=np.zeros(count, dtype=np.int64),
        hold=np.array([kind.hold_h for kind in kinds]) * per_hour,
        idle=np.zeros(count),
        topup_chance=np.array([kind.topup_chance for kind in kinds]),
        topup_delay=np.array([kind.topup_delay_s for kind in kinds]) / world.step_s,
        wallet=np.rint(wallet * QUANTUMS_PER_QUOTE).astype(np.int64),
        headroom=float(world.habits.headroom),
        warning=float(world.habits.warning),
        topup_target=float(world.habits.topup_target),
        opening=coins,
        opted=opted(seed, np.array([kind.opts_in for kind in kinds])),
        stake=stake,
        nerve=nerve,
        habits=form_habits(world, seed, kinds, np.arange(count, dtype=np.int64)),
    )


def _normals(seed: int, stream: int, account: Ints) -> Floats:
    """Nearly normal variates, mean 0 and variance 1: twelve uniforms less six, summed in order."""
    uniforms = draws(seed, stream, account[:, None], np.arange(UNIFORMS)[None, :])
    return np.asarray(np.cumsum(uniforms, axis=1)[:, -1] - UNIFORMS / 2.0)


@allocating
def _exponentials(x: Floats) -> Floats:
    """e to the power x, element by element, without libm."""
    result = np.empty_like(x)
    for i in range(x.shape[0]):
        power = half_power(abs(x[i]) / LN2)
        result[i] = power if x[i] < 0.0 else 1.0 / power
    return result


def _first_entries(seed: int, account: Ints, formed: Floats, mean: Floats) -> Ints:
    """Tick of the first entry: 0 for those in from the start."""
    later = waits(mean, draws(seed, ENTRY, account, 0))
    return np.where(draws(seed, FORMED, account, 0) < formed, 0, later)


def _market_counts(kinds: list[Kind], kind: Ints, seed: int, account: Ints) -> Ints:
    """Markets that each account holds: one, two or three."""
    chances = np.array([k.markets for k in kinds])[kind]
    u = draws(seed, COUNT, account, 0)
    return np.asarray(1 + (u >= chances[:, 0]).astype(np.int64) + (u >= chances[:, 0] + chances[:, 1]))


@allocating
def _legs(seed: int, counts: Ints, long: Floats, hedged: Floats, weights: Floats) -> Floats:
    """Signed shares (A, M) of gross notional; markets are drawn without repeat, by weight.

    A hedged account's legs alternate in side.
    """
    markets = weights.shape[0]
    share = np.zeros((counts.shape[0], markets))
    for i in range(counts.shape[0]):
        left = weights.copy()
        gross = 0.0
        side = 1.0 if draw(seed, SIDE, i, 0) < long[i] else -1.0
        for leg in range(min(counts[i], markets)):
            total = 0.0
            for m in range(markets):
                total += left[m]
            mark = draw(seed, PICK, i, leg) * total
            chosen = -1
            for m in range(markets):
                if left[m] > 0.0 and (chosen < 0 or mark >= 0.0):
                    chosen = m
                mark -= left[m]
            if leg > 0:
                fresh = 1.0 if draw(seed, SIDE, i, leg) < long[i] else -1.0
                side = -side if hedged[i] > 0.0 else fresh
            part = LEAST_SPLIT + draw(seed, SPLIT, i, leg)
            share[i, chosen] = side * part
            gross += part
            left[chosen] = 0.0
        for m in range(markets):
            share[i, m] /= gross
    return share


@allocating
def _option_legs(seed: int, share: Floats, calls: Floats, puts: Floats, market: Ints, call: Ints) -> Floats:
    """Signed shares (A, O) of gross notional: one call and one put each, drawn among those of the first market."""
    legs = np.zeros((share.shape[0], market.shape[0]))
    for i in range(share.shape[0]):
        first = -1
        for m in range(share.shape[1]):
            if share[i, m] != 0.0 and first < 0:
                first = m
        for kind in range(2):
            part = calls[i] if kind == 1 else puts[i]
            count = 0
            for o in range(market.shape[0]):
                count += 1 if market[o] == first and call[o] == kind else 0
            if part == 0.0 or count == 0:
                continue
            left = int(draw(seed, CALL if kind == 1 else PUT, i, 0) * count)
            for o in range(market.shape[0]):
                if market[o] == first and call[o] == kind:
                    if left == 0:
                        legs[i, o] = part
                    left -= 1
    return legs


@allocating
def _scales(gross: Floats, share: Floats, formed: Floats, longs: Floats, shorts: Floats) -> Floats:
    """Factor on each account's equity that brings the long and short sides of each market to their targets.

    Multiplicative scaling: in each round an account is scaled by the mean, over its legs, of what each leg's
    side of its market lacks. A side that nobody holds is left alone.
    """
    accounts, markets = share.shape
    scale = np.ones(accounts)
    lack = np.ones((2, markets))
    for _ in range(ROUNDS):
        held = np.zeros((2, markets))
        for i in range(accounts):
            if formed[i]:
                for m in range(markets):
                    if share[i, m] > 0.0:
                        held[0, m] += gross[i] * scale[i] * share[i, m]
                    elif share[i, m] < 0.0:
                        held[1, m] -= gross[i] * scale[i] * share[i, m]
        for m in range(markets):
            lack[0, m] = longs[m] / held[0, m] if held[0, m] > 0.0 else 1.0
            lack[1, m] = shorts[m] / held[1, m] if held[1, m] > 0.0 else 1.0
        for i in range(accounts):
            mean = 0.0
            for m in range(markets):
                if share[i, m] > 0.0:
                    mean += share[i, m] * lack[0, m]
                elif share[i, m] < 0.0:
                    mean -= share[i, m] * lack[1, m]
            scale[i] *= mean
    return scale
