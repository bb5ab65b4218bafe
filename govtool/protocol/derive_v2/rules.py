"""Parameters of Derive's portfolio manager, version 2.

Source: derivexyz/v2-core: src/interfaces/IPMRMLib_2.sol and IPMRM_2.sol. Shares are fractions of one.
"""

from dataclasses import dataclass
from enum import Enum


class Volatility(Enum):
    """What a scenario does to volatility: a common shift, or a turn of the wings."""

    NONE = "none"
    UP = "up"
    DOWN = "down"
    LINEAR = "linear"
    ABSOLUTE = "absolute"


TURNS = (Volatility.LINEAR, Volatility.ABSOLUTE)


@dataclass(frozen=True)
class Scenario:
    """Spot times `spot`, volatility changed; of the loss, the dampened share counts."""

    spot: float
    volatility: Volatility
    dampening: float = 1.0


@dataclass(frozen=True)
class VolatilityShock:
    """Size of the common shift at 30 days, how it grows for shorter and shrinks for longer expiries, and a floor."""

    up: float
    down: float
    short_power: float
    long_power: float
    shortest_s: int
    least_shocked_up: float


@dataclass(frozen=True)
class SkewShock:
    """Turn of the wings: cap at expiry and its change with the root of time, and where the surface flattens."""

    linear_cap: float
    linear_slope: float
    absolute_cap: float
    absolute_slope: float
    least_width: float
    width: float
    volatility: float
    volatility_slope: float


@dataclass(frozen=True)
class Discounting:
    """What shocked values of options count: positive ones less, negative ones more, the longer the expiry."""

    long_share: float
    long_rate_scale: float
    long_rate_add: float
    short_share: float
    short_rate_scale: float
    short_rate_add: float


@dataclass(frozen=True)
class Basis:
    """Contingency for a forward that moves away from spot, per expiry."""

    spot_up: float
    spot_down: float
    add: float
    per_year: float


@dataclass(frozen=True)
class AddOns:
    """Static requirements: below a peg, at low confidence, on perpetuals, and on options sold uncovered.

    Initial shares come on top of the maintenance ones.
    """

    peg_threshold: float
    peg_factor: float
    confidence_threshold: float
    confidence_factor: float
    perp_maintenance: float
    perp_initial: float
    option_maintenance: float
    option_initial: float


@dataclass(frozen=True)
class PortfolioRules:
    """All parameters of the portfolio manager."""

    scenarios: tuple[Scenario, ...]
    maintenance_factor: float
    initial_factor: float
    volatility: VolatilityShock
    skew: SkewShock
    discounting: Discounting
    basis: Basis
    add_ons: AddOns
