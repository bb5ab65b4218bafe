"""Explanations of what the book does: fills within the fillable price, and closes at any price."""

import math

from govtool.engine.codes import FILL, OPTION, PERPETUAL
from govtool.replay.explain.finding import Lever, Step, product, say
from govtool.replay.explain.keeper_events import backed
from govtool.replay.explain.limits import Bound, least, quantities
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.sale import bankruptcy, limits_of, surplus_steps
from govtool.replay.explain.scene import Scene, money
from govtool.units import PPM

SPREAD = "liquidation.spread_to_maintenance_margin_ratio_ppm"


def rating(scene: Scene) -> float:
    """How far the account is on its way from maintenance (0) to bankruptcy (1)."""
    standing = scene.sure
    if standing.maintenance <= 0.0:
        return 1.0
    adjusted = (1.0 - standing.equity / standing.maintenance) * scene.terms.bankruptcy_adjustment
    return min(max(adjusted, 0.0), 1.0)


def fillable(scene: Scene) -> tuple[float, list[Step]]:
    """The limit price of a fill."""
    standing, one, terms = scene.sure, scene.position, scene.terms
    abr = rating(scene)
    far = product(
        terms.bankruptcy_adjustment, 1.0 - standing.equity / standing.maintenance if standing.maintenance else 1.0
    )
    steps = [Step("abr", "clip((1 - E / MM) × adjustment, 0, 1)", f"clip({far}, 0, 1)", abr)]
    reach = (abr * terms.spread_ratio) * one.weight
    is_perpetual = scene.walk.stage.state.lots[one.row].kind == PERPETUAL
    limit = max(0.0, one.mark * (1.0 - one.side * reach) if is_perpetual else one.mark - one.side * (reach * one.basis))
    numbers = f"{say(one.mark)} × (1 - {product(one.side, abr, terms.spread_ratio, one.weight)})"
    symbols = "P × (1 - side × abr × spread_ratio × w)"
    if not is_perpetual:
        numbers = f"{say(one.mark)} - {product(one.side, abr, terms.spread_ratio, one.weight, one.basis)}"
        symbols = "mark - side × abr × spread_ratio × w × basis"
    return limit, [*steps, Step("L", symbols, numbers, limit)]


def block_wish(scene: Scene) -> float:
    """Quote currency of the position that one block may sell, without the limits of section 8a."""
    terms, one = scene.terms, scene.position
    return min(max(min(terms.min_notional, one.notional), one.notional * terms.portion), terms.block_notional)


def chunk(scene: Scene) -> tuple[int, Bound | None]:
    """Quantums of the position that one block may sell, and the limit of section 8a that cuts it, if one does."""
    one, wish = scene.position, block_wish(scene)
    step = int(scene.walk.stage.state.lots[one.row].step)
    whole = abs(one.size) <= step or one.notional <= wish
    wish = one.notional if whole else wish
    cut = least(limits_of(scene), wish)
    room = wish if cut is None else max(0.0, cut.room)
    return quantities(one, float(scene.case.unit[one.row]), step, abs(one.size), room, whole=whole and cut is None), cut


def filled(scene: Scene) -> Told:
    """FILL: the limit, the price, what was left above bankruptcy or what insurance added."""
    if scene.other >= 0:
        return backed(scene)
    one = scene.position
    limit, limit_steps = fillable(scene)
    quantity = abs(scene.size)
    allowed, cut = chunk(scene)
    price, _ = scene.walk.impact.close(one.row, one.side, quantity)
    fair = float(scene.walk.stage.state.lots[one.row].fair)
    proceeds = math.floor(((quantity * float(scene.case.unit[one.row])) * price) * 1e6)
    steps = [scene.equity_step(), scene.maintenance_step(), *limit_steps]
    steps.append(_price_step(scene, fair, price))
    steps.append(
        Step("v", "floor(|size| × price)", product(scene.coins, price), money(proceeds), money(abs(scene.quote)))
    )
    more, surplus = surplus_steps(scene, bankruptcy(scene), rewarded=False)
    steps += more
    if surplus < 0:
        steps.append(Step("insurance pays", "-x", say(money(-surplus)), money(-surplus), money(-scene.fund)))
    rest = "" if quantity == abs(one.size) else f" of {say(abs(one.coins))}"
    helped = f"; the insurance pool adds {say(money(-surplus))}" if surplus < 0 else ""
    what = f"{_verb(one.side)} {say(scene.coins)}{rest} {scene.instrument}"
    text = f"{what} at {say(scene.price)}, limit {say(limit)}{helped}"
    steps += [] if cut is None else [cut.step]
    levers = _price_levers(scene, limit, surplus) + _size_levers(scene, quantity, allowed, cut)
    return text, tuple(steps), scene.levers(*levers)


