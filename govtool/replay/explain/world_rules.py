"""The rules of events that the world brings: outages, transit, searchers, and what traders do of themselves."""

from govtool.engine import codes as kinds
from govtool.replay.explain.rule import Rule

_GRACE = ("sequencer.grace_s", "sequencer.override_ppm")
_HELD = tuple(f"withdrawals.{name}" for name in ("gate_s", "gate_outage_s", "guard", "throttle_ppm_per_hour"))

WORLD_RULES: dict[int, Rule] = {
    kinds.FRONTRUN: Rule(
        "8 (searchers)",
        "Someone who sees a keeper's sale coming sells before it and buys back right after, at the keeper's cost.",
        "gain = side × (mean before - mean after) × F - 2 × s × F, if above 0",
        ("liquidation.format",),
    ),
    kinds.SEND: Rule(
        "7.3 and 8b",
        "A top-up leaves its owner's wallet for the bridge. Until it lands it answers no margin call.",
        "land = batch(t + bridge_lag); amount = min(wallet, rint((topup_target × MM - E) × 1e6))",
        ("liquidation.restore_ppm",),
    ),
    kinds.LAND: Rule(
        "8b",
        "What was withdrawn reaches its owner's wallet: proven, and disputed or not, or paid out by a channel.",
        "batch(t) + proof_lag, + dispute_lag if disputed; or t + channel_lag",
    ),
    kinds.BOUNCE: Rule(
        "8b",
        "A top-up lands at an account that has no positions any more, and goes back to its owner's wallet.",
        "out, or no position, when it lands",
    ),
    kinds.WITHDRAW: Rule(
        "7.4",
        "A trader takes out what its initial margin, several times over, does not need.",
        "W = floor((E - owed - keep × need(INITIAL)) × 1e6)",
        ("tiers.{tier}.initial_margin_ppm", *_HELD),
    ),
    kinds.OUTAGE: Rule(
        "2a and 7",
        "The chain stops. Prices move on, and nothing on it answers them: no post, no order, no liquidation.",
        "the chain of this tick is DOWN, or FORCED: then users' own transactions are included from L1",
        _GRACE,
    ),
    kinds.RESUME: Rule(
        "2a and 8a",
        "The chain is up again. A grace period lets traders act before they are liquidated; a gate may hold"
        " withdrawals.",
        "nothing is sold of an account with E >= grace_override × MM while t < back + ticks(grace_s)",
        (*_GRACE, "withdrawals.gate_outage_s"),
    ),
    kinds.CUT_EVENT: Rule(
        "7.4 and 7.5",
        "A trader whose health fell below the warning closes part of each position of its own accord.",
        "E < warning × MM, and u(CUT) < cut_chance; floor(|size| × cut_share / step) × step of each",
        ("fees.taker_fee_ppm",),
    ),
    kinds.STOP_EVENT: Rule(
        "7.4",
        "A stop-loss: a trader whose equity fell below a share of what it put in closes everything.",
        "E < stop_loss × put_in",
        ("fees.taker_fee_ppm",),
    ),
    kinds.LIMIT_EVENT: Rule(
        "7.4",
        "A take-profit: orders that rest on the book close everything without spread and fee.",
        "E >= take_profit × put_in",
    ),
    kinds.PANIC: Rule(
        "2a and 7.4",
        "Prices fell so far so fast that traders lose their nerve together, and some leave soon after.",
        "exit due at t + wait(herd_delay) where u(HERD) < herd",
    ),
}
"""A rule for each kind of event that the world alone brings."""
