"""Explanations of who stands behind and before keepers: backstops, which take what is left, and searchers."""

import math

import numpy as np

from govtool.engine.codes import FRONTRUN, SLASH, TAKE, WON
from govtool.engine.liquidity import mean_displacement
from govtool.replay.events import NONE
from govtool.replay.explain.finding import Step, less, product, say
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.sale import bankruptcy, surplus_steps, yardstick
from govtool.replay.explain.scene import Scene, money


def backed(scene: Scene) -> Told:
    """FILL by a backstop: at its edge below mark, where the book had room for nothing."""
    one, k = scene.position, scene.other
    edge, yard = float(scene.case.scenario.keepers.edge[k]), yardstick(scene)
    price = one.mark - one.side * (edge * yard)
    numbers = less(say(one.mark), product(one.side, edge, yard))
    proceeds = math.floor(((abs(scene.size) * float(scene.case.unit[one.row])) * price) * 1e6)
    more, surplus = surplus_steps(scene, bankruptcy(scene), rewarded=False)
    steps = [
        scene.equity_step(),
        scene.maintenance_step(),
        Step("B", "mark - side × edge × u", numbers, price, scene.price),
        Step("v", "floor(|size| × B)", product(scene.coins, price), money(proceeds), money(abs(scene.quote))),
        *more,
    ]
    helped = f"; the insurance pool adds {say(money(-surplus))}" if surplus < 0 else ""
    text = (
        f"backstop {k} takes {say(scene.coins)} {scene.instrument} at {say(scene.price)}, {100 * edge:.2f} % off mark"
    )
    return f"{text}: the book had no room within the limit{helped}", tuple(steps), scene.levers()


def ahead_in(scene: Scene) -> float:
    """Quote volume that a searcher traded before what the row unloads, which the row after it says."""
    log, row = scene.case.log, scene.row + 1
    while row < log.kind.size and _is_of_sale(scene, row):
        if log.kind[row] == FRONTRUN:
            return float(scene.case.venue.frontrun) if log.other[row] in (scene.other, NONE) else 0.0
        row += 1
    return 0.0


def frontrun(scene: Scene) -> Told:
    """FRONTRUN: what a searcher makes of selling before a keeper and buying back after it."""
    case, m, walk = scene.case, scene.market, scene.walk
    quantity, side = _unloaded(scene)
    market, first = walk.stage.state.markets[m], case.venue.frontrun
    slope, spread = float(market.slope), float(walk.stage.state.lots[m].spread)
    sold = quantity * float(case.unit[m]) * float(market.index)
    end = float(walk.impact.volume[m])  # the sale is behind the walk, and the searcher leaves nothing
    start = end + side * sold
    ahead = start - side * first
    before, after = mean_displacement(slope, start, ahead), mean_displacement(slope, ahead - side * sold, end)
    gain = float(side * (before - after) * first - 2.0 * spread * first)
    numbers = f"{product(side, float(before - after), first)} - 2 × {product(spread, first)}"
    step = Step("gain", "side × (mean before - mean after) × F - 2 × s × F", numbers, gain, scene.price)
    whom = f"keeper {scene.other}" if scene.other >= 0 else "the winners of a batch"
    text = f"a searcher saw {whom} coming and made {say(scene.price)} by trading {scene.instrument} ahead"
    return text, (step,), scene.levers()


def _unloaded(scene: Scene) -> tuple[int, int]:
    """Quantums that were unloaded just before, by one keeper or by all winners of a batch together, and their side."""
    log, row, size, last = scene.case.log, scene.row - 1, 0, np.inf
    while row >= 0 and _is_of_sale(scene, row) and log.kind[row] != FRONTRUN and log.other[row] <= last:
        if log.kind[row] == TAKE:
            size += int(log.size[row])
        if scene.other >= 0:
            break
        last, row = log.other[row], row - 1
    return abs(size), 1 if size < 0 else -1


def _is_of_sale(scene: Scene, row: int) -> bool:
    """Whether a row may belong to the sale that this one is of: winners of a batch stand in order of index."""
    log = scene.case.log
    same = log.tick[row] == scene.tick and log.account[row] == scene.owner and log.market[row] == scene.market
    return bool(same and log.kind[row] in (TAKE, FRONTRUN, WON, SLASH))
