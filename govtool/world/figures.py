"""Published figures of real venues, each with its source, that a world is set beside."""

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
    """Every published figure that ships with govtool, in the order of QUANTITIES."""
    text = (files("govtool.world") / "figures.toml").read_text(encoding="utf-8")
    found = model_of(Figures, toml_of(text, "figures.toml"), FORMAT, "figures.toml").figures
    order = list(QUANTITIES)
    return tuple(sorted(found, key=lambda figure: order.index(figure.quantity)))
