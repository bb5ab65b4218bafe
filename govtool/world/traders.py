"""Who trades: kinds of traders, what they hold, and what they do when it goes wrong."""

from itertools import accumulate
from typing import Annotated

from pydantic import Field, model_validator

from govtool.world.declare import Group, stated
from govtool.world.liquidity import SHARES_SUM

LEVERAGE = "open interest by leverage on Hyperliquid, December 2025 (docs/calibration.md)"
HOLDING = "assumption, above the 7 h in which dYdX v3 turned over, market makers included (docs/calibration.md)"


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
    nudge_chance: float = stated(
        unit="chance", meaning="Chance of topping up at the venue's nudge.", ge=0, le=1, default=0.0
    )
    cut_chance: float = stated(
        unit="chance", meaning="Chance of reducing positions after a warning.", ge=0, le=1, default=0.0
    )
    cut_share: float = stated(unit="fraction of each position", meaning="What is then closed.", gt=0, le=1, default=0.5)
    stop_loss: float = stated(
        unit="fraction of what was put in",
        meaning="Equity below which a stop order closes all; 0 for none.",
        ge=0,
        lt=1,
        default=0.0,
    )
    take_profit: float = stated(
        unit="multiple of what was put in",
        meaning="Equity at which limit orders close all, above 1; 0 for none.",
        ge=0,
        default=0.0,
    )
    herd: float = stated(unit="chance", meaning="Chance of leaving in a panic.", ge=0, le=1, default=0.0)
    draw_every_h: float = stated(
        unit="h", meaning="Mean time between withdrawals of what is not needed; 0: never.", ge=0, default=0.0
    )
    keep: float = stated(
        unit="multiple of initial margin", meaning="What such a withdrawal leaves.", ge=1, le=1_000, default=2.0
    )

    @model_validator(mode="after")
    def _profit_is_taken_above_cost(self) -> "Kind":
        if 0 < self.take_profit <= 1:
            raise ValueError(
                f"take_profit = {self.take_profit:.6g} closes all at once, for it is no profit; set it above 1, or 0"
            )
        return self

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
    nudge: float = stated(
        unit="multiple of maintenance margin",
        meaning="Health under which the venue warns its traders; 0 for no such nudge.",
        ge=0,
        default=0.0,
    )
    panic_move: float = stated(
        unit="fraction of price",
        meaning="Fall of any market within the window that begins a panic; 0 for never.",
        ge=0,
        lt=1,
        default=0.0,
    )
    panic_window_s: float = stated(unit="s", meaning="Time within which it falls.", gt=0, default=900.0)
    herd_delay_s: float = stated(unit="s", meaning="Mean time from a panic to leaving.", gt=0, default=300.0)
    vol_target: float = stated(
        unit="daily volatility", meaning="Volatility above which sizes shrink; 0: they never do.", ge=0, default=0.0
    )
    fee_elasticity: float = stated(
        unit="exponent",
        meaning="How times in and out grow with the taker fee: by this power of fee / reference.",
        ge=0,
        le=4,
        default=0.0,
    )
    reference_fee: float = stated(
        unit="fraction of notional", meaning="Taker fee at which times are as stated.", gt=0, le=0.1, default=0.0005
    )
    latency_elasticity: float = stated(
        unit="exponent",
        meaning="How reaction and holding times grow with the time between blocks, likewise.",
        ge=0,
        le=4,
        default=0.0,
    )
    reference_block_s: float = stated(
        unit="s", meaning="Time between blocks at which times are as stated.", gt=0, default=1.11
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Habits":
        if self.topup_target < self.warning:
            raise ValueError(f"topup_target = {self.topup_target} is below warning = {self.warning}")
        return self
