"""The insurance pool and who bears what it does not, as the engine reads them."""

import numpy as np

from govtool.engine.terms import LAYERS as LAYER_COUNT
from govtool.engine.terms import PRO_RATA, PROFIT_ORDER, RANDOM_ORDER, Pool, Sharing
from govtool.protocol.model import Insurance, LossSharing, Market
from govtool.protocol.model.loss_sharing import LAYERS
from govtool.units import SECONDS_PER_HOUR, SECONDS_PER_YEAR, fraction, nearest_quote

HOURS_PER_YEAR = SECONDS_PER_YEAR // SECONDS_PER_HOUR

_ORDERS = {"random": RANDOM_ORDER, "profit": PROFIT_ORDER, "pro-rata": PRO_RATA}


def pack_pool(rules: Insurance, held: list[Market]) -> Pool:
    """The pool for these markets. What the treasury sends in a year comes in equal hourly parts, rounded down."""
    advance = rules.advance
    return Pool(
        day_insurance=rules.daily_payout_cap,
        pool_target=rules.target,
        treasury_per_hour=rules.treasury_transfer_per_year // HOURS_PER_YEAR,
        stake_cooldown_s=float(rules.stake_cooldown_s),
        stake_yield=fraction(rules.stake_yield_ppm),
        advance_trigger=fraction(advance.trigger_ppm),
        advance_target=fraction(advance.target_ppm),
        advance_account=nearest_quote(advance.account_cap),
        advance_event=nearest_quote(advance.total_cap),
        advance_fee=fraction(advance.fee_ppm),
        advance_repay=fraction(advance.repay_ppm),
        pool_share=np.array([fraction(market.pool_share_ppm) for market in held], dtype=np.float64),
    )


def pack_sharing(rules: LossSharing) -> Sharing:
    """The waterfall and its terms."""
    return Sharing(
        waterfall=waterfall_code(rules.layers()),
        share_cap=fraction(rules.share_cap_ppm),
        premium_share=fraction(rules.premium_share_ppm),
        adl_order=_ORDERS[rules.adl_order],
    )


def waterfall_code(layers: tuple[str, ...]) -> int:
    """Layers as one integer of base-6 digits, the first one lowest. Example: insurance, adl is 1 + 3 * 6 = 19."""
    code = 0
    for layer in reversed(layers):
        code = code * (LAYER_COUNT + 1) + LAYERS.index(layer) + 1
    return code
