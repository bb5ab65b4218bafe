"""Deleveraging: a position is closed against one on the other side, at bankruptcy or oracle price.

Source: github.com/dydxprotocol/v4-chain at 84d4664, protocol/x/clob/keeper/deleveraging.go.
"""

from dataclasses import dataclass
from typing import Literal

from govtool.protocol.dydx_v4.liquidation import bankruptcy_price, refuse_bad_delta
from govtool.protocol.dydx_v4.margin import (
    Perpetuals,
    account_risk,
    notional,
    undercollateralized_transition,
)
from govtool.protocol.dydx_v4.state import Account, ChainRefusal

Mode = Literal["bankruptcy", "oracle"]


@dataclass(frozen=True)
class Deleveraged:
    """What a deleveraging leaves: quote that the liquidated account receives, and both accounts after."""

    delta_quote: int
    liquidated: Account
    offsetting: Account


def deleverage(
    liquidated: Account,
    offsetting: Account,
    perpetuals: Perpetuals,
    perp: int,
    delta_base: int,
    mode: Mode = "bankruptcy",
) -> Deleveraged:
    """Move delta_base from the offsetting account to the liquidated one.

    Source: ProcessDeleveraging. Both accounts must pass the rule for changes that leave them below initial
    margin, else code "rejected"; a size that does not shrink both positions is "invalid_delta".
    """
    refuse_bad_delta(liquidated.position(perp).base_quantums, delta_base)
    refuse_bad_delta(offsetting.position(perp).base_quantums, -delta_base)
    if mode == "bankruptcy":
        delta_quote = bankruptcy_price(liquidated, perpetuals, perp, delta_base)
    else:
        delta_quote = notional(perpetuals[perp], -delta_base)
    result = Deleveraged(
        delta_quote=delta_quote,
        liquidated=liquidated.after(perp, delta_base, delta_quote),
        offsetting=offsetting.after(perp, -delta_base, -delta_quote),
    )
    _refuse_riskier(liquidated, result.liquidated, perpetuals)
    _refuse_riskier(offsetting, result.offsetting, perpetuals)
    return result


def _refuse_riskier(before: Account, after: Account, perpetuals: Perpetuals) -> None:
    new = account_risk(after, perpetuals)
    if new.net_collateral >= new.initial_margin:
        return
    verdict = undercollateralized_transition(account_risk(before, perpetuals), new)
    if verdict != "success":
        raise ChainRefusal("rejected", f"an account would end {verdict}; the pair is skipped")
