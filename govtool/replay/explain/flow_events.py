"""Explanations of what is no liquidation: entries, trades, payments, exits, and what concerns no account."""

import math

from govtool.engine import codes as kinds
from govtool.replay.explain.finding import Lever, Step, product, say
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.scene import Scene, money
from govtool.units import PPM, SECONDS_PER_HOUR


def entered(scene: Scene) -> Told:
    """ENTER."""
    step = Step("cash", "equity - assets brought", say(money(scene.quote)), money(scene.quote), money(scene.quote))
    return f"comes in with {say(money(scene.quote))} of cash", (step,), scene.levers()


def traded(scene: Scene) -> Told:
    """TRADE: an entry's or exit's leg, and how far initial margin cut an entry."""
    unit, opening = float(scene.case.unit[scene.market]), int(scene.walk.size[scene.account, scene.market]) == 0
    cost = round(((scene.size * unit) * scene.price) * 1e6)
    steps = [
        Step(
            "quote",
            "-rint(size × price)",
            f"-({product(scene.size * unit, scene.price)})",
            money(-cost),
            money(scene.quote),
        )
    ]
    if scene.fee:
        fee = round((((abs(scene.size) * unit) * scene.price) * scene.terms.taker_fee) * 1e6)
        steps.append(
            Step(
                "fee",
                "rint(|size| × price × taker_fee)",
                product(scene.coins, scene.price, scene.terms.taker_fee),
                money(fee),
                money(scene.fee),
            )
        )
    verb = "buys" if scene.size > 0 else "sells"
    text = f"{verb} {say(scene.coins)} {scene.instrument} at {say(scene.price)}"
    crowd, levers = scene.case.scenario.crowd, []
    if opening and crowd.opening.size == 0:
        wish = (
            money(int(crowd.equity[scene.account]))
            * float(crowd.leverage[scene.account])
            * abs(float(crowd.share[scene.account, scene.market]))
            * _dared(scene)
        )
        share = scene.changed_notional / wish if wish > 0 else 1.0
        steps.append(
            Step(
                "share of the wish",
                "N / (equity × leverage × share)",
                f"{say(scene.changed_notional)} / {say(wish)}",
                share,
            )
        )
        path = scene.path("tiers.{tier}.initial_margin_ppm")
        present = None if path is None else scene.value(path)
        step = (
            float(scene.walk.stage.state.lots[scene.market].step)
            * unit
            * float(scene.walk.stage.state.lots[scene.market].basis)
        )
        if share < 1.0 and wish - scene.changed_notional > step and path is not None and isinstance(present, int):
            text += f", {100 * share:.0f} % of its wish: initial margin allows no more"
            effect = "near that all of its wish would have fitted, were all its positions in this tier"
            levers = [Lever(path, present, math.floor(present * share), effect)]
    return text, tuple(steps), scene.levers(*levers)