def _price_step(scene: Scene, fair: float, price: float) -> Step:
    """What the market pays for so much, after its impact."""
    lot = scene.walk.stage.state.lots[scene.market]
    side, spread = scene.position.side, float(lot.spread)
    mean = price / fair - 1.0 + side * spread if fair > 0.0 else 0.0
    symbols, numbers = (
        "index × (1 + mean displacement - side × half_spread)",
        f"{say(fair)} × (1 + {say(mean)} - {product(side, spread)})",
    )
    if lot.kind == OPTION:
        symbols, numbers = "fair + delta × index × mean displacement - side × spread × index", f"from {say(fair)}"
    return Step("price", symbols, numbers.replace("+ -", "- "), price, scene.price)


def _verb(side: int) -> str:
    return "sold" if side > 0 else "bought back"


def _price_levers(scene: Scene, limit: float, surplus: int) -> list[Lever]:
    """The spread ratio under which the pool would have had nothing to add."""
    one, present, abr = scene.position, scene.value(SPREAD), rating(scene)
    if surplus >= 0 or abr == 0.0 or one.weight == 0.0 or present is None:
        return []
    edge = abs(bankruptcy(scene).quote) * 1e-6 / scene.coins
    ratio = one.side * (one.mark - edge) / (abr * one.weight * one.basis)
    if ratio <= 0.0:
        return [Lever(SPREAD, present, None, f"no limit better than oracle reaches the bankruptcy price {say(edge)}")]
    effect = f"at that or less the limit is the bankruptcy price {say(edge)}: the pool adds nothing, or nothing fills"
    return [Lever(SPREAD, present, max(1, math.floor(ratio * PPM)), effect)]


def _size_levers(scene: Scene, quantity: int, allowed: int, cut: Bound | None) -> list[Lever]:
    """Why no more was sold."""
    one, abr = scene.position, rating(scene)
    if quantity == abs(one.size):
        return []
    if quantity < allowed:
        present = scene.value(SPREAD)
        if present is None or abr == 0.0 or one.weight == 0.0 or scene.kind != FILL:
            return []
        last = scene.walk.impact.marginal(one.row, one.side, allowed)
        ratio = one.side * (one.mark - last) / (abr * one.weight * one.basis)
        slice_ = say(allowed * abs(one.coins / one.size))
        effect = f"at that or more the limit would have reached the whole slice of {slice_}"
        return [Lever(SPREAD, present, math.ceil(ratio * PPM), effect)]
    if cut is not None:
        value = scene.value(cut.path)
        return [] if value is None else [Lever(cut.path, value, None, f"it allowed {say(cut.room)}")]
    portion, most = "liquidation.max_position_portion_liquidated_ppm", "liquidation.max_notional_liquidated"
    by_portion = max(scene.terms.min_notional, one.notional * scene.terms.portion)
    path, would, effect = (
        portion,
        PPM,
        "at that the slice would have been the whole position, as far as the cap per block goes",
    )
    if by_portion > scene.terms.block_notional:
        path, would = most, math.ceil(min(by_portion, one.notional) * 1e6)
        effect = "at that or more this cap would have bound the slice no longer, but the portion"
    present = scene.value(path)
    return [] if present is None else [Lever(path, present, would, effect)]


def closed(scene: Scene) -> Told:
    """CLOSE: against the market at any price."""
    one = scene.position
    fair = float(scene.walk.stage.state.lots[one.row].fair)
    impact = scene.price / fair - 1.0 if fair else 0.0
    received = one.side * round(((abs(scene.size) * float(scene.case.unit[one.row])) * scene.price) * 1e6)
    steps = (
        scene.equity_step(),
        scene.maintenance_step(),
        Step(
            "quote",
            "side × rint(|size| × price)",
            product(one.side, scene.coins, scene.price),
            money(received),
            money(scene.quote),
        ),
    )
    late = scene.tick == scene.case.ticks - 1
    why = "after the last tick" if late else "because no deleveraging takes it"
    what = f"{_verb(one.side)} all of its {scene.instrument} at {say(scene.price)}"
    text = f"{what} ({100 * impact:+.2f} % of index), as at any price, {why}"
    return text, steps, scene.levers()
