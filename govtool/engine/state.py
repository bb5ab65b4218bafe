"""What the engine reads and writes: NamedTuples of arrays and scalars.

Shapes: T ticks, H hours, A accounts, M markets, J instruments (perpetuals, options, assets), K keepers, F funding
times, L lead samples, B blocks of ticks. What governance sets and what is listed is in `govtool.engine.terms`.
Money is int64 quote quantums (1e-6), sizes are int64 base quantums, everything else float64 in quote currency,
fractions of one and seconds. `docs/rules.md` says what each number does.
"""

from typing import Any, NamedTuple

import numpy as np

from govtool.engine.terms import EMPTY, EMPTY_INTS, Floats, Ints


class Passage(NamedTuple):
    """How long money is under way between an account and its owner's wallet, and what that costs."""

    batch_ticks: int = 1  # between batches of the L2
    proof_lag: int = 0  # ticks until a withdrawal is proven
    dispute_chance: float = 0.0  # that it is disputed
    dispute_lag: int = 0  # ticks that this adds
    bridge_lag: int = 0  # ticks of a top-up
    bridge_fee: float = 0.0
    bridge_capacity: float = 0.0  # quote per hour; 0 for no limit
    channel_capacity: float = 0.0  # quote; withdrawals that need not wait for the proof; 0 for no channel
    channel_refill_s: float = 3600.0  # in which used capacity comes back
    channel_fee: float = 0.0
    channel_lag: int = 0  # ticks


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
    gas: float = 0.0  # quote per transaction of a keeper
    ordering: int = 0  # FIRST_COME_ORDER, PRIORITY_ORDER or PRIVATE_ORDER among keepers
    priority_share: float = 0.0  # of a take's gain paid for its place (PRIORITY_ORDER)
    frontrun: float = 0.0  # quote that a searcher trades before a keeper unloads; 0 for none
    passage: Passage = Passage()


class Keepers(NamedTuple):
    """Keepers, sorted by latency."""

    latency: Ints  # (K,) ticks after the opening of a tranche, >= 1
    capital: Floats  # (K,) quote
    refill: Floats  # (K,) quote of tied capital that comes back per tick
    edge: Floats  # (K,) required profit, fraction of the oracle price
    least: Floats  # (K,) quote; smallest part of a tranche worth a transaction
    patience: Floats = EMPTY  # (K,) further edge it waits for; of COLLUDE, only while among its kind
    risk: Floats = EMPTY  # (K,) further edge per daily volatility, twice that with all capital tied up
    cost: Floats = EMPTY  # (K,) quote per bid or take beside gas
    conduct: Ints = EMPTY_INTS  # (K,) HONEST, NO_SHOW, LATE, SELF, COLLUDE or BACKSTOP
    keeper_owner: Ints = EMPTY_INTS  # (K,) owner of accounts whose keeper it is, -1 for none; empty for none


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
    sigma: Floats = np.zeros((0, 0))  # (H, M) daily volatility as keepers see it; empty for zeros


class Habits(NamedTuple):
    """What traders do beside coming, topping up and leaving. An empty array is zeros: nobody does it."""

    leaves: Ints = EMPTY_INTS  # (A,) tick at which one that came in before it leaves; 0: drawn from `hold`
    nudge_chance: Floats = EMPTY  # (A,) of a top-up at the nudge
    cut_chance: Floats = EMPTY  # (A,) of reducing after a warning
    cut_share: Floats = EMPTY  # (A,) of each position
    stop_loss: Floats = EMPTY  # (A,) share of what was put in below which all is closed; 0 for none
    take_profit: Floats = EMPTY  # (A,) multiple of it at which all is closed; 0 for none
    herd: Floats = EMPTY  # (A,) chance of leaving in a panic
    draws: Ints = EMPTY_INTS  # (A,) tick of the first withdrawal of what is not needed; 0: never
    draw_every: Floats = EMPTY  # (A,) mean ticks to the next; 0: no other
    keep: Floats = EMPTY  # (A,) multiple of initial margin that a withdrawal leaves
    nudge: float = 0.0  # health under which a warning from the venue comes; 0 for none
    herd_delay: float = 1.0  # mean ticks from a panic to leaving
    vol_target: float = 0.0  # daily volatility above which sizes shrink; 0: never


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
    opted: Ints = EMPTY_INTS  # (A,) 1: shares losses of others for a premium; empty for nobody
    stake: Floats = EMPTY  # (N,) stakers' shares of the opening pool
    nerve: Floats = EMPTY  # (N,) fall of the pool from its peak at which one asks to leave
    habits: Habits = Habits()


