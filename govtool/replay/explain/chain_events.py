"""Explanations of what happens to everyone at once: the chain stops, is back, and traders lose their nerve."""

import math

from govtool.replay.explain.finding import Step, product, say
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.scene import Scene


def stopped(scene: Scene) -> Told:
    """OUTAGE: from now on nothing is posted, and nobody trades, tops up or is liquidated."""
    return "the chain stops: no post, no trade, no liquidation until it is back", (), scene.levers()


def resumed(scene: Scene) -> Told:
    """RESUME: how long it was down, and who is protected now."""
    rules, step_s = scene.terms.dampers, float(scene.case.venue.step_s)
    ticks = round(scene.price / step_s)
    steps = [Step("down", "(back - down) × step_s", product(ticks, step_s), ticks * step_s, scene.price)]
    text = f"the chain is back after {say(scene.price)} s"
    if rules.grace_s > 0.0:
        held = math.ceil(rules.grace_s / step_s) * step_s
        steps.append(Step("grace", "ticks(grace_s) × step_s", say(held), held))
        text += f"; for {say(held)} s nobody is liquidated whose E >= {say(rules.grace_override)} × MM"
    return text, tuple(steps), scene.levers()


def panicked(scene: Scene) -> Told:
    """PANIC."""
    delay = scene.case.scenario.crowd.habits.herd_delay * float(scene.case.venue.step_s)
    return f"traders lose their nerve: some leave together, {say(delay)} s from now on average", (), scene.levers()
