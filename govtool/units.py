"""Units of money, ratio and time, and the one rounding rule of the ledger."""

QUOTE_QUANTUM = 1e-6
"""One quote quantum in quote currency: a micro-dollar."""

QUANTUMS_PER_QUOTE = 1_000_000
"""Quote quantums in one unit of quote currency."""

PPM = 1_000_000
"""Parts per million in one."""

SECONDS_PER_HOUR = 3_600
SECONDS_PER_DAY = 86_400
SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY


def quantums(amount: float) -> int:
    """Quote quantums nearest to an amount in quote currency; ties go to the even one.

    Example: 1.2345675 is 1_234_568 quantums.
    """
    return round(amount * QUANTUMS_PER_QUOTE)


def quote(amount: int) -> float:
    """Quote currency in a number of quantums. Example: 1_500_000 is 1.5."""
    return amount * QUOTE_QUANTUM


def nearest_quote(amount: int) -> float:
    """Quote currency nearest to a number of quantums, for parameters; `quote` reckons as the engine does.

    Example: 1_100_000 is 1.1, where `quote` makes it 1.0999999999999999.
    """
    return amount / QUANTUMS_PER_QUOTE


def fraction(ppm: int) -> float:
    """Parts per million as a fraction of one. Example: 20_000 is 0.02."""
    return ppm / PPM
