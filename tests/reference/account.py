"""Those who hold something: accounts with their auctions, keepers, stakers (rules §2)."""

from dataclasses import dataclass, field


@dataclass
class Reservation:
    """What a keeper won and has not settled."""

    winner: int
    won: int
    price: float
    bond: int
    until: int


@dataclass
class Tranche:
    """A live auction of a part of one position; `top` is the mark when its clock started."""

    j: int
    left: int
    opened: int
    top: float
    shown: int
    """When keepers could first see it; latency counts from here."""
    insolvent: bool = False
    begun: float = 0.0
    resets: int = 0
    reserved: Reservation | None = None


@dataclass
class Window:
    """A bucket that empties evenly."""

    used: float = 0.0
    at: int = 0


@dataclass(frozen=True)
class Parcel:
    """Cash on its way to a wallet."""

    amount: int
    lands: int


@dataclass
class Account:
    """One account; `None` stands for never, not flagged, no auction."""

    size: list[int]
    wallet: int
    entry: list[int]
    slots: list[Tranche | None]
    cash: int = 0
    inside: bool = False
    flag: int | None = None
    warned: bool = False
    nudged: bool = False
    held: bool = False
    due: int | None = None
    arrives: int | None = None
    """When a top-up is due to leave its owner's wallet."""
    cut: int | None = None
    """When positions are to be reduced."""
    draws: int | None = None
    """When what is not needed is to be withdrawn."""
    put_in: int = 0
    """Quantums brought since it came in, less the part that withdrawals were of equity."""
    sent: int = 0
    """A top-up under way, and when it lands."""
    sent_lands: int = 0
    parcels: list[Parcel | None] = field(default_factory=lambda: [None, None])
    """Withdrawals under way."""
    loss_market: int = -1
    """Market of the last forced close."""
    rested: int = 0
    closed: float = 0.0
    """Quote put up for sale since the flag."""
    window: Window = field(default_factory=Window)
    given: int = 0
    helped: int = 0
    """Quantums that the pool paid in the tick `helped_at`."""
    helped_at: int = -1
    advance: int = 0
    advance_fee: int = 0

    @property
    def owed(self) -> int:
        return self.advance + self.advance_fee

    @property
    def live(self) -> list[Tranche]:
        return [tranche for tranche in self.slots if tranche is not None]

    @property
    def open(self) -> bool:
        return any(self.size)

    @property
    def exposed(self) -> bool:
        return self.inside and self.open


@dataclass
class Keeper:
    cash: int
    have: float
    capital: float
    touched: int = 0
    barred: int = 0


@dataclass
class Staker:
    units: float
    asked: int | None = None
    noted: int = 0
