"""The world: everything a replay needs that governance does not set."""

from itertools import accumulate
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from govtool.units import SECONDS_PER_HOUR
from govtool.world.declare import Group, stated
from govtool.world.holdings import Asset, Doubt, Listed
from govtool.world.keepers import Keeper, Staker

FORMAT = "govtool/world@1"

SHARES_SUM = 1e-9
"""How far shares may sum from one: rounding of decimal fractions, nothing else."""

LEVERAGE = "open interest by leverage on Hyperliquid, December 2025 (docs/calibration.md)"
HOLDING = "assumption, above the 7 h in which dYdX v3 turned over, market makers included (docs/calibration.md)"
NODE = "default flag of the dYdX v4 node, protocol/x/clob/flags/flags.go"


Name = Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_-]*\z")]
"""Name of an asset, as protocols write theirs."""


class Kind(Group):
    """One kind of trader. Sizes are relative: each window scales them to its open interest."""

    share: float = stated(unit="fraction of accounts", meaning="How many accounts are of this kind.", gt=0, le=1)
    size: float = stated(unit="relative", meaning="Median equity of an account beside the other kinds.", gt=0)
    size_spread: float = stated(
        unit="standard deviation of the logarithm", meaning="How unequal equities are.", ge=0, le=4
    )
    leverage: float = stated(
        unit="multiple of equity", meaning="Median wished gross leverage.", source=LEVERAGE, gt=0, le=100
    )
    leverage_spread: float = stated(
        unit="standard deviation of the logarithm",
        meaning="How unequal wished leverages are.",
        source=LEVERAGE,
        ge=0,
        le=2,
    )
    leverage_limit: float = stated(
        unit="multiple of equity", meaning="Largest wished leverage.", source=LEVERAGE, gt=0, le=100
    )
    markets: Annotated[tuple[float, float, float], Field(strict=False)] = stated(
        unit="fractions", meaning="Chance of holding one, two and three markets."
    )
    long: float = stated(unit="chance", meaning="Chance that a position is long.", ge=0, le=1)
    hedged: bool = stated(unit="switch", meaning="Whether positions alternate in side, against each other.")
    formed: float = stated(unit="chance", meaning="Chance of being in from the start.", ge=0, le=1)
    enter_h: float = stated(unit="h", meaning="Mean time to the first entry of the others; 0: they never enter.", ge=0)
    hold_h: float = stated(unit="h", meaning="Mean time from entry to a voluntary exit.", source=HOLDING, gt=0)
    idle_h: float = stated(unit="h", meaning="Mean time out before the next entry; 0: never.", ge=0)
    topup_chance: float = stated(unit="chance", meaning="Chance of topping up after a warning.", ge=0, le=1)
    topup_delay_s: float = stated(unit="s", meaning="Mean time from warning to arrival.", gt=0)
    wallet: float = stated(unit="multiple of equity", meaning="Cash at hand outside for top-ups.", ge=0)
    collateral: dict[Name, Annotated[float, Field(ge=0, le=1)]] = stated(
        unit="fraction of equity", meaning="Part brought in each asset; the rest is cash.", default_factory=dict
    )
    borrows: dict[Name, Annotated[float, Field(ge=0, le=1)]] = stated(
        unit="fraction of gross notional", meaning="Assets borrowed and sold, beside positions.", default_factory=dict
    )
    calls: float = stated(
        unit="fraction of gross notional",
        meaning="Calls on the first market, bought, or sold if negative.",
        ge=-1,
        le=1,
        default=0.0,
    )
    puts: float = stated(unit="fraction of gross notional", meaning="Puts, likewise.", ge=-1, le=1, default=0.0)
    opts_in: float = stated(
        unit="chance",
        meaning="Chance of opting into sharing losses of others for a premium.",
        ge=0,
        le=1,
        default=0.0,
    )

    @model_validator(mode="after")
    def _collateral_is_equity(self) -> "Kind":
        total = sum(self.collateral.values())
        if total > 1 + SHARES_SUM:
            raise ValueError(f"collateral sums to {total:.6g} of equity; at most 1 can be brought in assets")
        return self

    @model_validator(mode="after")
    def _positions_are_notional(self) -> "Kind":
        total = sum(self.borrows.values()) + abs(self.calls) + abs(self.puts)
        if total > 1 + SHARES_SUM:
            raise ValueError(f"borrows, calls and puts take {total:.6g} of gross notional; together at most 1")
        return self

    @model_validator(mode="after")
    def _chances_sum(self) -> "Kind":
        if min(self.markets) < 0 or abs(sum(self.markets) - 1) > SHARES_SUM:
            raise ValueError(f"markets = {list(self.markets)} must be three chances that sum to 1")
        return self


