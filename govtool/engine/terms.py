"""What governance sets, packed for the engine, and what is listed beside perpetuals: NamedTuples of arrays and scalars.

Shapes: M markets, O option series, S assets, G scenarios. An empty array of shape (0,) stands for zeros.
`docs/rules.md` says what each number does. Fractions are of one, money is in quote currency, times in seconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BOOK, DUTCH, BATCH, FIRST_COME = 0, 1, 2, 3
LINEAR_PATH, EXPONENTIAL_PATH, STAIRS_PATH, HEALTH_PATH = 0, 1, 2, 3
INSURANCE_LAYER, VOLUNTARY_LAYER, ADL_LAYER, FUNDING_LAYER, EXIT_LAYER = 1, 2, 3, 4, 5
LAYERS = 5
RANDOM_ORDER, PROFIT_ORDER, PRO_RATA = 0, 1, 2
POSITION, SCAN = 0, 1
FLAT, LINEAR, ROOT = 0, 1, 2
ORACLE, STRICT, STABLE = 0, 1, 2
FIRST_COME_ORDER, PRIORITY_ORDER, PRIVATE_ORDER = 0, 1, 2
UNSHIFTED, UP, DOWN, LINEAR_TURN, ABSOLUTE_TURN = 0, 1, 2, 3, 4

EMPTY: Floats = np.zeros(0)
EMPTY_INTS: Ints = np.zeros(0, dtype=np.int64)


class Margin(NamedTuple):
    """How tiers, sizes, prices and collateral enter what an account must keep."""

    method: int = POSITION
    curve: int = FLAT  # how weights grow with size
    curve_initial: Floats = EMPTY  # (M,) per coin (LINEAR) or per root of a coin (ROOT)
    curve_maintenance: Floats = EMPTY  # (M,) LINEAR only
    base_margin: Floats = EMPTY  # (M,) quote per position, whatever its size
    fill_check: int = 0  # 1: a leg of an entry must leave the fill tier met
    fill_share: float = 0.0  # of the way from maintenance to initial
    stop_share: float = 0.0  # likewise, for the tier at which a liquidation stops
    stop_add: float = 0.0  # on the weight of a perpetual in that tier
    price_mode: int = ORACLE  # which other price the initial tier takes the worse of
    twap_s: float = 300.0  # STRICT
    stable_growth: float = 0.0  # STABLE: per second
    delay_growth: float = 0.0  # STABLE: between hourly averages
    doubt_threshold: float = 0.0  # confidence below which the initial tier rises
    doubt_factor: float = 0.0
    peg_threshold: float = 0.0  # price of the settlement token below which it rises
    peg_factor: float = 0.0
    ramp_s: float = 0.0  # weights move from the formation's to these over this time
    asset_initial: Floats = EMPTY  # (S,) share of the value of an asset that counts
    asset_maintenance: Floats = EMPTY  # (S,)
    liability_initial: Floats = EMPTY  # (S,) share of the value of a borrowed asset that is owed, >= 1
    liability_maintenance: Floats = EMPTY  # (S,)
    asset_curve: Floats = EMPTY  # (S,) as `curve` says
    asset_worst: Floats = EMPTY  # (S,) least weight under LINEAR
    asset_scale: Floats = EMPTY  # (S,) quote; deposits above it shrink the initial weight; 0 for never
    liability_scale: Floats = EMPTY  # (S,) quote; borrows above it raise the initial weight; 0 for never
    asset_cap: Floats = EMPTY  # (S,) quote; most that all deposits may be worth; 0 for no cap
    asset_hedges: Floats = EMPTY  # (S,) 1: moves with its market in a scan
    borrow_rate: Floats = EMPTY  # (S,) per year
    interest_to_insurance: float = 0.0


class OptionRules(NamedTuple):
    """Margin of options under POSITION, their volatility, and their settlement."""

    max_spot: float = 0.15
    min_spot: float = 0.13
    maintenance_call: float = 0.09
    maintenance_put: float = 0.09
    maintenance_put_value: float = 0.09
    unpaired_initial: float = 1.2
    unpaired_maintenance: float = 1.1
    put_offset: float = 1.05
    settle_ticks: int = 1  # ticks in the mean that an expiry settles at
    term_half_life_s: float = 2592000.0  # in which variance reverts half way to the reference
    skew: float = 0.0  # per standard deviation of the strike
    smile: float = 0.0  # per its square
    volatility_floor: float = 0.1
    volatility_cap: float = 5.0


class ScanRules(NamedTuple):
    """The scenarios of a portfolio scan and its contingencies."""

    move: Floats = EMPTY  # (G,) of price, in ranges
    shift: Ints = EMPTY_INTS  # (G,) what happens to volatility
    damp: Floats = EMPTY  # (G,) share of the loss that counts
    range: Floats = EMPTY  # (M,)
    offset: float = 0.0  # credit for markets that move together
    scan_initial: float = 1.0
    scan_maintenance: float = 0.8
    vol_up: float = 0.5
    vol_down: float = 0.3
    short_power: float = 0.3
    long_power: float = 0.13
    shortest_s: float = 86400.0
    least_up: float = 0.4
    linear_cap: float = 0.15
    linear_slope: float = -0.05
    absolute_cap: float = 0.15
    absolute_slope: float = -0.05
    turn_least: float = 0.01
    turn_width: float = 4.0
    turn_vol: float = 0.6
    turn_vol_slope: float = -0.1
    long_share: float = 0.95
    long_rate: float = 0.08
    short_share: float = 1.04
    short_rate: float = 0.08
    basis_up: float = 1.045
    basis_down: float = 0.955
    basis_add: float = 0.5
    basis_per_year: float = 2.0
    perp_maintenance: float = 0.03
    perp_initial: float = 0.01
    option_maintenance: float = 0.003
    option_initial: float = 0.002


class Selling(NamedTuple):
    """How a position is put up for sale beyond Terms: price path, phases, resets, slices and limits."""

    path: int = LINEAR_PATH
    stair_s: float = 60.0  # STAIRS_PATH: length of a stair
    slow_s: float = 0.0  # slow phase, after length_s (dutch)
    floor_discount: float = 0.0  # reached at its end
    insolvent_s: float = 0.0  # phase of an account with E < 0; 0 for none
    insolvent_discount: float = 0.0  # reached at its end
    anchored: int = 0  # 1: prices are off the mark at the opening, not the one of now
    reset_s: float = 0.0  # age at which an auction starts again; 0 for never
    reset_drop: float = 0.0  # fall of the mark at which it does; 0 for never
    max_resets: int = 0
    residue: float = 0.0  # quote; a take leaves nothing or at least this
    tranches: int = 1  # live at once per account
    target: int = 0  # 1: no more is sold than restores the stop
    first_share: float = 1.0  # of what must be sold, at once
    share_ramp_s: float = 0.0  # until all of it may be
    window_s: float = 3600.0  # in which the two buckets below empty
    account_window: float = 0.0  # quote put up per account; 0 for no limit
    market_window: float = 0.0  # quote put up per market; 0 for no limit
    outstanding: float = 0.0  # quote under auction in all; 0 for no limit


class Bidding(NamedTuple):
    """What keepers are held to, and what they are paid beside the discount."""

    bond_share: float = 0.0  # of the notional won
    settle_s: float = 0.0  # time a winner has to settle
    no_show_penalty: float = 1.0  # share of the bond
    late_penalty: float = 1.0  # share of the bond
    exclusion_s: float = 0.0  # after a slash
    own_accounts: int = 1  # 0: a keeper may not take what its owner's accounts lose
    reward_flat: float = 0.0  # quote per take
    reward_share: float = 0.0  # of what is taken
    gas_margin: float = 0.0  # reward covers gas times one plus this
    reward_cap: float = 0.0  # quote; 0 for no reward


class Pool(NamedTuple):
    """The insurance pool beyond what fees bring."""

    day_insurance: int = 0  # quantums paid per day; 0 for no cap
    pool_target: int = 0  # quantums; more goes to the treasury; 0 for no target
    treasury_per_hour: int = 0  # quantums from the treasury
    stake_cooldown_s: float = 0.0
    stake_yield: float = 0.0  # share of the pool's income paid out to stakers
    advance_trigger: float = 0.0  # health under which the pool tops up margin; 0 for never
    advance_target: float = 0.0  # health that it tops up to
    advance_account: float = 0.0  # quote per account
    advance_event: float = 0.0  # quote outstanding in all
    advance_fee: float = 0.0
    advance_repay: float = 1.0  # health left over at which it is paid back
    pool_share: Floats = EMPTY  # (M,) of the opening pool that pays for this market alone


class Sharing(NamedTuple):
    """Who bears a loss, in which order."""

    waterfall: int = INSURANCE_LAYER + ADL_LAYER * (LAYERS + 1)  # layers as digits of base 6, the first one lowest
    share_cap: float = 0.0  # of an opted-in account's equity
    premium_share: float = 0.0  # of what fees bring the treasury
    adl_order: int = RANDOM_ORDER


class Dampers(NamedTuple):
    """What slows a cascade or a run."""

    cooldown_s: float = 0.0  # rest of an account after something of it was sold
    breaker_move: float = 0.0  # move of the price that halts its market; 0 for never
    breaker_window_s: float = 300.0
    breaker_volume: float = 0.0  # quote closed in the window that halts a market; 0 for never
    breaker_halt_s: float = 0.0
    breaker_override: float = 0.0  # health under which a halt does not protect
    gate_s: float = 0.0  # withdrawals wait after negative equity
    guard: int = 0  # 1: withdrawals wait while insolvency exceeds the pool
    throttle: float = 0.0  # share of collateral that may leave in an hour; 0 for no limit
    gate_outage_s: float = 0.0  # an outage this long shuts the gate too; 0 for never
    grace_s: float = 0.0  # after an outage nothing is liquidated for this long
    grace_override: float = 0.0  # health under which grace does not protect


class Posting(NamedTuple):
    """How the oracle makes a price to post of what its sources say."""

    mean_ticks: int = 1  # ticks in the mean of the source; 1 for none
    oracle_lag: int = 0  # ticks from the source to the chain
    stale_ticks: int = 0  # without news after which a market is stale; 0 for never
    max_jump: float = 0.0  # furthest that one post moves the price; 0 for any
    smooth: int = 0  # 1: Mango's stable price is posted
    quote_growth: float = 0.0  # of it, per second
    quote_delay_growth: float = 0.0  # between its hourly averages


class Terms(NamedTuple):
    """What governance sets. Constant during a replay."""

    initial_weight: Floats  # (M,) fraction of notional
    maintenance_weight: Floats  # (M,)
    oi_lower: Floats  # (M,) quote; open-interest scaling of the initial weight
    oi_upper: Floats  # (M,) quote; 0 switches it off
    adaptive: int  # 1: weights follow volatility
    gamma: Floats  # (M,) rise of the factor per unit of relative excess volatility
    half_life_s: Floats  # (M,)
    reference: Floats  # (M,) annualised volatility at which the factor starts to rise
    cap: Floats  # (M,) largest factor, >= 1
    rise: Floats  # (M,) largest rise of the factor per hour
    fall: Floats  # (M,)
    unit: Floats  # (M,) base currency per base quantum
    step: Ints  # (M,) base quantums; sizes are multiples of it
    deviation: Floats  # (M,) the oracle posts when the source moved by this fraction
    heartbeat: int  # ticks; 0 for none
    funding_clamp: Floats  # (M,) largest funding rate per 8 h
    taker_fee: float
    trading_fee_share: float  # share of trading fees to insurance
    liquidation_format: int  # BOOK, DUTCH, BATCH or FIRST_COME
    fee_rate: float  # largest liquidation fee, fraction of the fill
    fee_to_insurance: float  # share of that fee to insurance, the rest to the treasury
    min_notional: float  # quote; a position below it closes whole
    portion: float  # of a position per block (book) or tranche (dutch)
    block_notional: float  # quote per account and block (book)
    block_insurance: int  # quantums of insurance per account and block
    bankruptcy_adjustment: float
    spread_ratio: float  # spread to maintenance margin ratio
    restore: float  # health at which a liquidation stops, >= 1
    length_s: float  # auction length; of a dutch auction with a slow phase, of the fast one
    start_discount: float  # negative for a premium (dutch)
    end_discount: float  # fixed discount of first_come, reserve of a batch
    adl: int  # 1: deleveraging is allowed
    margin: Margin = Margin()
    options: OptionRules = OptionRules()
    scan: ScanRules = ScanRules()
    selling: Selling = Selling()
    bidding: Bidding = Bidding()
    pool: Pool = Pool()
    sharing: Sharing = Sharing()
    dampers: Dampers = Dampers()
    posting: Posting = Posting()


class Listing(NamedTuple):
    """Options and assets beside the perpetuals, and the world's data on them."""

    option_market: Ints = EMPTY_INTS  # (O,) by market, then expiry, then strike
    option_strike: Floats = EMPTY  # (O,) quote
    option_call: Ints = EMPTY_INTS  # (O,) 1 for a call, 0 for a put
    option_expiry: Ints = EMPTY_INTS  # (O,) tick at which it settles, >= 1
    option_unit: Floats = EMPTY  # (O,) coins of the underlying per quantum
    option_step: Ints = EMPTY_INTS  # (O,)
    option_spread: Floats = EMPTY  # (O,) half the bid-ask spread, fraction of the underlying's price
    option_tick: float = 0.0  # grid of quotes, fraction of the strike; 0 for none
    asset_market: Ints = EMPTY_INTS  # (S,) market whose price it follows, -1 for none
    asset_unit: Floats = EMPTY  # (S,) coins per quantum
    asset_step: Ints = EMPTY_INTS  # (S,)
    asset_spread: Floats = EMPTY  # (S,) half the bid-ask spread, fraction of its price
    ratio: Floats = np.zeros((0, 0))  # (T, S) price of a coin beside its market's, or in quote
    confidence: Floats = np.zeros((0, 0))  # (H, M) in the oracle, 0 to 1; empty for ones
    peg: Floats = EMPTY  # (T,) price of the settlement token; empty for ones


NOTHING = Listing()
"""Perpetuals only."""
