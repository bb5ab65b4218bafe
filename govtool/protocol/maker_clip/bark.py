"""Which part of a Maker vault goes to auction: what fits the room that the global and per-asset limits leave.

Source: makerdao/dss: src/dog.sol. The rules are restated here; that code is AGPL.
"""

from dataclasses import dataclass

from govtool.protocol.dydx_v4.state import ChainRefusal
from govtool.protocol.fixed import WAD


@dataclass(frozen=True)
class Barked:
    """Debt asked with its penalty (rad), collateral put up (wad), and what the vault keeps (wads)."""

    tab: int
    lot: int
    ink_left: int
    art_left: int


def auction_room(limit: int, outstanding: int, asset_limit: int, asset_outstanding: int) -> int:
    """Debt (rad) that may still go to auction: the tighter of the two limits, less what is outstanding in each."""
    return max(min(limit - outstanding, asset_limit - asset_outstanding), 0)


def bark(ink: int, art: int, dust: int, rate: int, chop: int, room: int) -> Barked:
    """Put a vault up for auction, in part if the room does not hold all of it.

    ink and art in wads, dust and room in rads, rate a ray, chop (debt with penalty per debt) a wad. A part is rounded
    down. A part that would leave a vault below the dust limit becomes the whole, even if that passes the room.

    Raises
    ------
    ChainRefusal
        `liquidation_limit` if there is no room for as much as the dust limit, `null_auction` if no collateral would
        go to auction.
    """
    if art == 0:
        raise ChainRefusal("null_auction", "a vault without debt cannot go to auction")
    portion = min(art, room * WAD // rate // chop)
    if art > portion:
        if (art - portion) * rate < dust:
            portion = art
        elif portion * rate < dust:
            raise ChainRefusal("liquidation_limit", f"room for {room} is less than the dust limit of {dust}; wait")
    lot = ink * portion // art
    if lot == 0:
        raise ChainRefusal("null_auction", "no collateral would go to auction")
    return Barked(portion * rate * chop // WAD, lot, ink - lot, art - portion)
