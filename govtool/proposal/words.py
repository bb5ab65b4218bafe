"""How a number is written for a reader: exact where the chain is exact, three or four digits elsewhere."""

from collections.abc import Sequence
from decimal import Decimal

from govtool.units import PPM, QUANTUMS_PER_QUOTE

NOTHING = "n/a"
"""What stands for a number that does not exist (null in the evidence)."""

_SCALES = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


def money(amount: float | None) -> str:
    """Quote currency in short. Example: 1234567.0 is "$1.23M", -950.4 is "-$950", 0.0 is "$0"."""
    if amount is None:
        return NOTHING
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    for scale, letter in _SCALES:
        if size >= scale * 0.9995:
            return f"{sign}${significant(size / scale, 3)}{letter}"
    short = f"{size:.0f}" if size >= 10 or size == 0 else significant(size, 2)
    return f"{sign}${short}" if float(short) else "$0"


def significant(value: float, digits: int) -> str:
    """Plain decimal notation at so many significant digits. Example: 0.00123456 at 3 is "0.00123"."""
    return f"{Decimal(f'{value:.{digits - 1}e}'):f}"


def decimal(value: float | None) -> str:
    """A number without a unit, three significant digits; very small ones in powers of ten."""
    if value is None:
        return NOTHING
    if value == 0:
        return "0"
    if abs(value) < 1e-4:
        return f"{value:.2e}"
    return significant(value, 3) if abs(value) < 1_000 else f"{value:,.0f}"


def signed(text: str) -> str:
    """A plus sign before a number that has no sign and is not zero. Example: "$5" is "+$5"."""
    zero = not any(digit in text for digit in "123456789")
    return text if zero or text.startswith("-") or text == NOTHING else f"+{text}"


def share(fraction: float | None) -> str:
    """A fraction as a percentage. Example: 0.0123 is "1.23 %"."""
    return NOTHING if fraction is None else f"{decimal(fraction * 100)} %"


def count(number: float | None) -> str:
    """A count that may be a mean over seeds: whole if it is. Example: 1234.5 is "1,234.5"."""
    if number is None:
        return NOTHING
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def ppm(value: int) -> str:
    """Parts per million as a percentage, exact. Example: 25_000 is "2.5 %"."""
    return f"{_trimmed(Decimal(value) * 100 / PPM)} %"


def quote_quantums(value: int) -> str:
    """Quote quantums as money, exact. Example: 500_000_000 is "$500"."""
    size = Decimal(abs(value)) / QUANTUMS_PER_QUOTE
    return f"{'-' if value < 0 else ''}${_trimmed(size)}"


def dollars(value: int) -> str:
    """Quote quantums as money in short. Example: 1_123_287_671_233 is "$1.12M"."""
    return money(value / QUANTUMS_PER_QUOTE)


def duration(seconds: float) -> str:
    """A length of time in its largest whole unit. Example: 900 is "15m", 5400 is "90m"."""
    for size, letter in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:.0f}{letter}"
    return f"{seconds:g} s"


def value(amount: object, unit: str) -> str:
    """A protocol value in its declared unit, as exact as the chain holds it."""
    if isinstance(amount, bool):
        return "on" if amount else "off"
    if not isinstance(amount, int):
        return NOTHING if amount is None else str(amount)
    if unit.startswith("ppm"):
        return ppm(amount)
    if unit.startswith("quote quantums"):
        return quote_quantums(amount)
    return f"{amount:,} s" if unit == "s" else f"{amount:,}"


def cell(text: object) -> str:
    """Text that cannot break out of a table cell or a line."""
    return " ".join(str(text).replace("|", "\\|").split())


def _trimmed(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def code(text: object) -> str:
    """Text as code in Markdown."""
    return f"`{text}`"


def listed(names: Sequence[object]) -> str:
    """Names as a list in a sentence. Example: "a, b and c"."""
    texts = [str(name) for name in names]
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)
