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
from govtool.protocol.model import Auction, Keepers, Liquidation, Withdrawals
from govtool.units import PPM, QUANTUMS_PER_QUOTE

_PATHS = {"linear": LINEAR_PATH, "exponential": EXPONENTIAL_PATH, "stairs": STAIRS_PATH, "health": HEALTH_PATH}


def pack_selling(rules: Liquidation, auction: Auction | None) -> Selling:
    """Slices and limits of any format, and the auction's path; of none, the engine's default, which nothing reads."""
    sliced = Selling(
        tranches=rules.tranches,
        target=int(rules.target),
        first_share=rules.first_share_ppm / PPM,
        share_ramp_s=float(rules.share_ramp_s),
        window_s=float(rules.window_s),
        account_window=rules.account_window_notional / QUANTUMS_PER_QUOTE,
        market_window=rules.market_window_notional / QUANTUMS_PER_QUOTE,
        outstanding=rules.outstanding_notional / QUANTUMS_PER_QUOTE,
    )
    if auction is None:
        return sliced
    return sliced._replace(
        path=_PATHS[auction.path],
        stair_s=float(auction.stair_s),
        slow_s=float(auction.slow_s),
        floor_discount=auction.floor_discount_ppm / PPM,
        insolvent_s=float(auction.insolvent_s),
        insolvent_discount=auction.insolvent_discount_ppm / PPM,
        anchored=int(auction.anchored),
        reset_s=float(auction.reset_s),
        reset_drop=auction.reset_drop_ppm / PPM,
        max_resets=auction.max_resets,
        residue=auction.residue / QUANTUMS_PER_QUOTE,
    )


def pack_bidding(rules: Keepers) -> Bidding:
    """Bonds, penalties and rewards of keepers."""
    return Bidding(
        bond_share=rules.bond_ppm / PPM,
        settle_s=float(rules.settle_s),
        no_show_penalty=rules.no_show_penalty_ppm / PPM,
        late_penalty=rules.late_penalty_ppm / PPM,
        exclusion_s=float(rules.exclusion_s),
        own_accounts=int(rules.own_accounts),
        reward_flat=rules.reward_flat / QUANTUMS_PER_QUOTE,
        reward_share=rules.reward_ppm / PPM,
        gas_margin=rules.gas_margin_ppm / PPM,
        reward_cap=rules.reward_cap / QUANTUMS_PER_QUOTE,
    )


def pack_dampers(rules: Liquidation, withdrawals: Withdrawals) -> Dampers:
    """Cooldown, circuit breaker, and what holds withdrawals."""
    breaker = rules.breaker
    return Dampers(
        cooldown_s=float(rules.cooldown_s),
        breaker_move=breaker.move_ppm / PPM,
        breaker_window_s=float(breaker.window_s),
        breaker_volume=breaker.volume / QUANTUMS_PER_QUOTE,
        breaker_halt_s=float(breaker.halt_s),
        breaker_override=breaker.override_ppm / PPM,
        gate_s=float(withdrawals.gate_s),
        guard=int(withdrawals.guard),
        throttle=withdrawals.throttle_ppm_per_hour / PPM,
    )
