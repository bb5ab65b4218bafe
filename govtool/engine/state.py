"""What the engine reads and writes: NamedTuples of arrays and scalars.

Shapes: T ticks, H hours, A accounts, M markets, J instruments (perpetuals, options, assets), K keepers, F funding
times, L lead samples, B blocks of ticks. What governance sets and what is listed is in `govtool.engine.terms`.
Money is int64 quote quantums (1e-6), sizes are int64 base quantums, everything else float64 in quote currency,
fractions of one and seconds. `docs/rules.md` says what each number does.
"""

from typing import Any, NamedTuple

import numpy as np

from govtool.engine.terms import EMPTY, EMPTY_INTS, Floats, Ints

PERPETUAL, OPTION, ASSET = 0, 1, 2
OUT, IN = 0, 1
DONE, EVENTS_FULL, SNAPSHOTS_FULL, OVERFLOW = 0, 1, 2, 3
NEVER: Any = np.int64(2**62)
LARGEST = np.int64(2**60)
"""A bucket of cash or a sum of sizes beyond it ends the replay: int64 would wrap in silence soon after."""


class Venue(NamedTuple):
    """What the world fixes about trading and block production."""

    half_spread: Floats  # (M,) fraction of price
    own_weight: Floats  # (M,) weight of this venue's displacement in the oracle's source
    decay: float  # of displaced volume per tick
    floor_x: float  # quote; displaced volume below it is zero
    step_s: float  # seconds per tick
    ticks_per_hour: int
    block_ticks: int  # ticks per skipping block; divides ticks_per_hour
    blocks: int  # chain blocks per tick
    lag_blocks: int  # blocks before a fresh flag is acted on
    max_attempts: int  # accounts tried per block
    max_deleverages: int  # per block
    max_counterparties: int  # visited per deleveraging
    sample_ticks: int  # ticks between rows of Trace.columns


class Keepers(NamedTuple):
    """Keepers, sorted by latency."""

    latency: Ints  # (K,) ticks after the opening of a tranche, >= 1
    capital: Floats  # (K,) quote
    refill: Floats  # (K,) quote of tied capital that comes back per tick
    edge: Floats  # (K,) required profit, fraction of the oracle price
    least: Floats  # (K,) quote; smallest part of a tranche worth a transaction


class Feed(NamedTuple):
    """The past and the world as columns, the same for every protocol."""

    index: Floats  # type: ignore[assignment]  # (T, M) price at the end of each tick
    slope: Floats  # (H, M) displacement per square root of displaced quote volume
    lead_s: Floats  # (L,) seconds before the window, negative, ascending
    lead_price: Floats  # (L, M)
    funding_tick: Ints  # (F,) ascending
    funding_rate: Floats  # (F, M) per 8 h
    funding_share: float  # funding interval as a share of 8 h
    low: Floats  # (B, M) lowest index in a block of ticks
    high: Floats  # (B, M)


class Crowd(NamedTuple):
    """The population's plans."""

    equity: Ints  # (A,) quantums deposited at entry
    leverage: Floats  # (A,) wished gross leverage
    share: Floats  # (A, J) signed share of gross notional per instrument
    enters: Ints  # (A,) tick of the first entry; 0 is in from the start, negative never
    hold: Floats  # (A,) mean ticks in
    idle: Floats  # (A,) mean ticks out; 0: never comes back
    topup_chance: Floats  # (A,)
    topup_delay: Floats  # (A,) mean ticks
    wallet: Ints  # (A,) quantums at hand outside for top-ups
    headroom: float  # share of equity that initial margin may take at entry
    warning: float  # health E / MM under which a trader thinks of a top-up, >= restore
    topup_target: float  # health a top-up aims at, >= warning
    deposit: Floats = EMPTY  # (A, S) share of equity brought in each asset; empty for none
    owner: Ints = EMPTY_INTS  # (A,) who draws the luck of waits and top-ups; empty for each its own
    opening: Floats = np.zeros((0, 0))  # (A, J) coins of a snapshot; `equity` is then cash; empty for the wish


