"""The world: everything a replay needs that governance does not set."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from govtool.units import SECONDS_PER_HOUR
from govtool.world.attacks import Attack
from govtool.world.chain import Bridge, Chain
from govtool.world.declare import Group, stated
from govtool.world.holdings import Asset, Doubt, Listed
from govtool.world.keepers import Keeper, Staker
from govtool.world.liquidity import SHARES_SUM, Liquidity
from govtool.world.sources import Source
from govtool.world.traders import Habits, Population

FORMAT = "govtool/world@1"


class Scale(Group):
    """How large the venue is. The same in every window, for a protocol's pool and caps are today's."""

    daily_volume: float = stated(
        unit="quote",
        meaning="Daily volume of the venue; markets share it as their lagged 30-day median volumes do.",
        source="dYdX v4, spring 2025: 200 M a day (docs/calibration.md)",
        gt=0,
        le=1e12,
    )
    open_interest: float = stated(
        unit="multiple of the venue's daily volume",
        meaning="One-sided open interest at the opening, before initial margin clips it.",
        source="dYdX v4, spring 2025: 175 M on 200 M a day (docs/calibration.md)",
        gt=0,
        le=20,
    )


class World(Group):
    """One world file. A field with a default may be left out: it then changes nothing."""

    format: Literal["govtool/world@1"]
    name: str = stated(unit="text", meaning="Name in reports.", min_length=1)
    step_s: int = stated(
        unit="s", meaning="Length of a tick; divides an hour and the bars that are replayed.", ge=1, le=3_600
    )
    population: Population
    habits: Habits
    keepers: Annotated[tuple[Keeper, ...], Field(strict=False)]
    stakers: Annotated[tuple[Staker, ...], Field(strict=False)] = ()
    liquidity: Liquidity
    scale: Scale
    chain: Chain
    bridge: Bridge = Bridge()
    sources: Annotated[tuple[Source, ...], Field(strict=False)] = stated(
        unit="list", meaning="Sources of the oracle; none: it hears the index itself.", default=()
    )
    attacks: Annotated[tuple[Attack, ...], Field(strict=False)] = stated(
        unit="list", meaning="What is done on purpose.", default=()
    )
    assets: dict[str, Asset] = stated(
        unit="groups", meaning="Collateral assets whose price or spread is another than plain.", default_factory=dict
    )
    options: Listed | None = None
    doubt: Doubt = Doubt()

    @model_validator(mode="after")
    def _step_divides_hour(self) -> "World":
        if SECONDS_PER_HOUR % self.step_s:
            raise ValueError(f"step_s = {self.step_s} does not divide an hour; choose a divisor, such as 15")
        return self

    @model_validator(mode="after")
    def _nothing_is_owned_twice(self) -> "World":
        for what, total in (
            ("owns of all keepers", sum(keeper.owns for keeper in self.keepers)),
            ("share of all stakers", sum(staker.share for staker in self.stakers)),
        ):
            if total > 1 + SHARES_SUM:
                raise ValueError(f"{what} sums to {total:.6g}; together at most 1")
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> "World":
        for what, parts in (
            ("keepers", self.keepers),
            ("sources", self.sources),
            ("liquidity.elsewhere", self.liquidity.elsewhere),
        ):
            names = [part.name for part in parts]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} names {twice[0]!r} twice; give each a name of its own")
        return self

    @model_validator(mode="after")
    def _options_are_listed(self) -> "World":
        for name, kind in self.population.kinds.items():
            if (kind.calls or kind.puts) and self.options is None:
                raise ValueError(
                    f"population.kinds.{name} trades options and none are listed; add the table [options] or set"
                    " calls and puts to 0"
                )
        return self

    def assets_held(self) -> tuple[str, ...]:
        """Every asset that some kind brings or borrows, by name."""
        kinds = self.population.kinds.values()
        return tuple(sorted({name for kind in kinds for name in (*kind.collateral, *kind.borrows)}))
