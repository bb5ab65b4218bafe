"""Explanations of the margin step: flagged, recovered, advanced, repaid."""

import numpy as np

from govtool.engine.terms import FLAT, POSITION
from govtool.protocol.model import Protocol
from govtool.replay.backtest import pack_terms
from govtool.replay.explain.boundary import nearest
from govtool.replay.explain.finding import Lever, Step, product, say
from govtool.replay.explain.scene import Scene, money
from govtool.replay.explain.stage import Holding, Stage
from govtool.units import PPM, QUANTUMS_PER_QUOTE

Told = tuple[str, tuple[Step, ...], tuple[Lever, ...]]
"""Text, formulas and parameters of one event."""


def flagged(scene: Scene) -> Told:
    """FLAG: which weight it fell below, and which one would have kept it."""
    standing, heaviest = scene.sure, scene.heaviest
    steps = [scene.equity_step(), scene.maintenance_step(), *_weight_step(scene, heaviest)]
    health = standing.equity / standing.maintenance if standing.maintenance > 0 else 0.0
    lack = standing.maintenance - standing.equity
    steps.append(Step("health", "E / MM", f"{say(standing.equity)} / {say(standing.maintenance)}", health))
    text = (
        f"E {say(standing.equity)} fell below MM {say(standing.maintenance)}: liquidatable;"
        f" {say(lack)} more collateral would have kept it"
    )
    return text, tuple(steps), scene.levers(*_weights_that_keep(scene, heaviest))


def _weight_step(scene: Scene, one: Holding) -> list[Step]:
    """Where the weight of a perpetual comes from; nothing where it has a curve or is not a perpetual."""
    margin, stage = scene.terms.margin, scene.walk.stage
    path = scene.path("tiers.{tier}.initial_margin_ppm")
    fraction = scene.path("tiers.{tier}.maintenance_fraction_ppm")
    ramps = stage.rules.ramp_s > 0.0
    plain = margin.method == POSITION and margin.curve == FLAT and one.row < len(scene.case.scenario.markets)
    if path is None or fraction is None or ramps or not plain:
        return []
    initial, share = scene.value(path), scene.value(fraction)
    assert isinstance(initial, int) and isinstance(share, int)
    factor = float(stage.state.markets[one.row].factor)
    value = min(1.0, float(scene.terms.maintenance_weight[one.row]) * factor)
    numbers = (
        f"{product(initial / PPM, share / PPM, factor)} (tier {path.split('.')[1]}, factor of this hour's volatility)"
    )
    return [Step(f"w({one.instrument})", "initial margin × maintenance fraction × factor", numbers, value, one.weight)]


def _weights_that_keep(scene: Scene, heaviest: Holding) -> list[Lever]:
    """Parameters of the weights, each with the value nearest to its own at which E >= MM at this moment."""
    case, standing, found = scene.case, scene.sure, []
    size = scene.walk.size[scene.account].copy()

    def kept(protocol: Protocol) -> bool:
        stage = Stage(case, pack_terms(case.scenario, protocol))
        stage.at(scene.tick)
        return stage.maintenance(size) <= standing.equity

    patterns = [
        "tiers.{tier}.maintenance_fraction_ppm",
        "tiers.{tier}.initial_margin_ppm",
        "collateral.{asset}.maintenance_haircut_ppm",
    ]
    patterns += ["scan.maintenance_factor_ppm"] if scene.terms.margin.method != POSITION else []
    patterns += ["options.maintenance_call_ppm", "options.maintenance_put_ppm"] if _is_option(scene, heaviest) else []
    patterns += ["adaptive.cap_ppm"] if scene.terms.adaptive == 1 else []
    for pattern in patterns:
        path = scene.path(pattern)
        value = None if path is None else scene.value(path)
        if path is None or value is None:
            continue
        would = nearest(case.source.protocol, path, kept, down=True) if standing.equity > 0.0 else None
        effect = "no value of it would have kept E at MM in this tick"
        if standing.equity <= 0.0:
            effect = "E is not above zero: no weight would have kept it"
        if would is not None:
            effect = "at that or less E >= MM in this tick: not flagged"
        found.append(Lever(path, value, would, effect))
    return found


def _is_option(scene: Scene, one: Holding) -> bool:
    markets = len(scene.case.scenario.markets)
    return markets <= one.row < markets + len(scene.case.scenario.series)


def recovered(scene: Scene) -> Told:
    """RECOVER: how far above the stop, and which stop would not have let it go."""
    standing, restore = scene.sure, scene.terms.restore
    numbers = f"{product(restore, standing.stop / restore)}"
    steps = (scene.equity_step(), scene.maintenance_step(), Step("stop", "restore × MM", numbers, standing.stop))
    path = "liquidation.restore_ppm"
    present, levers = scene.value(path), []
    if standing.stop > 0.0 and isinstance(present, int):
        would = int(standing.equity / (standing.stop / restore) * PPM) + 1
        effect = "at that or more the stop is above E: liquidation would have gone on"
        levers = [Lever(path, present, would, effect)]
    text = f"E {say(standing.equity)} reached the stop {say(standing.stop)}: liquidation ends"
    return text, steps, scene.levers(*levers)


def advanced(scene: Scene) -> Told:
    """ADVANCE: the pool lends margin."""
    standing, pool = scene.sure, scene.terms.pool
    wanted = int(np.rint((pool.advance_target * standing.maintenance - standing.equity) * QUANTUMS_PER_QUOTE))
    numbers = f"{product(pool.advance_target, standing.maintenance)} - {say(standing.equity)}"
    capped = scene.quote < wanted
    step = Step("wish", "target × MM - E", numbers, money(wanted), None if capped else money(scene.quote))
    rest = ", as far as its caps go" if capped else ""
    steps = (scene.equity_step(), scene.maintenance_step(), step)
    return f"the insurance pool advances {say(money(scene.quote))}{rest}", steps, scene.levers()


def repaid(scene: Scene) -> Told:
    """REPAY: the advance and its fee go back."""
    owed = int(scene.walk.owed[scene.account])
    paid = -scene.quote
    step = Step(
        "owed", "amount + ceil(amount × fee)", say(money(owed)), money(owed), money(paid) if paid == owed else None
    )
    rest = "" if paid == owed else f" of {say(money(owed))}; the rest is written off"
    return f"pays {say(money(paid))}{rest} of its advance back", (step,), scene.levers()