class Books(NamedTuple):
    """How a replay ends."""

    cash: Ints  # (A,)
    size: Ints  # (A, J)
    status: Ints  # (A,) OUT or IN
    flag: Ints  # (A,) tick found below maintenance, -1 if not
    wallet: Ints  # (A,) left outside for top-ups
    market_size: Ints  # (J,) what the outside world holds of each instrument
    oracle: Floats  # (M,)
    volume: Floats  # (M,) displaced quote volume X
    factor: Floats  # (H, M) volatility factor on the weights
    keeper_cash: Ints  # (K,)
    tills: Ints  # (TILLS,)
    gauges: Floats  # (GAUGES,)


def codes(count: int, first: int = 0) -> list[Any]:
    """Numbers as NumPy integers: numba compiles a kernel anew for each literal int that it is called with."""
    return [np.int64(first + k) for k in range(count)]


NONE: int = codes(1, -1)[0]
"""No market, account or keeper."""

NIL: int = codes(1)[0]
"""No money, no size, no index."""

# Positions in Books.tills: buckets of cash first, then counters of flows, all in quantums unless named.
TRADERS, KEEPERS, INSURANCE, TREASURY, MARKET, WALLETS, BAD_DEBT, LENDERS = codes(8)
BUCKETS = 8
(
    OPENING,
    POOL_LOW,
    POOL_IN,
    POOL_OUT,
    TRADE_FEES,
    LIQUIDATION_FEES,
    TOPUPS,
    RESIDUAL,
    EVENT_COUNT,
    SHOT_COUNT,
) = codes(10, 8)
TILLS = 18

# Positions in Books.gauges.
OI_SECONDS, COLLATERAL_SECONDS, UNDER_SECONDS, LIQUIDATED, COST, EXCESS, HAIRCUT, ADL_NOTIONAL, FLAGGED = codes(9)
PEG: int = codes(1, 9)[0]
"""Not a sum, but the price of the settlement token in this tick."""
GAUGES = 10


class Trace(NamedTuple):
    """What a replay writes beside the books. Full buffers end it with a status."""

    whole: Ints  # (events, 9): tick kind account market other size quote fee fund
    real: Floats  # (events, 3): price equity maintenance
    shot: Ints  # (snapshots, 3 + J): tick account cash, then sizes
    path: Floats  # (T, M) posted oracle price
    columns: Floats  # (samples, 6): pool, open interest, collateral, liquidated, bad debt, flagged


class State(NamedTuple):
    """Everything that changes during a replay, packed in rows so that kernels pass few pointers."""

    accounts: np.recarray  # (A,) ACCOUNT
    size: Ints  # (A, J) quantums
    plans: Floats  # (A, J + S): shares of notional, then deposits; J more with the coins of a snapshot
    markets: np.recarray  # (M,) MARKET_ROW
    lots: np.recarray  # (J,) INSTRUMENT
    keepers: np.recarray  # (K,) KEEPER
    tills: Ints
    gauges: Floats
    scan: Any  # (3 + O, G + 2): scenarios, and the value of each option per coin in them and off basis; or None


class Beside(NamedTuple):
    """Columns of options and assets."""

    volatility: Floats  # (H, O)
    summed: Floats  # (T, M) running sum of the index
    ratio: Floats  # (T, S)
    ratio_low: Floats  # (B, S)
    ratio_high: Floats  # (B, S)


class Tape(NamedTuple):
    """Columns per tick, hour, block and funding time, and the per-tick output."""

    index: Floats  # type: ignore[assignment]
    slope: Floats
    low: Floats
    high: Floats
    factor: Floats  # (H, 2 M): of volatility, then confidence
    peg: Floats  # (T,)
    beside: Any  # Beside, or None in a plain world
    funding_tick: Ints
    funding_rate: Floats
    path: Floats
    columns: Floats


class Log(NamedTuple):
    """The event log and the snapshots."""

    whole: Ints
    real: Floats
    shot: Ints


