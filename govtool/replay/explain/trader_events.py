"""Explanations of what a trader does of its own accord: cuts its positions, stops out, takes its profit."""

from govtool.engine.codes import STOP_EVENT
from govtool.replay.explain.finding import Step, product, say
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.scene import Scene, money


def cut(scene: Scene) -> Told:
    """CUT: a share of each position goes, after a warning."""
    habits = scene.case.scenario.crowd.habits
    share = float(habits.cut_share[scene.account]) if habits.cut_share.size else 0.0
    text = f"after a warning it closes {100 * share:.0f} % of each position of its own accord"
    return text, (scene.equity_step(), scene.maintenance_step()), scene.levers()


def ordered(scene: Scene) -> Told:
    """STOP and LIMIT: equity against what was put in."""
    habits, i = scene.case.scenario.crowd.habits, scene.account
    stops = scene.kind == STOP_EVENT
    share = float((habits.stop_loss if stops else habits.take_profit)[i])
    put_in = money(int(scene.walk.put_in[i]))
    step = Step("level", "share × what was put in", product(share, put_in), share * put_in, scene.price)
    equity = say(scene.sure.equity)
    text = (
        f"E {equity} is below its stop-loss at {say(scene.price)}: it closes everything"
        if stops
        else f"E {equity} is at or above its take-profit at {say(scene.price)}: its orders on the book close everything"
    )
    return text, (scene.equity_step(), scene.maintenance_step(), step), scene.levers()
