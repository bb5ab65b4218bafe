"""Explanations of last resorts: deleveraging, insurance, what others bear, bad debt."""

import math

from govtool.engine.codes import DELEVERAGE
from govtool.engine.terms import BOOK
from govtool.engine.trading import fits
from govtool.replay.explain.book_events import SPREAD, chunk, fillable, rating
from govtool.replay.explain.finding import Lever, Step, less, say
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.sale import bankruptcy
from govtool.replay.explain.scene import Scene, money
from govtool.units import PPM

POOL, CAP = "insurance.balance", "liquidation.max_quantums_insurance_lost"

CENT = 0.01
"""Less than that is the rounding of bankruptcy quotes."""


def deleveraged(scene: Scene) -> Told:
    """DELEVERAGE, as the account that is closed or as the one on the other side."""
    own = scene if scene.account == scene.owner else Scene(scene.walk, scene.row)
    one = own.position
    found = bankruptcy(own)
    value = one.side * own.coins * one.mark
    haircut = found.quote * 1e-6 - value
    against = f"account {own.other}" if own.other >= 0 else "the outside market"
    steps = (
        own.equity_step(),
        own.maintenance_step(),
        found.step._replace(logged=money(own.quote)),
        Step("haircut", "BQ - side × value", less(say(money(found.quote)), say(value)), haircut, own.price),
    )
    bears = f"{say(haircut)} against oracle" if abs(haircut) >= CENT else "nothing against oracle"
    if scene is own:
        text = f"{say(own.coins)} {own.instrument} closed against {against}, which bears {bears}"
    else:
        text = (
            f"{say(own.coins)} {own.instrument} closed against account {own.owner}, which finds no taker: costs {bears}"
        )
    return text, steps, own.levers(*_why_not_sold(own))


def _why_not_sold(scene: Scene) -> list[Lever]:
    """What the pool, its cap or the price limit lacked at the first of the rows of one deleveraging."""
    log, before = scene.case.log, scene.row - 1
    same = before >= 0 and log.kind[before] == DELEVERAGE and log.account[before] == scene.account
    if same and log.tick[before] == scene.tick:
        return []
    lack = max(0, math.ceil(-scene.sure.equity * 1e6))
    if scene.terms.liquidation_format == BOOK:
        return _missed_fill(scene)
    balance = scene.value(POOL)
    if lack == 0 or not isinstance(balance, int):
        return []
    effect = "with that much more nobody would have borne anything in this deleveraging"
    return [Lever(POOL, balance, balance + lack, f"{say(money(lack))} were missing; {effect}")]


def _missed_fill(scene: Scene) -> list[Lever]:
    """Why the book's fill did not come about: no room within the limit, the pool's cap, or the pool."""
    walk, one = scene.walk, scene.position
    allowed, _ = chunk(scene)
    limit, _ = fillable(scene)
    walk.stage.state.markets["volume"] = walk.impact.volume
    quantity = int(fits(walk.stage.state, one.row, one.side, limit, allowed))
    if quantity == 0:
        return _wider(scene, allowed)
    price, _ = walk.impact.close(one.row, one.side, quantity)
    proceeds = math.floor(((quantity * float(scene.case.unit[one.row])) * price) * 1e6)
    helped = bankruptcy(scene, quantity).quote - one.side * proceeds
    told = (
        f"a fill of {say(quantity * float(scene.case.unit[one.row]))} would have asked {say(money(helped))} of the pool"
    )
    cap, balance = scene.value(CAP), scene.value(POOL)
    if isinstance(cap, int) and helped > cap:
        return [Lever(CAP, cap, helped, f"{told}, more than it may pay for one account in a block")]
    if isinstance(balance, int) and helped > walk.pool:
        return [Lever(POOL, balance, balance + helped - walk.pool, f"{told}, which held {say(money(walk.pool))}")]
    return []


def _wider(scene: Scene, allowed: int) -> list[Lever]:
    one, abr, present = scene.position, rating(scene), scene.value(SPREAD)
    if present is None or abr == 0.0 or one.weight == 0.0:
        return []
    step = int(scene.walk.stage.state.lots[one.row].step)
    last = scene.walk.impact.marginal(one.row, one.side, min(step, allowed))
    ratio = one.side * (one.mark - last) / (abr * one.weight * one.basis)
    effect = "the market had no room within the fillable price; at that or more part of it would have found some"
    return [Lever(SPREAD, present, math.ceil(ratio * PPM), effect)]