Rules = Any
"""One record of every scalar of Terms, Venue, Feed and Crowd, and the seed (RULES)."""

ACCOUNT = np.dtype(
    [
        (name, np.int64)
        for name in (
            "cash",
            "status",
            "flag",
            "warned",
            "due",
            "arrives",
            "tranche",
            "left",
            "opened",
            "wake",
        )
    ]
    + [(name, np.int64) for name in ("wallet", "equity", "enters", "owner")]
    + [(name, np.float64) for name in ("leverage", "hold", "idle", "topup_chance", "topup_delay")]
)
"""One account: what changes, then its plans. `flag`: tick found below maintenance, -1 if not; `due`: tick of the next
entry or exit; `arrives`: tick of a top-up, -1 if none; `tranche`: market under auction, -1 if none, with `left` base
quantums still open since tick `opened`; `wake`: next tick at which something may happen."""

MARKET_ROW = np.dtype(
    [("posted", np.int64)]
    + [(name, np.float64) for name in ("oracle", "index", "slope", "volume", "band", "initial", "maintenance")]
    + [(name, np.float64) for name in ("factor", "confidence", "initial_before", "maintenance_before")]
    + [(name, np.float64) for name in ("initial_weight", "maintenance_weight", "oi_lower", "oi_upper")]
    + [(name, np.float64) for name in ("curve_initial", "curve_maintenance", "base_margin", "range")]
    + [(name, np.float64) for name in ("deviation", "funding_clamp", "own_weight")]
)
"""One market: what changes (`index`, `slope`, `initial`, `maintenance`, `factor` are those of this tick; `volume` is X;
`band` is the displacement that the skipping bounds allow for), then its terms and venue."""

INSTRUMENT = np.dtype(
    [(name, np.int64) for name in ("kind", "market", "step", "gross", "outside", "held", "borrowed")]
    + [(name, np.int64) for name in ("call", "expiry", "window", "first", "end")]
    + [(name, np.float64) for name in ("unit", "spread", "strike", "tick", "mark", "fair", "basis", "delta", "slow")]
    + [(name, np.float64) for name in ("volatility", "tau", "forward", "fixed", "moving")]
    + [(name, np.float64) for name in ("asset_initial", "asset_maintenance", "asset_curve", "asset_worst")]
    + [(name, np.float64) for name in ("liability_initial", "liability_maintenance", "asset_scale")]
    + [(name, np.float64) for name in ("liability_scale", "asset_cap", "asset_hedges", "borrow_rate")]
    + [("memory", np.float64, 28)]
)
"""One instrument. `held`, `borrowed` and `gross` are sums over accounts of sizes above zero, below, and of both;
`forward` of an option is `fixed + moving * price`, and its expiry the rows from `first` to `end`; `slow` is the other
price of the initial tier, `memory` that of a stable price."""

KEEPER = np.dtype(
    [("cash", np.int64), ("touched", np.int64), ("latency", np.int64)]
    + [(name, np.float64) for name in ("have", "capital", "refill", "edge", "least")]
)
"""One keeper: profit so far, free capital and when it was last reckoned, then its traits."""


(
    ENTER,
    TRADE,
    TOPUP,
    FUNDING,
    FLAG,
    RECOVER,
    FILL,
    OPEN,
    TAKE,
    UNFILLED,
    DELEVERAGE,
    COVER,
    BAD_DEBT_EVENT,
    RETIRE,
    CLOSE,
    ENDED,
    EXPIRE,
    DEPOSIT,
    INTEREST,
) = codes(19)

EVENT_NAMES = (
    "ENTER",
    "TRADE",
    "TOPUP",
    "FUNDING",
    "FLAG",
    "RECOVER",
    "FILL",
    "OPEN",
    "TAKE",
    "UNFILLED",
    "DELEVERAGE",
    "COVER",
    "BAD_DEBT",
    "RETIRE",
    "CLOSE",
    "ENDED",
    "EXPIRE",
    "DEPOSIT",
    "INTEREST",
)