class Population(Group):
    """Who trades."""

    accounts: int = stated(unit="accounts", meaning="Accounts in the replay.", ge=1, le=1_000_000)
    snapshot: str = stated(
        unit="file",
        meaning="Table of real accounts beside this file, instead of generated ones; the kinds give their habits.",
        default="",
    )
    short_share: float = stated(
        unit="fraction",
        meaning="Short open interest of accounts beside their long; market makers hold the difference.",
        gt=0,
        le=10,
    )
    kinds: Annotated[dict[str, Kind], Field(min_length=1)]

    @model_validator(mode="after")
    def _shares_sum(self) -> "Population":
        total = list(accumulate(kind.share for kind in self.kinds.values()))[-1]
        if abs(total - 1) > SHARES_SUM:
            raise ValueError(f"the shares of all kinds sum to {total:.6g}, and they must sum to 1")
        return self


class Habits(Group):
    """What all traders have in common."""

    headroom: float = stated(
        unit="fraction of equity", meaning="Most that initial margin may take at entry.", gt=0, le=1
    )
    warning: float = stated(
        unit="multiple of maintenance margin",
        meaning="Health under which a trader thinks of a top-up; at least the protocol's stop.",
        ge=1,
    )
    topup_target: float = stated(unit="multiple of maintenance margin", meaning="Health that a top-up aims at.", ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> "Habits":
        if self.topup_target < self.warning:
            raise ValueError(f"topup_target = {self.topup_target} is below warning = {self.warning}")
        return self


class Liquidity(Group):
    """The market in which liquidated positions are sold."""

    impact: float = stated(
        unit="daily volatilities",
        meaning="Displacement by a trade as large as the venue's daily volume.",
        source="of order one: square-root law, Donier and Bonart 2015 for Bitcoin, arXiv 1412.4503",
        ge=0,
        le=10,
    )
    half_life_s: float = stated(unit="s", meaning="Time after which half a displacement is gone.", gt=0)
    half_spread: float = stated(unit="fraction of price", meaning="Half the bid-ask spread of a market.", ge=0, le=0.1)
    half_spreads: dict[str, Annotated[float, Field(ge=0, le=0.1)]] = stated(
        unit="fraction of price",
        meaning="Markets whose half spread is another, if any.",
        default_factory=dict,
    )
    own_weight: float = stated(
        unit="fraction",
        meaning="Weight of the venue's displacement in the oracle's source; closes the feedback loop.",
        ge=0,
        le=1,
    )
    floor: float = stated(unit="quote", meaning="Displaced volume below this is gone.", ge=0)


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


class Chain(Group):
    """Blocks, and the settings of a node."""

    block_s: float = stated(
        unit="s",
        meaning="Time between blocks.",
        source="1.11 s, dydx.forum thread 3259",
        ge=0.05,
        le=3_600,
    )
    lag_blocks: int = stated(
        unit="blocks",
        meaning="Blocks before a fresh liquidatable account is acted on.",
        source="the liquidation daemon wakes every 1.6 s and trails by a block: client/sub_task_runner.go",
        ge=0,
    )
    max_attempts: int = stated(unit="accounts", meaning="Accounts tried per block.", source=NODE, ge=1, le=1_000_000)
    max_deleverages: int = stated(unit="accounts", meaning="Deleveraged per block.", source=NODE, ge=0, le=1_000_000)
    max_counterparties: int = stated(
        unit="accounts", meaning="Visited per deleveraging.", source=NODE, ge=1, le=1_000_000
    )
    gas: float = stated(unit="quote", meaning="What a transaction costs a keeper.", ge=0, default=0.0)


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
    assets: dict[str, Asset] = stated(
        unit="groups", meaning="Collateral assets whose price or spread is another than plain.", default_factory=dict
    )
    options: Listed | None = None
    doubt: Doubt = Doubt()

    def within(self, folder: Path) -> "World":
        """This world, with the file that it names looked for in a folder."""
        if not self.population.snapshot:
            return self
        beside = str(folder / self.population.snapshot)
        return self.model_copy(update={"population": self.population.model_copy(update={"snapshot": beside})})

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
