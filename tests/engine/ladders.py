"""Worlds in which every tick matters to somebody: ladders of accounts, one of which falls at almost every new extreme.

Each is about a few mechanisms, small blocks make several levels, and a bound that is off by a tick shows in the log.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from govtool.engine.codes import DOWN, FORCED, UP
from govtool.engine.state import Passage
from govtool.engine.terms import (
    ADL_LAYER,
    BOOK,
    DUTCH,
    INSURANCE_LAYER,
    LAYERS,
    VOLUNTARY_LAYER,
    Dampers,
    Margin,
    Pool,
    Posting,
    Sharing,
)
from tests.engine.handmade import Trader, world
from tests.engine.ladders_beside import (
    assets,
    decay,
    mixed,
    options,
    scan,
    scanned_options,
    settling,
    stirred,
    volatile,
)
from tests.engine.rungs import COIN, SMALL, long_at, orders_of, rungs, short_at, walk
from tests.engine.worlds import World


def prices() -> World:
    """A walk of three levels of blocks, and nothing else."""
    index = walk(1, 600)
    return world(index, rungs(index, 8), **SMALL)


def legs() -> World:
    """Accounts of three and four markets, of which the last decide."""
    index = walk(17, 160, 0.004, markets=4) * np.array([1e-3, 1e-3, 1.0, 1.0])
    sizes = [[COIN, COIN, side * COIN, other * COIN] for side in (1, -1) for other in (0, 1, -1)]
    return world(index, [Trader(float(one), size) for size in sizes for one in np.linspace(6.0, 14.0, 4)], **SMALL)


def couples() -> World:
    """Accounts of two markets, of which the second decides."""
    index = walk(18, 160, 0.004, markets=2) * np.array([1e-3, 1.0])
    sizes = [[COIN, side * COIN] for side in (1, -1)]
    return world(index, [Trader(float(one), size) for size in sizes for one in np.linspace(6.0, 14.0, 6)], **SMALL)


def funding() -> World:
    """Prices hardly move and funding decides, at the first and the last tick of blocks and between."""
    index = walk(2, 160, 2e-5)
    ticks = np.cumsum(np.random.default_rng(3).integers(1, 6, 60))
    rates = np.random.default_rng(4).normal(0.002, 0.02, 60)
    drift = np.cumsum(rates) * 0.125 * 100
    traders = [Trader(5.0 + float(one), [COIN]) for one in np.linspace(0.01, drift.max(), 10)]
    traders += [Trader(5.0 + float(one), [-COIN]) for one in np.linspace(0.01, max(0.1, -drift.min()), 4)]
    rate = [(int(t), float(one)) for t, one in zip(ticks, rates, strict=True) if t < 160]
    return world(index, traders, rate=rate, **SMALL)


def quantums() -> World:
    """Accounts a quantum apart, whose limit is a matter of how funding was rounded."""
    rate = [(t, 0.000_123_457) for t in range(1, 100, 2)]
    total = len(rate) * 0.000_123_457 * 0.125 * 12.3
    traders = [Trader(0.615 + 0.5 * total + n * 1e-6, [123]) for n in range(-6, 7)]
    return world([100.0] * 101, traders, rate=rate, **SMALL)


def ramp() -> World:
    """Weights on their way up to the last tick, at one price, each tick by more than bands hide."""
    before = {"maintenance_weight": 0.02}
    rise = [Trader(float(one), [COIN]) for one in np.linspace(2.1, 41.95, 14)]
    own = SMALL | {"initial_weight": 0.9, "maintenance_weight": 0.42}
    return world([100.0] * 101, rise, margin=Margin(ramp_s=1500.0), formation=before, **own)


def hours() -> World:
    """Weights that follow volatility; the last hour and the last block have one tick each."""
    index = walk(5, 121, 0.002)
    index[80:] = index[80:] * np.linspace(1.0, 1.03, 41)[:, None]
    traders = [Trader(float(one), [side * COIN]) for one in np.linspace(6.0, 26.0, 9) for side in (1, -1)]
    moving = {"adaptive": 1, "gamma": 1.0, "half_life_s": 3600.0, "reference": 0.2, "rise": 0.3, "fall": 0.1}
    return world(index, traders, **(SMALL | moving))


def impact(**changed: Any) -> World:
    """Liquidations move the price that others are measured by, and what is displaced decays."""
    index = walk(6, 200, 0.002)
    index[20:] *= 0.97
    index = changed.pop("index", index)
    given = {
        "liquidation_format": BOOK,
        "own_weight": 1.0,
        "decay": 0.97,
        "slope": 6e-4,
        "portion": 0.5,
        "step_s": 900.0,
    }
    traders = changed.pop("traders", [long_at(float(one)) for one in np.linspace(88.0, 99.0, 14)])
    return world(index, traders, **(SMALL | given | {"ticks_per_hour": 4} | changed))


def slump() -> World:
    """As `impact`, by keepers who take at any price, in a market so thin that others with much room have none."""
    sold = {"liquidation_format": DUTCH, "start_discount": 0.2, "end_discount": 0.2, "portion": 1.0, "slope": 6e-3}
    traders = [long_at(float(one)) for one in np.linspace(60.0, 99.0, 14)]
    return impact(traders=traders, keepers=[(1, 1e9, 0.0, 0.0, 0.0)], **sold)


def squeeze() -> World:
    """As `impact`, of shorts and upwards."""
    index = 1e4 / impact().feed.index
    return impact(index=index, traders=[short_at(float(one)) for one in np.linspace(101.0, 114.0, 14)])


def sticky() -> World:
    """Posts are two percent apart, and what a little displacement left behind makes one when it has long decayed.

    A short is closed in tick 10. In tick 11 that lifts what is posted by 0.0003, well within the narrow band, and is
    gone. In tick 13 the price is two percent under what was posted, and not quite under what would have been.
    """
    index = [100.0] * 10 + [102.1] + [104.3] * 2 + [102.23] * 20
    late = [Trader(float(one), [COIN], enters=12) for one in np.linspace(5.0, 8.0, 16)]
    given = {"liquidation_format": BOOK, "own_weight": 1.0, "decay": 0.5, "floor_x": 30.0, "slope": 4.2e-5}
    return world(index, [short_at(101.5), *late], deviation=0.02, **(SMALL | given))


def twice() -> World:
    """A long that falls under 98 comes within a cent of that in tick 10, and waits for the same to come in tick 30.

    What another sells in tick 20, far above that, takes it down: for the first time a price has left its narrow band.
    """
    index = np.full(40, 99.8)
    index[:5] = 100.0
    index[20:24] = 98.5
    index[[10, 30]] = 98.01
    given = {"liquidation_format": BOOK, "own_weight": 1.0, "decay": 0.8, "floor_x": 1.0, "slope": 1e-3}
    return world(index, [long_at(98.0), Trader(5.46, [COIN], enters=15)], **(SMALL | given))


def outage() -> World:
    """The chain stops now and then, mostly while prices move; some orders get through by force."""
    chain = [UP] * 200
    for first, last, kind in ((0, 2, DOWN), (20, 31, DOWN), (47, 50, FORCED), (50, 64, DOWN), (90, 93, DOWN)):
        chain[first:last] = [kind] * (last - first)
    return impact(weather={"chain": chain})


def late(posting: Posting, **changed: Any) -> World:
    """An oracle with ways of its own, which the bounds must know."""
    index = walk(7, 200)
    quote = index[:, 0].copy()
    quote[60:70] = 0.0
    return world(index, rungs(index, 8), posting=posting, weather={"quote": quote.tolist()}, **(SMALL | changed))


def orders() -> World:
    """Stop losses and take profits all along the way."""
    index = walk(8, 200)
    stops, goals = np.linspace(0.8, 0.99, 10).tolist(), np.linspace(1.01, 1.2, 10).tolist()
    return world(index, [Trader(40.0, [side * COIN]) for side in [1, -1] * 10], habits=orders_of(stops, goals), **SMALL)


def _waves(seed: int, ticks: int) -> Any:
    """Up and down by three percent, not quite the same each time."""
    return 100.0 + 3.0 * np.sin(np.arange(ticks) / 7.0)[:, None] + (walk(seed, ticks, 0.001) - 100.0)


def _wary(first: float, last: float) -> list[Trader]:
    """Longs and shorts who top up now and then when they are warned."""
    worth = np.linspace(first, last, 8).tolist()
    return [Trader(one, [side * COIN], topup_chance=0.4, wallet=1000.0) for one in worth for side in (1, -1)]


def warnings() -> World:
    """Traders are warned, and anew when they have been well again: top-ups come and go."""
    return world(_waves(9, 240), _wary(7.5, 11.0), warning=1.4, topup_target=1.5, **SMALL)


def nudges() -> World:
    """The venue warns traders who do not see for themselves."""
    habits = {"nudge": 1.6, "nudge_chance": [0.4] * 16}
    return world(_waves(10, 240), _wary(8.0, 12.0), habits=habits, topup_target=1.7, **SMALL)


def flags() -> World:
    """A flagged account is sold step by step although it is above maintenance again, until it reaches the stop."""
    index = walk(10, 160, 0.003)
    keepers = [(1, 1e6, 0.0, 0.0, 0.0)]
    sold = {"restore": 1.5, "warning": 1.5, "topup_target": 1.5, "portion": 0.2, "length_s": 60.0, "end_discount": 0.01}
    return world(index, rungs(index, 8), keepers=keepers, **(SMALL | sold))


def advances(target: float = 1.6, repay: float = 1.4) -> World:
    """The pool lends margin; who is worth less than it owes keeps the gate shut for those who want to leave."""
    index = _waves(11, 240)
    pool = Pool(
        advance_trigger=1.2, advance_target=target, advance_account=50.0, advance_event=100.0, advance_repay=repay
    )
    traders = [Trader(float(one), [side * COIN]) for one in np.linspace(3.0, 9.0, 7) for side in (1, -1)]
    traders += [Trader(60.0, [200], idle=3.0, hold=9.0) for _ in range(4)]
    return world(index, traders, pool=300.0, insurance=pool, dampers=Dampers(gate_s=30.0), **SMALL)


def debtors() -> World:
    """Those who come and go find that they owe more than they are worth: prices or a top-up let them leave."""
    index = 100.0 + 6.0 * np.sin(np.arange(200) / 7.0)[:, None] + (walk(11, 200, 0.001) - 100.0)
    pool = Pool(advance_trigger=1.8, advance_target=3.5, advance_account=50.0, advance_event=1000.0, advance_repay=9.0)
    worth = np.linspace(7.0, 14.0, 6).tolist()
    traders = [
        Trader(one, [side * COIN], hold=6.0, idle=3.0, topup_chance=1.0, wallet=30.0)
        for one in worth
        for side in (1, -1)
    ]
    given = {"warning": 1.6, "topup_target": 4.0, "passage": Passage(bridge_lag=2)}
    return world(index, traders, pool=1000.0, insurance=pool, **(SMALL | given))


def losses(adl: int = 1) -> World:
    """Ruined accounts cost others their positions or all they can spare, who then are what they were no longer."""
    index = walk(12, 160, 0.003)
    index[30:] *= 0.87
    layers = INSURANCE_LAYER + VOLUNTARY_LAYER * (LAYERS + 1) + adl * ADL_LAYER * (LAYERS + 1) ** 2
    shared = {"sharing": Sharing(waterfall=layers, share_cap=5.0, premium_share=0.5), "opted": [0] * 10 + [1, 0] * 5}
    worth = np.linspace(5.5, 17.0, 10).tolist()
    traders = [Trader(one + 10.0, [3 * COIN]) for one in worth]
    traders += [Trader(one, [-COIN], topup_chance=0.5, wallet=9.0) for one in worth]
    given = {"taker_fee": 0.001, "liquidation_format": BOOK, "adl": adl, "warning": 1.5, "topup_target": 1.5}
    return world(index, traders, **(SMALL | shared | given))


Make = Callable[[], World]

LADDERS: dict[str, Make] = {
    "prices": prices,
    "legs": legs,
    "couples": couples,
    "funding": funding,
    "quantums": quantums,
    "ramp": ramp,
    "hours": hours,
    "impact": impact,
    "slump": slump,
    "squeeze": squeeze,
    "sticky": sticky,
    "twice": twice,
    "outage": outage,
    "lagged": lambda: late(Posting(oracle_lag=3, stale_ticks=4)),
    "averaged": lambda: late(Posting(mean_ticks=5)),
    "smooth": lambda: late(Posting(smooth=1, quote_growth=1e-3, quote_delay_growth=0.1)),
    "rare": lambda: late(Posting(max_jump=0.01), deviation=0.01, heartbeat=9),
    "orders": orders,
    "warnings": warnings,
    "nudges": nudges,
    "flags": flags,
    "advances": advances,
    "cheap advances": lambda: advances(repay=0.8),
    "sunk": lambda: advances(target=4.0),
    "debtors": debtors,
    "losses": losses,
    "shares": lambda: losses(adl=0),
    "options": options,
    "settling": settling,
    "decay": decay,
    "volatile": volatile,
    "assets": assets,
    "mixed": mixed,
    "scan": scan,
    "stirred": stirred,
    "scanned options": scanned_options,
}
"""Every ladder by its name."""
