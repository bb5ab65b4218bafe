"""What the exact arithmetic reads: a perpetual at a price, an account, and its risk."""

from dataclasses import dataclass, replace

from govtool.errors import GovtoolError


class ChainRefusal(GovtoolError, ValueError):
    """The chain would reject this: `code` says why, in one word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Perpetual:
    """A perpetual with its oracle price and tier; amounts in on-chain integers."""

    atomic_resolution: int
    price: int
    exponent: int
    initial_margin_ppm: int
    maintenance_fraction_ppm: int
    open_interest_base: int = 0
    oi_lower_cap: int = 0
    oi_upper_cap: int = 0
    funding_index: int = 0


@dataclass(frozen=True)
class Position:
    """An open position: signed size in base quantums, quote it carries, funding index it was settled at."""

    perp: int
    base_quantums: int
    quote_balance: int = 0
    position_funding_index: int = 0
    custom_imf_ppm: int = 0


@dataclass(frozen=True)
class Account:
    """A subaccount: USDC in quote quantums, and its positions."""

    usdc: int
    positions: tuple[Position, ...] = ()

    def position(self, perp: int) -> Position:
        """The position in a perpetual; of size zero if there is none."""
        for held in self.positions:
            if held.perp == perp:
                return held
        return Position(perp=perp, base_quantums=0)

    def after(self, perp: int, delta_base: int, delta_quote: int) -> "Account":
        """This account after a trade: size moves by delta_base, USDC by delta_quote; a zero size vanishes."""
        held = self.position(perp)
        moved = replace(held, base_quantums=held.base_quantums + delta_base)
        others = [p for p in self.positions if p.perp != perp]
        kept = [moved] if moved.base_quantums != 0 or moved.quote_balance != 0 else []
        return Account(self.usdc + delta_quote, tuple(sorted([*others, *kept], key=lambda p: p.perp)))


@dataclass(frozen=True)
class Risk:
    """Net collateral, initial and maintenance margin, in quote quantums."""

    net_collateral: int
    initial_margin: int
    maintenance_margin: int

    def __add__(self, other: "Risk") -> "Risk":
        return Risk(
            self.net_collateral + other.net_collateral,
            self.initial_margin + other.initial_margin,
            self.maintenance_margin + other.maintenance_margin,
        )
