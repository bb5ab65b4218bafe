"""Published figures of real venues and chains, each with its source, that a world is set beside or set to."""

from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from govtool.files import toml_of
from govtool.world.declare import Group
from govtool.world.read import model_of

FORMAT = "govtool/figures@1"

QUANTITIES: dict[str, str] = {
    "open_interest_usd": "one-sided open interest",
    "open_interest_per_daily_volume": "open interest / daily volume",
    "open_interest_per_collateral": "open interest / collateral of traders",
    "leverage_mean": "gross notional / collateral of traders",
    "leverage_p90": "leverage that 90 % of notional is held below",
    "leverage_to_3x_share": "notional held at up to 3x",
    "leverage_3x_to_7x_share": "notional held at 3x to 7x",
    "leverage_above_7x_share": "notional held above 7x",
    "largest_account_share": "notional of the largest account",
    "pool_usd": "insurance pool",
    "pool_per_open_interest": "insurance pool / open interest",
    "fund_income_per_liquidated": "liquidation fees to the pool / liquidated size",
    "liquidated_share": "liquidated size / open interest at the start",
    "deleveraged_share": "deleveraged size / open interest at the start",
}
"""What can be set beside each other, in the order of tables."""

SETTINGS: dict[str, str] = {
    "block_s": "time between blocks",
    "outage_s": "length of one outage of a chain",
    "outages_per_year": "outages of a chain / years",
    "forced_s": "time until a transaction is included by force",
    "withdrawal_s": "time that a withdrawal to another chain takes",
    "bridge_s": "time that a deposit from another chain takes",
    "fast_transfer_s": "the same for a fee",
    "fast_transfer_fee": "that fee / amount",
    "fast_transfer_usd": "what can be under way so at a time",
    "transaction_usd": "cost of a transaction",
    "depth_left": "depth of order books in a crisis / before",
    "volume_share": "volume of a venue / of all",
    "oracle_sources": "venues that an oracle hears",
    "fee_elasticity": "relative fall of volume / relative rise of its cost",
    "panic_share": "holders who sold all / holders",
    "loss_per_gain": "average loss of a trade / average gain",
}
"""What shipped worlds are set to (their tables `origins`), in the order of tables; a replay does not measure it."""


class Figure(Group):
    """One published number: as stated by its source, or the quotient that `how` writes out."""

    quantity: str
    venue: str
    when: str
    value: float
    how: str
    source: str


class Figures(Group):
    """Content of figures.toml."""

    format: Literal["govtool/figures@1"]
    figures: Annotated[tuple[Figure, ...], Field(strict=False)]


def public_figures() -> tuple[Figure, ...]:
    """Published figures that a replay is set beside, in the order of QUANTITIES."""
    return _figures(list(QUANTITIES))


def settings_figures() -> tuple[Figure, ...]:
    """Published figures that worlds are set to, in the order of SETTINGS."""
    return _figures(list(SETTINGS))


def _figures(order: list[str]) -> tuple[Figure, ...]:
    text = (files("govtool.world") / "figures.toml").read_text(encoding="utf-8")
    found = model_of(Figures, toml_of(text, "figures.toml"), FORMAT, "figures.toml").figures
    chosen = [figure for figure in found if figure.quantity in order]
    return tuple(sorted(chosen, key=lambda figure: order.index(figure.quantity)))
