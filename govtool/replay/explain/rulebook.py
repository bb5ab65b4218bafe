"""Every kind of event: the section of docs/rules.md that it comes from, the rule in words and in symbols, and the
parameters that decide it."""

from govtool.engine import codes as kinds
from govtool.replay.explain.rule import Rule
from govtool.replay.explain.world_rules import WORLD_RULES

_WEIGHTS = ("tiers.{tier}.maintenance_fraction_ppm", "tiers.{tier}.initial_margin_ppm")
_ENTRY = ("tiers.{tier}.initial_margin_ppm", "fees.taker_fee_ppm")
_POOL = ("insurance.balance", "insurance.daily_payout_cap", "loss_sharing.waterfall")
_PATH = ("auction.start_discount_ppm", "auction.end_discount_ppm", "auction.length_s", "auction.path")
_LIMITS = (
    *("liquidation.target", "liquidation.first_share_ppm", "liquidation.account_window_notional"),
    *("liquidation.market_window_notional", "liquidation.outstanding_notional"),
)
_PENALTY = ("keepers.bond_ppm", "keepers.settle_s", "keepers.no_show_penalty_ppm", "keepers.late_penalty_ppm")
_ADVANCE = "insurance.advance"

RULES: dict[int, Rule] = WORLD_RULES | {
    kinds.ENTER: Rule(
        "6",
        "An account comes in with its equity: collateral assets in kind, the rest in cash.",
        "cash = equity - Σ rint(size × mark × 1e6) of the assets it brings",
        ("collateral.{asset}.deposit_cap",),
    ),
    kinds.TRADE: Rule(
        "6 and 7.4",
        "A leg of an entry or exit: at mark before the first tick, else at the market price with half the spread and a"
        " taker fee. An entry's legs shrink until its initial margin fits into its equity.",
        "quote = -rint(size × price × 1e6); fee = rint(|size| × price × taker_fee × 1e6)",
        _ENTRY,
    ),
    kinds.TOPUP: Rule(
        "7.3 and 8b",
        "Money that its owner sent from outside arrives: what restores the health aimed at, as far as the wallet goes."
        " A bridge keeps its fee.",
        "amount = min(wallet, rint((topup_target × MM - E) × 1e6)) when it was sent; fee = floor(amount × bridge_fee)",
        ("liquidation.restore_ppm",),
    ),
    kinds.FUNDING: Rule(
        "7.2",
        "At a funding time longs pay shorts if the clamped rate is positive, and receive if it is negative.",
        "payment = rint(size × index × rate × funding_share × 1e6)",
        ("funding.rate_clamp_factor_ppm",),
    ),
    kinds.FLAG: Rule(
        "3 and 7.5",
        "An account worth less than its maintenance margin may be liquidated.",
        "E < MM; E = cash + Σ size × mark; MM = Σ |size| × mark × w, w = min(1, initial margin × fraction × factor)",
        (*_WEIGHTS, "adaptive.cap_ppm", "scan.maintenance_factor_ppm", "collateral.{asset}.maintenance_haircut_ppm"),
    ),
    kinds.RECOVER: Rule(
        "7.5 and 8",
        "Liquidation ends once the account is worth as much as its stop; its auctions are called off.",
        "E >= stop; stop = restore × MM",
        ("liquidation.restore_ppm", "margin.stop_share_ppm", "margin.stop_add_ppm"),
    ),
    kinds.FILL: Rule(
        "5 and 8 (book)",
        "Part of the heaviest position is sold on the book, no worse than the fillable price. Above the bankruptcy"
        " price it pays a fee, below it the insurance pool pays what is missing, or nothing is sold.",
        "L = P × (1 - side × abr × spread_ratio × w), abr = clip((1 - E / MM) × adjustment, 0, 1);"
        " BQ = ceil((side × value - E × N × w / MM) × 1e6); x = quote - BQ",
        (
            "liquidation.spread_to_maintenance_margin_ratio_ppm",
            "liquidation.bankruptcy_adjustment_ppm",
            "liquidation.max_position_portion_liquidated_ppm",
            "liquidation.max_notional_liquidated",
            "liquidation.max_liquidation_fee_ppm",
        ),
    ),
    kinds.OPEN: Rule(
        "8 (b) and 8a",
        "Part of the heaviest position is put up for auction.",
        "all if N <= min_notional, else max(min_notional, N × portion); then the limits of section 8a",
        (
            "liquidation.max_position_portion_liquidated_ppm",
            "liquidation.min_position_notional_liquidated",
            *_LIMITS,
        ),
    ),
    kinds.TAKE: Rule(
        "5 and 8 (a)",
        "A keeper takes from the auction at its present price and unloads it on the market, once that leaves the edge"
        " it asks for.",
        "A = mark × (1 - side × discount); it takes what unloads within A + side × edge × mark; x = quote - BQ;"
        " fee = min(floor(v × fee_rate), x)",
        (*_PATH, "liquidation.max_liquidation_fee_ppm", "keepers.reward_ppm"),
    ),
    kinds.UNFILLED: Rule(
        "8 (a) 5",
        "The auction reached its end and some of it found no keeper. If the account is worth less than nothing, the"
        " last resorts follow.",
        "age >= length (and slow phase) with left > 0",
        (*_PATH[:3], "auction.floor_discount_ppm", "auction.slow_s"),
    ),
    kinds.DELEVERAGE: Rule(
        "9",
        "A position that nobody takes is closed against holders of the other side, at the price that leaves the"
        " account's health as it was. What that is worse than oracle, they bear.",
        "BQ = ceil((side × value - E × N × w / MM) × 1e6); haircut = BQ × 1e-6 - side × value",
        (*_POOL[:1], "liquidation.max_quantums_insurance_lost", "deleveraging.enabled", "loss_sharing.adl_order"),
    ),
    kinds.COVER: Rule(
        "9",
        "The insurance pool pays what an account owes, as far as it may.",
        "paid = min(need, what the pool may pay); need = ceil(-E × 1e6) within the cap per account, -cash at the end",
        (*_POOL, "liquidation.max_quantums_insurance_lost"),
    ),
    kinds.BAD_DEBT_EVENT: Rule(
        "9",
        "What no layer of the waterfall pays is bad debt.",
        "bad debt = -cash after all layers",
        _POOL,
    ),
    kinds.RETIRE: Rule("9", "An account without positions leaves with its cash.", "quote = -cash", ()),
    kinds.CLOSE: Rule(
        "7 (after the last tick) and 9",
        "A position is closed against the market at any price: where no deleveraging is allowed, of an asset, and for"
        " everyone in trouble after the last tick.",
        "v = rint(|size| × price × 1e6); price = index × (1 + mean displacement - side × half_spread)",
        ("deleveraging.enabled", "loss_sharing.waterfall"),
    ),
    kinds.ENDED: Rule(
        "7.2 and 9",
        "An auction vanished, because its position did: in a deleveraging or an expiry, or before the last resorts.",
        "left > |size|",
        ("deleveraging.enabled",),
    ),
    kinds.EXPIRE: Rule(
        "7.2",
        "An option settles in cash at the mean of the index over the last ticks before its expiry.",
        "quote = rint(size × max(0, S - K or K - S) × 1e6)",
        ("options.settle_s",),
    ),
    kinds.DEPOSIT: Rule(
        "6 and 9",
        "Collateral comes in with its account, or leaves with it.",
        "size = floor(equity × share / mark), within the cap on all deposits",
        ("collateral.{asset}.deposit_cap",),
    ),
    kinds.INTEREST: Rule(
        "7.2",
        "Every hour who has borrowed an asset pays interest, part of it to the insurance pool.",
        "payment = rint(|size| × mark × borrow_rate / 8760 × 1e6)",
        ("collateral.{asset}.borrow_rate_ppm", "margin.interest_to_insurance_ppm"),
    ),
    kinds.RESET: Rule(
        "8 (a) 3",
        "An auction starts again at the present price: it is old, or the price has run away from it.",
        "age >= reset_s, or side × (mark - top) <= -(reset_drop × top)",
        ("auction.reset_s", "auction.reset_drop_ppm", "auction.max_resets"),
    ),
    kinds.PHASE: Rule(
        "8 (a) 5",
        "An auction at its end goes on in the insolvent phase, because the account is worth less than nothing.",
        "E < 0 and insolvent_s > 0: the discount goes on from where it stands to the insolvent one",
        ("auction.insolvent_s", "auction.insolvent_discount_ppm"),
    ),
    kinds.WON: Rule(
        "8 (keepers)",
        "A keeper has won a lot and posts a bond until it settles.",
        "bond = floor(bond_share × N × 1e6)",
        _PENALTY,
    ),
    kinds.SLASH: Rule(
        "8 (a) 2",
        "A keeper settled too late or not at all: part of its bond goes to the insurance pool, and it may not bid.",
        "floor(bond × late_penalty) or floor(bond × no_show_penalty)",
        (*_PENALTY, "keepers.exclusion_s"),
    ),
    kinds.HALT: Rule(
        "8a",
        "The breaker halts a market: its price moved, or what was closed in it by force summed up, too far too fast.",
        "|P / path[t - window] - 1| >= breaker_move, or sold >= breaker_volume",
        (
            "liquidation.breaker.move_ppm",
            "liquidation.breaker.volume",
            "liquidation.breaker.window_s",
            "liquidation.breaker.halt_s",
        ),
    ),
    kinds.HELD: Rule(
        "8a",
        "A withdrawal waits: the chain is down, the gate is shut, the shortfall exceeds the pool, or too much has left"
        " within the hour.",
        "t < gate; or shortfall × 1e6 > pool; or withdrawn + cash > throttle × collateral",
        tuple(f"withdrawals.{name}" for name in ("gate_s", "gate_outage_s", "guard", "throttle_ppm_per_hour")),
    ),
    kinds.ADVANCE: Rule(
        "9a",
        "The insurance pool tops up the margin of an account that is near liquidation and worth something.",
        "0 < E < trigger × MM: amount = min(rint((target × MM - E) × 1e6), cap per account, room, pool)",
        tuple(f"{_ADVANCE}.{name}" for name in ("trigger_ppm", "target_ppm", "account_cap", "total_cap", "fee_ppm")),
    ),
    kinds.REPAY: Rule(
        "9a",
        "The account pays an advance back, with its fee, once it is sound without it, or when it leaves.",
        "E - owed >= repay × MM; at the end min(owed, cash)",
        (f"{_ADVANCE}.repay_ppm", f"{_ADVANCE}.fee_ppm"),
    ),
    kinds.SHARE: Rule(
        "9 (VOLUNTARY)",
        "An account that opted in pays part of another's loss.",
        "x = min(room, rest, ceil(rest × room / Σ room)); room = min(share_cap × E - given, E - MM)",
        ("loss_sharing.share_cap_ppm", "loss_sharing.premium_share_ppm", "loss_sharing.waterfall"),
    ),
    kinds.SOCIALISE: Rule(
        "9 (FUNDING)",
        "Who holds a position in the market of the loss pays part of it, by size.",
        "x = min(room, rest, ceil(rest × |size| / Σ |size|)); room = floor(E × 1e6)",
        ("loss_sharing.waterfall", "insurance.balance"),
    ),
    kinds.DEFER: Rule(
        "9 (EXIT)",
        "The rest of the loss is left to those who withdraw later.",
        "quote = all of the need that is left",
        ("loss_sharing.waterfall", "insurance.balance"),
    ),
    kinds.EXIT_HAIRCUT: Rule(
        "9 (retire)",
        "A withdrawal pays its part of the losses that were left to withdrawals.",
        "floor(cash × min(1, debt / max(1, worth)))",
        ("loss_sharing.waterfall", "insurance.balance"),
    ),
    kinds.PREMIUM: Rule(
        "9a",
        "Accounts that opted in to bear losses receive their premium, by what they could bear.",
        "x = ceil(rest × weight / Σ weight); weight = share_cap × max(E, 0)",
        ("loss_sharing.premium_share_ppm", "loss_sharing.share_cap_ppm"),
    ),
    kinds.TRANSFER: Rule(
        "9a",
        "The treasury's hourly transfer to the insurance pool.",
        "fund = treasury_per_hour",
        ("insurance.treasury_transfer_per_year",),
    ),
    kinds.POOL_OVERFLOW: Rule(
        "9a",
        "What the pool holds above its target goes to the treasury.",
        "min(pool - pool_target, shared)",
        ("insurance.target",),
    ),
    kinds.UNSTAKE: Rule(
        "9a",
        "A staker leaves after its cooldown, with no more than it had when it asked.",
        "min(noted, value now, shared); value = floor(pool × units / Σ units)",
        ("insurance.stake_cooldown_s", "insurance.stake_yield_ppm"),
    ),
}
"""A rule for each kind of event of the log."""
