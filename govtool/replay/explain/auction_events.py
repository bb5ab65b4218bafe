"""Explanations of auctions: put up, taken, and left."""

import math

from govtool.engine.codes import PERPETUAL
from govtool.engine.terms import DUTCH
from govtool.replay.explain.finding import Lever, Step, less, product, say
from govtool.replay.explain.keeper_events import ahead_in
from govtool.replay.explain.limits import Bound, least, quantities, spelled, wished
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.sale import (
    bankruptcy,
    discount_at,
    discount_wanted,
    edge_of,
    limits_of,
    quantums_of,
    surplus_steps,
    yardstick,
)
from govtool.replay.explain.scene import Scene, money
from govtool.units import PPM

NEAR = 1e-9

WANTED = ("where the last coin unloads at A + side × edge × u", "its edge, for it unloads at mark in its own time")
"""Where a keeper's limit comes from, and a backstop's."""


def opened(scene: Scene) -> Told:
    """OPEN: how much of what is free is put up, and which limit cut it."""
    terms, one = scene.terms, scene.position
    unit, step = float(scene.case.unit[one.row]), int(scene.walk.stage.state.lots[one.row].step)
    free, put_up = abs(one.size) - int(scene.walk.live[scene.account, one.row]), abs(scene.size)
    notional = (free * unit) * one.basis
    whole = notional <= terms.min_notional or free <= step
    wish = notional if whole else wished(terms, notional)
    bounds = limits_of(scene)
    cut = least(bounds, wish)
    room = wish if cut is None else cut.room
    size = quantities(one, unit, step, free, room, whole=whole and cut is None) * unit
    first = Step("wish", "max(min_notional, N × portion), or all", spelled(wish, terms.portion, notional, terms), wish)
    numbers = say(size) if one.basis == 0.0 else f"{say(room)} / {say(one.basis)}"
    steps = [scene.equity_step(), scene.maintenance_step(), first, *(bound.step for bound in bounds)]
    steps.append(Step("size", "the least of them / P, floored to a step", numbers, size, put_up * unit))
    rest = "" if put_up == free else f" of {say(free * unit)}"
    why = "" if cut is None else f"; {cut.path} allows no more"
    text = f"{say(put_up * unit)}{rest} {scene.instrument} put up for auction, mark {say(scene.price)}{why}"
    return text, tuple(steps), scene.levers(*_size_levers(scene, cut, put_up < free))


def _size_levers(scene: Scene, cut: Bound | None, partial: bool) -> list[Lever]:
    portion = "liquidation.max_position_portion_liquidated_ppm"
    if cut is not None:
        present = scene.value(cut.path)
        return [] if present is None else [Lever(cut.path, present, None, f"it allowed {say(cut.room)}")]
    present = scene.value(portion)
    if not partial or present is None:
        return []
    return [Lever(portion, present, PPM, "at that all of the position would have been put up at once")]


def age_s(scene: Scene) -> float | None:
    """Seconds since the clock of the account's auction in this instrument started; None if the log does not say."""
    began = int(scene.walk.opened[scene.account, scene.market])
    return None if began < 0 else (scene.tick - began) * float(scene.case.venue.step_s)