def covered(scene: Scene) -> Told:
    """COVER: what was needed, and what bounded it."""
    cash, pool = int(scene.walk.cash[scene.account]), scene.walk.pool
    leaving = not scene.walk.size[scene.account].any()
    need = -cash if leaving else math.ceil(-scene.sure.equity * 1e6)
    cap = need if leaving else min(need, scene.terms.block_insurance)
    paid = min(cap, pool)
    numbers = f"min({say(money(cap))}, {say(money(pool))})"
    symbols = "min(-cash, pool)" if leaving else "min(ceil(-E), cap per account, pool)"
    bounded = scene.quote < paid
    steps = [] if leaving else [scene.equity_step()._replace(logged=None)]
    steps.append(Step("paid", symbols, numbers, money(paid), None if bounded else money(scene.quote)))
    levers = []
    balance, most = scene.value(POOL), scene.value(CAP)
    if cap < need and isinstance(most, int):
        levers.append(Lever(CAP, most, need, "at that the pool might have paid all of it"))
    if pool < cap and isinstance(balance, int):
        levers.append(
            Lever(POOL, balance, balance + need - pool, "with that at the start the pool would have paid all of it")
        )
    what = "what it owes as it leaves" if leaving else "its shortfall"
    text = (
        f"the insurance pool pays {say(money(scene.quote))} of {what}, {say(money(need))}; it held {say(money(pool))}"
    )
    return text, tuple(steps), scene.levers(*levers)


def bad_debt(scene: Scene) -> Told:
    """BAD_DEBT: what was missing in the end."""
    owed = -int(scene.walk.cash[scene.account]) if scene.account >= 0 else scene.quote
    step = Step("bad debt", "-cash", say(money(owed)), money(owed), money(scene.quote))
    balance, levers = scene.value(POOL), []
    if isinstance(balance, int):
        levers = [
            Lever(
                POOL,
                balance,
                balance + scene.quote,
                "with that at the start, and all else alike, nothing would have been missing",
            )
        ]
    held = say(money(scene.walk.pool))
    return f"nobody pays {say(money(scene.quote))}; the pool held {held}", (step,), scene.levers(*levers)


def shared(scene: Scene) -> Told:
    """SHARE and SOCIALISE, as the account that receives or as the one that pays."""
    payer = f"account {scene.other}" if scene.other >= 0 else "the outside market"
    step = (Step("x", "its part of the need", say(money(scene.quote)), money(scene.quote), money(scene.quote)),)
    if scene.account == scene.owner:
        return f"{payer} pays {say(money(scene.quote))} of its loss", step, scene.levers()
    return f"pays {say(money(scene.quote))} of the loss of account {scene.owner}", step, scene.levers()


def deferred(scene: Scene) -> Told:
    """DEFER: left to withdrawals to come."""
    need = -int(scene.walk.cash[scene.account]) if not scene.walk.size[scene.account].any() else scene.quote
    step = Step("need", "all that is left of it", say(money(need)), money(need), money(scene.quote))
    balance, levers = scene.value(POOL), []
    if isinstance(balance, int):
        levers = [
            Lever(
                POOL,
                balance,
                balance + scene.quote,
                "with that at the start, and all else alike, nothing would have been left",
            )
        ]
    return f"{say(money(scene.quote))} of its loss are left to future withdrawals", (step,), scene.levers(*levers)


def withheld(scene: Scene) -> Told:
    """HAIRCUT: a withdrawal pays for what was deferred."""
    cash = int(scene.walk.cash[scene.account])
    share = -scene.quote / cash if cash > 0 else 0.0
    step = Step("share", "min(1, debt / worth), of its cash", f"{say(money(-scene.quote))} / {say(money(cash))}", share)
    return (
        f"loses {say(money(-scene.quote))}, {100 * share:.2f} % of its cash, to losses left to withdrawals",
        (step,),
        scene.levers(),
    )