def _dared(scene: Scene) -> float:
    """Share of its wish that a trader still wants in a market as volatile as this."""
    scenario, target = scene.case.scenario, scene.case.scenario.crowd.habits.vol_target
    m = int(scene.walk.stage.state.lots[scene.market].market)
    if target <= 0.0 or m < 0 or scenario.feed.sigma.size == 0:
        return 1.0
    sigma = float(scenario.feed.sigma[scene.tick // scene.case.venue.ticks_per_hour, m])
    return target / sigma if sigma > target else 1.0


def paid(scene: Scene) -> Told:
    """FUNDING, INTEREST and PREMIUM: of one account by its rule, or of all."""
    log = scene.case.log
    what = {kinds.FUNDING: "funding", kinds.INTEREST: "interest", kinds.PREMIUM: "premiums"}[scene.kind]
    if scene.account < 0:
        scene.walk.to(scene.row + 1)
        received = scene.walk.shares
        total = 0 if received is None else int(received.sum())
        step = Step(
            "total",
            "Σ of what each account receives by its rule",
            f"{say(money(total))}",
            money(total),
            money(scene.quote),
        )
        verb = "receive" if scene.quote >= 0 else "pay"
        return f"accounts {verb} {say(money(abs(scene.quote)))} of {what} in sum", (step,), scene.levers()
    held = int(scene.walk.size[scene.account, scene.market]) if scene.market >= 0 else 0
    scene.walk.to(scene.row + 1)
    received = scene.walk.shares
    amount = 0 if received is None else int(received[scene.account])
    steps: tuple[Step, ...] = ()
    if scene.kind == kinds.FUNDING:
        index = float(scene.case.scenario.feed.index[scene.tick, scene.market])
        coins = held * float(scene.case.unit[scene.market])
        numbers = product(coins, index, float(log.price[scene.row]))
        steps = (
            Step(
                "payment", "size × index × rate", numbers, coins * index * float(log.price[scene.row]), money(-amount)
            ),
        )
    verb = "receives" if amount >= 0 else "pays"
    where = f" in {scene.instrument}" if scene.market >= 0 else ""
    return f"{verb} {say(money(abs(amount)))} of {what}{where}", steps, scene.levers()


def expired(scene: Scene) -> Told:
    """EXPIRE."""
    listing, o = scene.case.scenario.listing, scene.market - len(scene.case.scenario.markets)
    strike = float(listing.option_strike[o])
    gain = max(0.0, scene.price - strike if listing.option_call[o] == 1 else strike - scene.price)
    coins = -scene.size * float(scene.case.unit[scene.market])
    value = round((coins * gain) * 1e6)
    step = Step("quote", "rint(size × max(0, ±(S - K)))", product(coins, gain), money(value), money(scene.quote))
    return f"{scene.instrument} settles at {say(scene.price)}: {say(money(scene.quote))}", (step,), scene.levers()


def deposited(scene: Scene) -> Told:
    """DEPOSIT."""
    value = scene.coins * scene.price
    verb = "brings" if scene.size > 0 else "takes back"
    step = Step("value", "size × mark", product(scene.coins, scene.price), value)
    return f"{verb} {say(scene.coins)} {scene.instrument}, worth {say(value)}", (step,), scene.levers()


def ended(scene: Scene) -> Told:
    """ENDED."""
    return f"its auction of {scene.instrument} ends, because the position is gone", (), scene.levers()


def restarted(scene: Scene) -> Told:
    """RESET and PHASE."""
    steps = (scene.equity_step(), scene.maintenance_step()) if scene.kind == kinds.PHASE else ()
    if scene.kind == kinds.PHASE:
        return (
            f"its auction of {scene.instrument} goes on in the insolvent phase, mark {say(scene.price)}",
            steps,
            scene.levers(),
        )
    return f"its auction of {scene.instrument} starts again at mark {say(scene.price)}", steps, scene.levers()


def won(scene: Scene) -> Told:
    """WON and SLASH: bonds."""
    bond = math.floor((scene.terms.bidding.bond_share * scene.changed_notional) * 1e6)
    if scene.kind == kinds.WON:
        step = Step(
            "bond",
            "floor(bond_share × N)",
            product(scene.terms.bidding.bond_share, scene.changed_notional),
            money(bond),
        )
        return (
            f"keeper {scene.other} wins {say(scene.coins)} {scene.instrument} at {say(scene.price)} and has to settle",
            (step,),
            scene.levers(),
        )
    step = Step("slash", "floor(bond × penalty)", say(money(scene.fund)), money(scene.fund), money(scene.fund))
    return (
        f"keeper {scene.other} did not settle in time: {say(money(scene.fund))} of its bond go to the pool",
        (step,),
        scene.levers(),
    )


def halted(scene: Scene) -> Told:
    """HALT: how far the price had moved."""
    rules, path = scene.terms.dampers, scene.case.path
    back = max(1, math.ceil(rules.breaker_window_s / scene.case.venue.step_s))
    before = float(path[max(0, scene.tick - back), scene.market])
    move = abs(scene.price / before - 1.0) if scene.tick >= back else 0.0
    step = Step("move", "|P / path[t - window] - 1|", f"|{say(scene.price)} / {say(before)} - 1|", move)
    name, levers = "liquidation.breaker.move_ppm", []
    present = scene.value(name)
    by_price = rules.breaker_move > 0.0 and move >= rules.breaker_move
    if by_price and present is not None:
        levers = [Lever(name, present, math.floor(move * PPM) + 1, "at that or more its move would not have halted it")]
    why = f"its price moved by {100 * move:.2f} %" if by_price else "so much was closed in it by force"
    return f"{scene.instrument} halts: {why}", (step,), scene.levers(*levers)


def pool_flow(scene: Scene) -> Told:
    """TRANSFER, OVERFLOW, UNSTAKE: what moves the pool and concerns no trader."""
    pool, rules, fund = scene.walk.pool, scene.terms.pool, scene.fund
    if scene.kind == kinds.TRANSFER:
        step = Step(
            "fund",
            "treasury_per_hour",
            say(money(rules.treasury_per_hour)),
            money(rules.treasury_per_hour),
            money(fund),
        )
        return f"the treasury sends {say(money(fund))} to the pool, for {SECONDS_PER_HOUR} s", (step,), scene.levers()
    if scene.kind == kinds.POOL_OVERFLOW:
        over = pool - rules.pool_target
        logged = money(-fund) if not rules.pool_share.size else None
        step = Step(
            "over", "pool - pool_target", f"{say(money(pool))} - {say(money(rules.pool_target))}", money(over), logged
        )
        return f"the pool sends {say(money(-fund))} to the treasury", (step,), scene.levers()
    step = Step("paid", "min(noted, value now, shared)", say(money(-fund)), money(-fund), money(-fund))
    return f"staker {scene.other} leaves with {say(money(-fund))} of the pool", (step,), scene.levers()
