"""A population of real accounts: who holds what at the start of a window, read from a table.

One row per account and holding. `instrument` is "cash" (settlement token), the name of a market (perpetual, in coins,
negative if short), "asset:NAME" (collateral, negative if borrowed), or "option:MARKET:EXPIRY:STRIKE:C" (or P; EXPIRY
a UTC time such as 2024-08-09T08:00). A column `kind` may name the kind of the world whose habits the account has.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govtool.errors import FileError, ParamError
from govtool.history.bars import MS
from govtool.world.listing import Series

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("account", "instrument", "amount")
CASH = "cash"
LARGEST = 1e12
"""Most coins or dollars of a row: far above any account, and cash of it fits the ledger."""

READERS: dict[str, tuple[str, dict[str, Any]]] = {
    # Names are text, also those that look like numbers.
    ".csv": ("read_csv", {"dtype": {"account": str, "instrument": str}}),
    ".parquet": ("read_parquet", {}),
    ".json": ("read_json", {}),
}
"""The function of pandas that reads each sort of table; few worlds hold one, and none pays for its import."""


@dataclass(frozen=True)
class Snapshot:
    """Accounts in the order of the file: their kinds, cash, and coins of each instrument by its text."""

    kinds: tuple[str, ...]
    cash: tuple[float, ...]
    coins: tuple[dict[str, float], ...]
    assets: tuple[str, ...]
    series: tuple[Series, ...]


def read_snapshot(path: Path, kinds: tuple[str, ...], markets: tuple[str, ...], start_ms: int, step_s: int) -> Snapshot:
    """The accounts of a CSV, Parquet or JSON table.

    Parameters
    ----------
    kinds : tuple of str
        Kinds of the world; accounts without one have the habits of the first.
    start_ms, step_s
        Start of the window and length of a tick: an option must settle after the first tick.

    Raises
    ------
    FileError
        The file cannot be read, or is of another sort.
    ParamError
        A column is missing, or a row names an unknown kind, market or asset, an expired option, or no finite amount.
    """
    table = _table(path)
    told = table["kind"] if "kind" in table else [kinds[0]] * len(table)
    missing = table["account"].isna()
    order: dict[str, int] = {}
    rows: list[tuple[str, float, dict[str, float]]] = []
    series: dict[str, Series] = {}
    for row, (account, nobody, instrument, amount, kind) in enumerate(
        zip(table["account"], missing, table["instrument"], table["amount"], told, strict=True)
    ):
        where = f"{path}: row {row + 1}"
        name, coins = str(instrument), _finite(amount, where)
        if nobody:
            raise ParamError(f"{where}: account is missing; name the account")
        if str(kind) not in kinds:
            raise ParamError(f"{where}: kind {kind!r} is none of the world's; use one of {', '.join(kinds)}")
        if str(account) not in order:
            order[str(account)] = len(rows)
            rows.append((str(kind), 0.0, {}))
        place = order[str(account)]
        if rows[place][0] != str(kind):
            raise ParamError(
                f"{where}: account {account} is of kind {rows[place][0]} in an earlier row; give it one kind"
            )
        if name == CASH:
            rows[place] = (rows[place][0], rows[place][1] + coins, rows[place][2])
            continue
        _refuse_unknown(name, markets, where)
        if name.startswith("option:"):
            one = _series(name, markets, start_ms, step_s, where)
            name = f"option:{one.name}"
            series[name] = one
        rows[place][2][name] = rows[place][2].get(name, 0.0) + coins
    assets = {name.removeprefix("asset:") for _, _, held in rows for name in held if name.startswith("asset:")}
    listed = sorted(series.values(), key=lambda one: (one.market, one.expiry, one.strike, one.call))
    return Snapshot(
        kinds=tuple(kind for kind, _, _ in rows),
        cash=tuple(cash for _, cash, _ in rows),
        coins=tuple(held for _, _, held in rows),
        assets=tuple(sorted(assets)),
        series=tuple(listed),
    )


def _table(path: Path) -> "pd.DataFrame":
    import pandas as pd

    if path.suffix not in READERS:
        raise FileError(f"{path} is no table that govtool reads; give one of {', '.join(READERS)}")
    try:
        reader, options = READERS[path.suffix]
        table: pd.DataFrame = getattr(pd, reader)(path, **options)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem).splitlines()[0]
        raise FileError(f"{path} cannot be read: {reason}; give a table with {', '.join(COLUMNS)}") from problem
    for name in COLUMNS:
        if name not in table:
            raise ParamError(f"{path} has no column {name}; give account, instrument and amount")
    if len(table) == 0:
        raise ParamError(f"{path} has no rows; give at least one account")
    return table


def _finite(amount: Any, where: str) -> float:
    try:
        number = float(amount)
    except (TypeError, ValueError):
        number = float("nan")
    if not abs(number) < float("inf"):
        raise ParamError(f"{where}: amount = {amount!r} is not a finite number; give coins, or dollars of cash")
    if abs(number) > LARGEST:
        raise ParamError(f"{where}: amount = {amount!r} is beyond {LARGEST:g}; give coins, or dollars of cash")
    return number


def _refuse_unknown(name: str, markets: tuple[str, ...], where: str) -> None:
    if name in markets or name.startswith("option:") or (name.startswith("asset:") and name != "asset:"):
        return
    raise ParamError(
        f"{where}: instrument {name!r} is unknown; use cash, a market ({', '.join(markets)}), asset:NAME or"
        " option:MARKET:EXPIRY:STRIKE:C"
    )


def _series(name: str, markets: tuple[str, ...], start_ms: int, step_s: int, where: str) -> Series:
    """The option that a text such as option:BTC:2024-08-09T08:00:60000:C names."""
    parts = name.split(":")
    try:
        market, kind, strike = parts[1], parts[-1], float(parts[-2])
        when = datetime.fromisoformat(":".join(parts[2:-2]))
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (IndexError, ValueError):
        raise ParamError(f"{where}: {name!r} is no option; write option:MARKET:EXPIRY:STRIKE:C or P") from None
    if market not in markets or kind not in ("C", "P") or not 0 < strike < float("inf"):
        raise ParamError(f"{where}: {name!r} is no option on {', '.join(markets)}; write option:MARKET:EXPIRY:STRIKE:C")
    expiry = round((when.timestamp() * MS - start_ms) / (step_s * MS)) - 1
    if expiry < 1:
        begins = datetime.fromtimestamp(start_ms / MS, tz=UTC)
        raise ParamError(f"{where}: {name!r} expires before the window begins ({begins:%Y-%m-%dT%H:%M}); leave it out")
    whole = when.second == 0 and when.microsecond == 0
    time = when.replace(tzinfo=None).isoformat(timespec="minutes" if whole else "auto")
    text = f"{market}:{time}:{strike:.15g}:{kind}"
    return Series(markets.index(market), strike, int(kind == "C"), expiry, text)
