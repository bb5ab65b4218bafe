"""Who bears what a liquidated account cannot pay, layer by layer."""

from typing import Annotated, Literal

from pydantic import model_validator

from govtool.protocol.declare import Group, number, other
from govtool.units import PPM

LAYERS = ("insurance", "voluntary", "adl", "funding", "exit")
"""Every layer, in the order of the engine's codes, which begin at 1."""


class LossSharing(Group):
    """The waterfall of losses. Left out, it is dYdX v4's: the insurance pool, then auto-deleveraging.

    insurance: the pool. voluntary: accounts that opted in. adl: opposite positions, where `deleveraging.enabled`.
    funding: everyone in the market, by size. exit: those who withdraw later. What no layer pays is bad debt.
    """

    waterfall: Annotated[
        str,
        other(
            "text",
            meaning="Layers that pay, in order: some of insurance, voluntary, adl, funding, exit; empty for none.",
        ),
    ] = "insurance adl"
    share_cap_ppm: Annotated[
        int,
        number(
            unit="ppm of equity",
            low=0,
            high=PPM,
            step=10_000,
            meaning="Most that an opted-in account gives of its equity.",
        ),
    ] = 0
    premium_share_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=PPM,
            step=10_000,
            meaning="Share of the treasury's part of fees that opted-in accounts receive.",
        ),
    ] = 0
    adl_order: Annotated[
        Literal["random", "profit", "pro-rata"],
        other("enum", meaning="Whose positions are closed first: chance, profit times leverage, or all in proportion."),
    ] = "random"

    @model_validator(mode="after")
    def _layers_in_order(self) -> "LossSharing":
        layers = self.layers()
        for place, layer in enumerate(layers):
            if layer not in LAYERS:
                raise ValueError(f'waterfall names "{layer}", which is no layer; use some of {", ".join(LAYERS)}')
            if layer in layers[:place]:
                raise ValueError(f'waterfall = "{self.waterfall}" names {layer} twice; name each layer once')
        if self.waterfall != " ".join(layers):
            raise ValueError(f'waterfall = "{self.waterfall}" has stray blanks; separate layers by one blank each')
        if "exit" in layers[:-1]:
            raise ValueError(f'waterfall = "{self.waterfall}" has layers after exit, which takes all; put it last')
        return self

    @model_validator(mode="after")
    def _premium_buys_a_promise(self) -> "LossSharing":
        if self.premium_share_ppm and not (self.share_cap_ppm and "voluntary" in self.layers()):
            raise ValueError(
                f"premium_share_ppm = {self.premium_share_ppm} pays accounts that bear no loss; add voluntary to the"
                " waterfall and set share_cap_ppm above 0, or set the premium to 0"
            )
        return self

    def layers(self) -> tuple[str, ...]:
        """Names of the layers in order."""
        return tuple(self.waterfall.split())