def _offer(scene: Scene) -> tuple[float, list[Step]]:
    """The discount of a take, and the price that it gives; read off the price where the clock does not explain it."""
    one, standing, price = scene.position, scene.sure, scene.price
    yard, age = yardstick(scene), age_s(scene)
    read = one.side * (one.mark - price) / yard if yard else 0.0
    symbols = "P × (1 - side × discount)" if _is_perpetual(scene) else "mark - side × discount × u"
    if age is None:
        return read, [
            Step("discount", "side × (mark - A) / u", f"{product(one.side, one.mark - price)} / {say(yard)}", read)
        ]
    health = standing.equity / standing.maintenance if standing.maintenance > 0 else 0.0
    discount = discount_at(scene.terms, age, health)
    bound = one.mark - one.side * _given(scene)
    if abs(discount - read) > NEAR and standing.equity >= 0.0 and abs(price - bound) <= NEAR * one.mark:
        numbers = less(say(one.mark), product(one.side, _given(scene)))
        symbols = "mark - side × E × min(N × w, MM) / MM / coins: the account's bankruptcy price"
        return read, [Step("A", symbols, numbers, bound, price)]
    if abs(discount - read) > NEAR:
        note = f"{product(one.side, one.mark - price)} / {say(yard)}"
        return read, [Step("discount", "side × (mark - A) / u, read off the price", note, read)]
    terms = scene.terms
    first, last, length = say(terms.start_discount), say(terms.end_discount), say(terms.length_s)
    line = f"{first} + ({less(last, first)}) × min(1, {say(age)} s / {length} s)"
    straight = terms.liquidation_format == DUTCH and terms.selling.path == 0 and age <= terms.length_s
    numbers = (
        f"{say(one.mark)} × (1 - {product(one.side, discount)})"
        if _is_perpetual(scene)
        else f"{say(one.mark)} - {product(one.side, discount, yard)}"
    )
    value = (
        one.mark * (1.0 - one.side * discount)
        if _is_perpetual(scene)
        else max(0.0, one.mark - one.side * (discount * yard))
    )
    return discount, [
        Step(
            "discount",
            "start + (end - start) × min(1, age / length)" if straight else "of its price path at this age",
            line if straight else f"age {say(age)} s",
            discount,
        ),
        Step("A", symbols, numbers, value, price),
    ]


def _given(scene: Scene) -> float:
    """What a coin of the position may go below its mark until the account has nothing left."""
    one, standing = scene.position, scene.sure
    if standing.maintenance <= 0.0:
        return 0.0
    asked = min(one.notional * one.weight, standing.maintenance)
    return standing.equity * (asked / standing.maintenance) / (abs(one.size) * float(scene.case.unit[one.row]))


def _bankruptcy_discount(scene: Scene) -> float:
    """Largest discount at which a solvent account's position is offered."""
    yard = yardstick(scene)
    return _given(scene) / yard if yard else 0.0


def _is_perpetual(scene: Scene) -> bool:
    return bool(scene.walk.stage.state.lots[scene.market].kind == PERPETUAL)


def taken(scene: Scene) -> Told:
    """TAKE: the price of the moment, what a keeper asks for, and what that left of the account."""
    one, k = scene.position, scene.other
    discount, steps = _offer(scene)
    quantity = abs(scene.size)
    paid = round(((quantity * float(scene.case.unit[one.row])) * scene.price) * 1e6)
    numbers = product(one.side, scene.coins, scene.price)
    sold = Step("quote", "side × rint(|size| × A)", numbers, money(one.side * paid), money(scene.quote))
    more, surplus = surplus_steps(scene, bankruptcy(scene), rewarded=True)
    wanted, edge = discount_wanted(scene, k, quantity), edge_of(scene, k)
    backs = scene.case.is_backstop(k)
    unload = one.mark if backs else scene.walk.impact.close(one.row, one.side, quantity, ahead_in(scene))[0]
    profit = one.side * (round(((quantity * float(scene.case.unit[one.row])) * unload) * 1e6) - paid)
    reach = "within" if wanted <= discount + NEAR else "beyond"
    who = "backstop" if backs else "keeper"
    ask = f"{who} {k}, edge {say(edge)}: last coin unloads {reach} its limit"
    steps = [scene.equity_step(), scene.maintenance_step(), *steps, sold, *more]
    steps.append(Step("discount wanted", WANTED[backs], ask, wanted))
    steps.append(Step("keeper earns", "side × (unloaded - paid)", f"unloads at {say(unload)}", money(profit)))
    lost = (one.side * scene.coins * one.mark) - money(scene.quote) + money(scene.fee)
    lack = " below bankruptcy" if surplus < 0 else ""
    left = "" if quantity == abs(one.size) else f" of {say(abs(one.coins))}"
    text = (
        f"{who} {k} takes {say(scene.coins)}{left} {scene.instrument} at {say(scene.price)},"
        f" {100 * discount:.2f} % off mark{lack}; that costs {say(lost)} against oracle"
    )
    return text, tuple(steps), scene.levers(*_path_levers(scene, wanted, discount))


