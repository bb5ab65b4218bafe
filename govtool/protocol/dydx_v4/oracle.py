"""Oracle updates: the smallest move that posts a price.

Source: github.com/dydxprotocol/v4-chain at 84d4664, protocol/x/prices/keeper/.
"""

from govtool.protocol.dydx_v4.integer import floor_ppm


def min_price_change(price: int, min_price_change_ppm: int) -> int:
    """Smallest change of the integer price that is accepted.

    Source: util.go, getMinPriceChangeAmountForMarket.
    """
    return floor_ppm(price, min_price_change_ppm)


def price_update_accepted(old_price: int, new_price: int, min_price_change_ppm: int) -> bool:
    """Whether an update moves far enough. Source: validate_market_price_updates.go."""
    return abs(new_price - old_price) >= min_price_change(old_price, min_price_change_ppm)