class Weather(NamedTuple):
    """What the world does to chain, oracle, markets, per tick (rules, section 2a); an empty column changes nothing."""

    chain: Ints = EMPTY_INTS  # (T,) UP, DOWN or FORCED
    quote: Floats = np.zeros((0, 0))  # (T, M) what the oracle's sources say together, 0 for nothing
    depth: Floats = np.zeros((0, 0))  # (T, M) factor on the slope
    wide: Floats = np.zeros((0, 0))  # (T, M) factor on half spreads
    spoof: Floats = np.zeros((0, 0))  # (T, M) factor on the slope that keepers see
    panic: Ints = EMPTY_INTS  # (T,) 1: traders lose their nerve
    bridge: Ints = EMPTY_INTS  # (T,) 0: shut


CLEAR = Weather()
"""Fair weather."""


def idle_crowd(accounts: int, instruments: int) -> Crowd:
    """Accounts that bring nothing and wish for nothing: for who asks the engine about prices or positions alone."""
    nothing, none = np.zeros(accounts), np.zeros(accounts, dtype=np.int64)
    return Crowd(
        equity=none,
        leverage=nothing,
        share=np.zeros((accounts, instruments)),
        enters=none,
        hold=nothing,
        idle=nothing,
        topup_chance=nothing,
        topup_delay=nothing,
        wallet=none,
        headroom=1.0,
        warning=1.0,
        topup_target=1.0,
    )


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


class Trace(NamedTuple):
    """What a replay writes beside the books. Full buffers end it with a status."""

    whole: Ints  # (events, 9): tick kind account market other size quote fee fund
    real: Floats  # (events, 3): price equity maintenance
    shot: Ints  # (snapshots, 3 + J): tick account cash, then sizes
    path: Floats  # (T, M) posted oracle price
    columns: Floats  # (samples, 8): pool, open interest, collateral, liquidated, bad debt, flagged, shared, adl


class Room(NamedTuple):
    """Scratch of mechanisms, so that no tick makes an array. Each finds it as another left it."""

    free: Ints  # (J,) of the choice of what to put up
    wish: Ints  # (J,) of an entry
    bid: Ints  # (K,) of a batch
    lot: Ints  # (K,)
    edge: Floats  # (K,)
    place: Floats  # (K,) in line
    weight: Floats  # (A + 1,) of a loss that is shared, the outside's last
    most: Ints  # (A + 1,)
    queue: Ints  # (A,) of deleveraging and of expiries
    score: Floats  # (A,)
    profits: Floats  # (G,) of a scan
    together: Floats  # (G,)


class State(NamedTuple):
    """Everything that changes during a replay, packed in rows so that kernels pass few pointers."""

    accounts: np.recarray  # (A,) ACCOUNT
    cash: Ints  # (A,) quantums
    size: Ints  # (A, J) quantums
    across: Ints  # (J, A) the same, for who asks everyone about one instrument
    entry: Ints  # (A, J) quantums that a position cost, signed as its size
    tranches: np.recarray  # (A, N) TRANCHE
    plans: Floats  # (A, J + S): shares of notional, then deposits; J more with the coins of a snapshot
    markets: np.recarray  # (M,) MARKET_ROW
    lots: np.recarray  # (J,) INSTRUMENT
    keepers: np.recarray  # (K,) KEEPER
    stakers: np.recarray  # (N,) STAKER
    wakes: Ints  # (T,) first account that wakes in a tick, -1 for none
    tills: Ints
    gauges: Floats
    room: Room
    scan: Any  # (3 + O, G + 2): scenarios, and the value of each option per coin in them and off basis; or None


class Beside(NamedTuple):
    """Columns of options and assets."""

    volatility: Floats  # (H, O)
    summed: Floats  # (T, M) running sum of the index
    ratio: Floats  # (T, S)
    volatility_low: Floats  # (N, O): the rows of `Tape.blocks`
    volatility_high: Floats  # (N, O)
    ratio_low: Floats  # (N, S)
    ratio_high: Floats  # (N, S)


class Tape(NamedTuple):
    """Columns per tick, hour, block and funding time, and the per-tick output."""

    index: Floats  # type: ignore[assignment]
    slope: Floats
    expected: Floats  # (T, M) what would be posted if the venue's own trades moved nothing
    blocks: Floats  # (N, M, 8): bounds on blocks of ticks, level by level (see `engine.blocks`)
    levels: Ints  # (L + 1,) first row of each level of blocks, and their number
    funded: Floats  # (F + 1, M) quote that a long coin has paid before each funding time
    factor: Floats  # (H, 3 M): of volatility, then confidence, then daily volatility as keepers see it
    peg: Floats  # (T,); empty for ones
    beside: Any  # Beside, or None in a plain world
    funding_tick: Ints
    funding_rate: Floats
    path: Floats
    columns: Floats
    weather: Weather
    source: Floats  # (R, M) what the oracle heard, of tick t in row t modulo R, a power of two; or empty
    source_sum: Floats  # (R, M) its running sum, likewise


class Log(NamedTuple):
    """The event log and the snapshots."""

    whole: Ints
    real: Floats
    shot: Ints


Rules = Any
"""One record of every scalar of Terms, Venue, Feed and Crowd, and the seed (RULES)."""