def _path_levers(scene: Scene, wanted: float, discount: float) -> list[Lever]:
    """The start discount at which the same keeper would have taken it as soon as it saw it."""
    path = "auction.start_discount_ppm"
    present = scene.value(path)
    if present is None or scene.terms.liquidation_format != DUTCH or wanted > discount + NEAR:
        return []
    if wanted <= scene.terms.start_discount:
        return [
            Lever(
                path,
                present,
                math.floor(wanted * PPM),
                "at that or less the auction would have begun dearer than this keeper wants",
            )
        ]
    return [
        Lever(
            path,
            present,
            math.ceil(wanted * PPM),
            "at that or more this keeper would have taken it at the first price it saw",
        )
    ]


def unfilled(scene: Scene) -> Told:
    """UNFILLED: which discount or length the first keeper would have needed."""
    age = age_s(scene)
    keepers = scene.case.scenario.keepers
    left = abs(scene.size)
    began = int(scene.walk.opened[scene.account, scene.market])
    health = scene.sure.equity / scene.sure.maintenance if scene.sure.maintenance > 0 else 0.0
    seen = [k for k in range(keepers.latency.size) if began < 0 or scene.tick - began >= keepers.latency[k]]
    steps = [scene.equity_step(), scene.maintenance_step()]
    text = f"{say(scene.coins)} {scene.instrument} found no keeper by the end of the auction"
    if age is not None:
        at_end = discount_at(scene.terms, age, health)
        steps.append(Step("discount", "at the end", f"age {say(age)} s", at_end))
    if not seen:
        length = "auction.length_s"
        present = scene.value(length)
        needed = math.ceil(int(keepers.latency.min()) * scene.case.venue.step_s) if keepers.latency.size else None
        effect = "at that the fastest keeper would have seen it in time"
        levers = [] if present is None else [Lever(length, present, needed, effect)]
        return f"{text}: none had time to see it", tuple(steps), scene.levers(*levers)
    asked = {k: discount_wanted(scene, k, min(left, max(quantums_of(float(keepers.least[k]), scene), 1))) for k in seen}
    first = min(asked, key=lambda k: (asked[k], k))
    numbers = f"keeper {first}, edge {say(edge_of(scene, first))}, at least {say(float(keepers.least[first]))}"
    steps.append(
        Step(
            "discount wanted", "where the smallest part that pays unloads at A + side × edge × u", numbers, asked[first]
        )
    )
    path, free = "auction.end_discount_ppm", scene.walk.free(first, scene.tick)
    present, levers = scene.value(path), []
    if present is not None and math.isinf(asked[first]):
        levers = [Lever(path, present, None, "its mark is zero: no discount off nothing leaves an edge")]
    elif present is not None and scene.sure.equity >= 0.0 and asked[first] > _bankruptcy_discount(scene):
        steps.append(Step("bankruptcy discount", "where the account has nothing left", "", _bankruptcy_discount(scene)))
        levers = [Lever(path, present, None, "a solvent account is sold no lower than its bankruptcy price")]
    elif present is not None and asked[first] > scene.terms.end_discount:
        levers = [
            Lever(
                path,
                present,
                math.ceil(asked[first] * PPM),
                "at that or more the first keeper would have taken part of it",
            )
        ]
    elif present is not None:
        levers = [Lever(path, present, None, f"the discount met the first keeper's; its free capital was {say(free)}")]
    after = "; it is worth less than nothing: last resorts follow" if scene.sure.equity < 0 else ""
    return text + after, tuple(steps), scene.levers(*levers)
