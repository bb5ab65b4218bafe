"""How positions are sold, what keepers are held to, and what slows a cascade or a run, as the engine reads them."""

from govtool.engine.terms import (
    EXPONENTIAL_PATH,
    HEALTH_PATH,
    LINEAR_PATH,
    STAIRS_PATH,
    Bidding,
    Dampers,
    Selling,
)
from govtool.protocol.model import Auction, Keepers, Liquidation, Sequencer, Withdrawals
from govtool.units import fraction, nearest_quote

_PATHS = {"linear": LINEAR_PATH, "exponential": EXPONENTIAL_PATH, "stairs": STAIRS_PATH, "health": HEALTH_PATH}


def pack_selling(rules: Liquidation, auction: Auction | None) -> Selling:
    """Slices and limits of any format, and the auction's path; of none, the engine's default, which nothing reads."""
    sliced = Selling(
        tranches=rules.tranches,
        target=int(rules.target),
        first_share=fraction(rules.first_share_ppm),
        share_ramp_s=float(rules.share_ramp_s),
        window_s=float(rules.window_s),
        account_window=nearest_quote(rules.account_window_notional),
        market_window=nearest_quote(rules.market_window_notional),
        outstanding=nearest_quote(rules.outstanding_notional),
    )
    if auction is None:
        return sliced
    return sliced._replace(
        path=_PATHS[auction.path],
        stair_s=float(auction.stair_s),
        slow_s=float(auction.slow_s),
        floor_discount=fraction(auction.floor_discount_ppm),
        insolvent_s=float(auction.insolvent_s),
        insolvent_discount=fraction(auction.insolvent_discount_ppm),
        anchored=int(auction.anchored),
        reset_s=float(auction.reset_s),
        reset_drop=fraction(auction.reset_drop_ppm),
        max_resets=auction.max_resets,
        residue=nearest_quote(auction.residue),
    )


def pack_bidding(rules: Keepers) -> Bidding:
    """Bonds, penalties and rewards of keepers."""
    return Bidding(
        bond_share=fraction(rules.bond_ppm),
        settle_s=float(rules.settle_s),
        no_show_penalty=fraction(rules.no_show_penalty_ppm),
        late_penalty=fraction(rules.late_penalty_ppm),
        exclusion_s=float(rules.exclusion_s),
        own_accounts=int(rules.own_accounts),
        reward_flat=nearest_quote(rules.reward_flat),
        reward_share=fraction(rules.reward_ppm),
        gas_margin=fraction(rules.gas_margin_ppm),
        reward_cap=nearest_quote(rules.reward_cap),
    )


def pack_dampers(rules: Liquidation, withdrawals: Withdrawals, sequencer: Sequencer) -> Dampers:
    """Cooldown, circuit breaker, what holds withdrawals, and grace after an outage."""
    breaker = rules.breaker
    return Dampers(
        cooldown_s=float(rules.cooldown_s),
        breaker_move=fraction(breaker.move_ppm),
        breaker_window_s=float(breaker.window_s),
        breaker_volume=nearest_quote(breaker.volume),
        breaker_halt_s=float(breaker.halt_s),
        breaker_override=fraction(breaker.override_ppm),
        gate_s=float(withdrawals.gate_s),
        guard=int(withdrawals.guard),
        throttle=fraction(withdrawals.throttle_ppm_per_hour),
        gate_outage_s=float(withdrawals.gate_outage_s),
        grace_s=float(sequencer.grace_s),
        grace_override=fraction(sequencer.override_ppm),
    )
