"""Attacks as events of a scenario: what someone does on purpose, and when."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from govtool.world.declare import Group, stated


class _Timed(Group):
    start_h: float = stated(unit="h", meaning="When it begins, from the start of the window.", ge=0)
    length_s: float = stated(unit="s", meaning="How long it lasts.", gt=0)


class Push(_Timed):
    """A source of the oracle is traded away from the market. What that costs is said in scenario/attack_cost.py."""

    kind: Literal["push"]
    market: str = stated(unit="name", meaning="Market whose price is pushed.", min_length=1)
    sources: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = stated(
        unit="names", meaning="Sources that are pushed."
    )
    by: float = stated(unit="fraction of price", meaning="How far, up if positive.", gt=-1, le=100)


class Silence(_Timed):
    """Sources fall silent: a stale feed."""

    kind: Literal["silence"]
    market: str = stated(unit="name", meaning='Market whose feed it is; "" for all.', default="")
    sources: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = stated(
        unit="names", meaning="Sources that say nothing."
    )


class Spoof(_Timed):
    """Orders that are never filled make the book look deeper than it is."""

    kind: Literal["spoof"]
    market: str = stated(unit="name", meaning='Market; "" for all.', default="")
    shown: float = stated(unit="multiple of depth", meaning="Depth that keepers believe in.", ge=1, le=10_000)


class ChainDown(_Timed):
    """The sequencer stops, at an hour of somebody's choosing."""

    kind: Literal["sequencer"]


class BridgeDown(_Timed):
    """The bridge stops."""

    kind: Literal["bridge"]


class Integrity(Group):
    """A bridge turns out not to hold what it issued: bridged collateral is re-priced to a fraction."""

    kind: Literal["integrity"]
    start_h: float = stated(unit="h", meaning="When it is known, from the start of the window.", ge=0)
    asset: str = stated(unit="name", meaning="Bridged asset.", min_length=1)
    keeps: float = stated(unit="fraction", meaning="What of its value is left.", ge=0.001, le=1)


class Collusion(Group):
    """Keepers agree to wait for more while nobody else may act."""

    kind: Literal["collusion"]
    keepers: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = stated(
        unit="names", meaning="Keepers that collude."
    )
    patience: float = stated(unit="fraction of oracle price", meaning="Further profit they wait for.", ge=0, le=0.5)


class Position(Group):
    """The attacker's own account: it comes in, waits, takes out what its margin allows, and lets the rest go.

    With `liquidates`, a keeper of its own takes what the account loses.
    """

    kind: Literal["position"]
    market: str = stated(unit="name", meaning="Market that it trades.", min_length=1)
    side: Literal["long", "short"] = stated(unit="word", meaning="On which side.")
    equity: float = stated(unit="quote", meaning="What it brings.", gt=0, le=1e12)
    leverage: float = stated(unit="multiple of equity", meaning="Notional that it takes.", gt=0, le=1_000)
    enters_h: float = stated(unit="h", meaning="When it comes in; 0 is before the window.", ge=0)
    draws_h: float = stated(
        unit="h", meaning="When it withdraws all that initial margin does not hold; 0 for never.", ge=0, default=0.0
    )
    leaves_h: float = stated(
        unit="h", meaning="When it closes and leaves; 0 for not within the window.", ge=0, default=0.0
    )
    wallets: int = stated(unit="accounts", meaning="Accounts that it is split over.", ge=1, le=1_000, default=1)
    liquidates: bool = stated(unit="switch", meaning="Whether it has a keeper of its own.", default=False)

    @model_validator(mode="after")
    def _in_order(self) -> "Position":
        for name, value in (("draws_h", self.draws_h), ("leaves_h", self.leaves_h)):
            if 0 < value <= self.enters_h:
                raise ValueError(f"{name} = {value:g} is not after enters_h = {self.enters_h:g}")
        return self


Attack = Annotated[
    Push | Silence | Spoof | ChainDown | BridgeDown | Integrity | Collusion | Position, Field(discriminator="kind")
]
