"""The tables of the page and the data file behind them."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.fairness.rows import Row


class Column(NamedTuple):
    """A column of a table: its heading, the measures it prints, a format for each, and whether the spread follows."""

    heading: str
    measures: tuple[str, ...]
    show: Callable[[float], str]
    spread: bool = False


def bps(value: float) -> str:
    """Whole basis points."""
    return f"{value:.0f}" if round(value) else "0"


def share(value: float) -> str:
    """A fraction of one."""
    return f"{value:.2f}"


def tenths(value: float) -> str:
    """A number to its first decimal."""
    return f"{value:.1f}"


def thousands(value: float) -> str:
    """Quote currency, in thousands."""
    return f"{value / 1e3:,.0f}"


def millions(value: float) -> str:
    """Quote currency, in millions."""
    return f"{value / 1e6:.1f}"


PRICE = (
    Column("sold below oracle, bps", ("below_oracle_bps",), bps, True),
    Column("oracle's move since the flag, bps", ("drift_bps",), bps, True),
    Column("both, bps", ("below_flag_bps",), bps, True),
    Column("cost, bps", ("liquidation_cost_bps",), bps, True),
    Column("price improvement, bps", ("price_improvement_bps",), bps),
    Column("unfilled", ("auction_unfilled_share",), share),
    Column("seconds, median / p99", ("auction_seconds_median", "auction_seconds_p99"), bps),
    Column("fastest keeper's share", ("fastest_keeper_share",), share, True),
    Column("keeper HHI", ("keeper_hhi",), share),
    Column("keepers that took", ("keepers_active",), tenths),
    Column("keeper profit, k USD", ("keeper_profit_usd",), thousands),
)

LOSS = (
    Column("sold, M USD", ("liquidated_usd",), millions),
    Column("deleveraged, M USD", ("adl_notional_usd",), millions),
    Column("bad debt, k USD", ("bad_debt_usd",), thousands),
    Column("insurance draw, k USD", ("insurance_draw_usd",), thousands),
    Column("ADL haircuts, k USD", ("adl_usd",), thousands),
    Column("shared loss, k USD", ("shared_loss_usd",), thousands),
    Column("together, k USD", ("loss_usd",), thousands, True),
    Column("the same per size closed, bps", ("loss_bps_closed",), bps, True),
    Column("excess, M USD", ("excess_liquidated_usd",), millions),
    Column("flags without a close", ("spared_share",), share),
    Column("of these after a top-up", ("spared_by_topup_share",), share),
    Column("contagion", ("contagion_share",), share),
    Column("cascade factor", ("cascade_factor",), share),
)

_SHORT = (
    "below_oracle_bps",
    "below_flag_bps",
    "fastest_keeper_share",
    "keeper_hhi",
    "keepers_active",
    "keeper_profit_usd",
    "adl_notional_usd",
    "loss_usd",
    "loss_bps_closed",
)

UNFAIR = tuple(column for column in (*PRICE, *LOSS) if column.measures[0] in _SHORT)
"""Where keepers do not play fair: the short of both tables."""

LABELS = ("format", "length")


def headings(columns: Sequence[Column]) -> list[str]:
    """First line of a table."""
    return [*LABELS, *(column.heading for column in columns)]


def table(rows: Sequence[Row], columns: Sequence[Column]) -> list[str]:
    """Lines of a Markdown table: mean over seeds, with the standard deviation after ± where a column has it."""
    head = headings(columns)
    lines = [_line(head), _line(["---"] * len(LABELS) + ["---:"] * len(columns))]
    return lines + [_line([row.style, row.setting, *(_cell(row, column) for column in columns)]) for row in rows]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(row: Row, column: Column) -> str:
    told = []
    for measure in column.measures:
        mean, spread = row.mean(measure), row.spread(measure)
        if math.isnan(mean):
            return "–"
        extra = f" ± {column.show(spread)}" if column.spread and not math.isnan(spread) else ""
        told.append(column.show(mean) + extra)
    return " / ".join(told)


def data(rows_by_world: dict[str, Sequence[Row]]) -> str:
    """Every number of the page and its chart, mean and standard deviation over seeds, 9 significant digits."""
    measures = list(dict.fromkeys(m for column in (*PRICE, *LOSS) for m in column.measures))
    head = ["world", "window", "format", "place", "length", "seeds"]
    head += [f"{measure}{suffix}" for measure in measures for suffix in ("", "_sd")]
    lines = [",".join(head)]
    for world, rows in rows_by_world.items():
        for row in rows:
            cells = [world, row.window, row.style, row.place, row.setting, str(len(row.seeds))]
            cells += [_nine(value) for m in measures for value in (row.mean(m), row.spread(m))]
            lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def _nine(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.9g}"
