"""Who stands ready in a crisis: keepers that take auctions, and stakers behind the insurance pool."""

from typing import Literal

from pydantic import model_validator

from govtool.world.declare import Group, stated


class Keeper(Group):
    """One taker of auctions. It unloads at once; its capital comes back only later."""

    name: str = stated(unit="text", meaning="Name in reports.", min_length=1)
    latency_s: float = stated(unit="s", meaning="Time from the opening of a tranche to its first bid.", gt=0)
    capital: float = stated(unit="fraction of the opening open interest", meaning="What it can hold.", gt=0)
    recycle_s: float = stated(unit="s", meaning="Time until tied capital has come back.", gt=0)
    edge: float = stated(unit="fraction of oracle price", meaning="Profit that it asks for.", ge=0, le=0.5)
    least: float = stated(unit="quote", meaning="Smallest part of a tranche worth a transaction.", ge=0)
    patience: float = stated(
        unit="fraction of oracle price",
        meaning="Further profit that it waits for; one that colludes waits only while among its kind.",
        ge=0,
        le=0.5,
        default=0.0,
    )
    risk: float = stated(
        unit="daily volatilities",
        meaning="Further profit that it asks for holding inventory, twice that with all its capital tied up.",
        ge=0,
        le=10,
        default=0.0,
    )
    cost: float = stated(unit="quote", meaning="What a bid or take costs it beside gas.", ge=0, default=0.0)
    conduct: Literal["honest", "no-show", "late", "self", "collude", "backstop"] = stated(
        unit="word",
        meaning="What it does with what it wins: settle, never settle, settle at the last moment if that pays; or take"
        " only what its owner's accounts lose, or wait together with others of its kind; or be a permissionless pool"
        " that buys what nobody took, at its edge below oracle, and unwinds in its own time.",
        default="honest",
    )
    owns: float = stated(
        unit="fraction of accounts",
        meaning="Accounts whose owner runs it, drawn by chance; they share one owner's luck of exits and top-ups.",
        ge=0,
        le=1,
        default=0.0,
    )

    @model_validator(mode="after")
    def _self_has_accounts(self) -> "Keeper":
        if self.conduct == "self" and self.owns == 0:
            raise ValueError('conduct = "self" with owns = 0 has no accounts to take from; set owns above 0')
        return self


class Staker(Group):
    """One who has put money into the insurance pool and may want it back."""

    share: float = stated(unit="fraction of the opening pool", meaning="What of it is this one's.", gt=0, le=1)
    nerve: float = stated(
        unit="fraction", meaning="Fall of the pool from its peak at which this one asks to leave.", ge=0, le=1
    )
