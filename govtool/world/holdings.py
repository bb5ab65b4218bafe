"""What may be held beside perpetuals, and doubt about prices: options listed, assets, and how pegs fail."""

from typing import Annotated

from pydantic import Field, model_validator

from govtool.world.declare import Group, stated


class Depeg(Group):
    """A price that falls from its peg at once and comes back with a half-life; never, at a depth of 0."""

    start_h: float = stated(unit="h", meaning="When it falls, from the start of the window.", ge=0, default=0.0)
    depth: float = stated(unit="fraction of the peg", meaning="How far.", ge=0, lt=1, default=0.0)
    half_life_h: float = stated(unit="h", meaning="Time in which half of that is made good.", gt=0, default=24.0)


SAME = "same"
"""An asset that follows the market of its own name, if there is one."""


class Asset(Group):
    """A collateral asset in the world: how its price stands to its market, or to the settlement token."""

    market: str = stated(
        unit="name",
        meaning='Market whose price it follows; its own name if that is replayed and nothing is said, "" for none.',
        default=SAME,
    )
    ratio: float = stated(unit="price of its market", meaning="What one coin is worth beside it.", gt=0, default=1.0)
    half_spread: float = stated(
        unit="fraction of price", meaning="Half the bid-ask spread at which it sells.", ge=0, le=0.1, default=0.001
    )
    depeg: Depeg = Depeg()


Multiples = Annotated[tuple[Annotated[float, Field(gt=0, le=10)], ...], Field(strict=False, min_length=1)]
Hours = Annotated[tuple[Annotated[float, Field(gt=0, le=10_000)], ...], Field(strict=False, min_length=1)]


class Listed(Group):
    """Options listed on every market of a window: a call and a put at each strike and expiry."""

    expiries_h: Hours = stated(unit="h", meaning="Expiries, from the start of the window: in its future.")
    strikes: Multiples = stated(unit="opening price", meaning="Strikes.")
    half_spread: float = stated(
        unit="fraction of the underlying's price", meaning="Half the bid-ask spread of a quote.", ge=0, le=0.1
    )
    tick: float = stated(unit="fraction of the strike", meaning="Grid that quotes are rounded to.", gt=0, le=0.01)

    @model_validator(mode="after")
    def _once_each(self) -> "Listed":
        for name, values in (("expiries_h", self.expiries_h), ("strikes", self.strikes)):
            if len(set(values)) < len(values):
                raise ValueError(f"{name} = {list(values)} names one twice; name each once")
        return self


class Doubt(Group):
    """Doubtful data: confidence in an oracle falls with the last hour's range; the settlement token may de-peg."""

    per_range: float = stated(
        unit="per relative range of the hour before",
        meaning="Confidence lost: 5 means that a range of 10 % halves it.",
        ge=0,
        le=100,
        default=0.0,
    )
    settlement: Depeg = Depeg()
