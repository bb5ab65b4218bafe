"""Explanations of money on its way: top-ups that are sent, arrive or come too late, withdrawals and their landing."""

import math

import numpy as np

from govtool.engine.terms import ORACLE
from govtool.replay.explain.finding import Step, product, say
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.scene import Scene, money
from govtool.units import QUANTUMS_PER_QUOTE


def _topup_steps(scene: Scene, quantums: int) -> tuple[tuple[Step, ...], str]:
    """What restores the health aimed at, or all that the wallet has; and a word where that is not enough."""
    standing = scene.sure
    target = max(scene.case.scenario.crowd.topup_target, scene.terms.restore)
    wanted = int(np.rint((target * standing.maintenance - standing.equity) * QUANTUMS_PER_QUOTE))
    wallet = int(scene.walk.wallet[scene.account])
    amount = max(0, min(wallet, wanted))
    numbers = f"min({say(money(wallet))}, {product(target, standing.maintenance)} - {say(standing.equity)})"
    step = Step("amount", "min(wallet, topup_target × MM - E)", numbers, money(amount), money(quantums))
    rest = "" if wanted <= wallet else f", all that was left; {say(money(wanted))} would have been needed"
    return (scene.equity_step(), scene.maintenance_step(), step), rest


def topped_up(scene: Scene) -> Told:
    """TOPUP: at once what is asked for, or what was sent before."""
    sent = int(scene.walk.sent[scene.account])
    fee = scene.case.venue.passage.bridge_fee
    kept = Step("fee", "floor(a × bridge_fee)", product(money(scene.quote), fee), _kept(scene), money(scene.fee))
    less_fee = f", less {say(money(scene.fee))} to the bridge" if scene.fee else ""
    if sent:
        step = Step("amount", "what was sent", say(money(sent)), money(sent), money(scene.quote))
        text = f"the {say(money(scene.quote))} that its owner sent arrive{less_fee}"
        return text, (scene.equity_step(), scene.maintenance_step(), step, kept), scene.levers()
    steps, rest = _topup_steps(scene, scene.quote)
    text = f"its owner tops it up with {say(money(scene.quote))}{less_fee}{rest}"
    return text, (*steps, kept) if scene.fee else steps, scene.levers()


def _kept(scene: Scene) -> float:
    return money(math.floor(scene.quote * scene.case.venue.passage.bridge_fee))


def sent(scene: Scene) -> Told:
    """SEND: the top-up is on its way, and answers no margin call yet."""
    steps, rest = _topup_steps(scene, scene.quantums)
    text = f"its owner sends {say(scene.price)}, which is on its way over the bridge until it lands{rest}"
    return text, steps, scene.levers()


def bounced(scene: Scene) -> Told:
    """BOUNCE: nothing is left to top up."""
    under_way = money(int(scene.walk.sent[scene.account]))
    step = Step("amount", "what was sent", say(under_way), under_way, scene.price)
    return f"the {say(scene.price)} that its owner sent come too late and go back", (step,), scene.levers()


def landed(scene: Scene) -> Told:
    """LAND: the owner has the money."""
    parcel = money(scene.walk.landing(scene.account, scene.tick))
    step = Step("landed", "what is in the parcel", say(parcel), parcel, scene.price)
    return f"{say(scene.price)} that it took out reach its owner's wallet", (step,), scene.levers()


def left(scene: Scene) -> Told:
    """RETIRE."""
    cash = int(scene.walk.cash[scene.account])
    step = Step("quote", "-cash", say(money(-cash)), money(-cash), money(scene.quote))
    text = f"leaves with {say(money(cash))}" if cash else "leaves with nothing"
    more, steps = _channel(scene)
    return text + more, (step, *steps), scene.levers()


def withdrew(scene: Scene) -> Told:
    """WITHDRAW: what its margin does not need."""
    free, numbers = _not_needed(scene)
    # Initial margin may follow a slow price, which the log does not tell.
    logged = money(-scene.quote) if scene.terms.margin.price_mode == ORACLE else None
    step = Step("W", "floor((E - owed - keep × need(INITIAL)) × 1e6)", numbers, free, logged)
    more, steps = _channel(scene)
    text = f"takes {say(money(-scene.quote))} out that its margin does not need{more}"
    return text, (scene.equity_step(), scene.maintenance_step(), step, *steps), scene.levers()


def _not_needed(scene: Scene) -> tuple[float, str]:
    habits, standing = scene.case.scenario.crowd.habits, scene.sure
    keep = float(habits.keep[scene.account]) if habits.keep.size else 0.0
    owed, initial = money(int(scene.walk.owed[scene.account])), scene.walk.stage.initial(scene.account)
    numbers = f"{say(standing.equity)} - {say(owed)} - {product(keep, initial)}"
    return money(math.floor((standing.equity - owed - keep * initial) * 1e6)), numbers


def _channel(scene: Scene) -> tuple[str, tuple[Step, ...]]:
    """What a channel keeps for paying out at once."""
    if scene.price <= 0.0:
        return "", ()
    fee, passage = -scene.quote, scene.case.venue.passage
    kept = money(math.floor(fee * passage.channel_fee))
    step = Step("channel", "floor(a × channel_fee)", product(money(fee), passage.channel_fee), kept, scene.price)
    return f", {say(scene.price)} of it to the channel that pays it out", (step,)


def held_back(scene: Scene) -> Told:
    """HELD."""
    worth = money(math.floor(scene.sure.equity * 1e6))
    step = Step("W", "floor(E × 1e6)", say(worth), worth, scene.price)
    return f"its withdrawal of {say(scene.price)} has to wait", (step,), scene.levers()
