"""The timeline of a cascade: price, what was liquidated a minute, the insurance pool, and what others lost."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from govtool.errors import FileError
from govtool.files import write_whole
from govtool.proposal.bundle import csv_bytes
from govtool.proposal.images import picture
from govtool.proposal.plots import STAMP
from govtool.proposal.style import Chart
from govtool.proposal.words import money
from govtool.replay.explain.cascade import Cascade, cascade
from govtool.replay.explain.case import Case

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cascade_chart(case: Case) -> Chart:
    """The table behind the timeline, its title and its alternative text."""
    found = cascade(case)
    times = found.minutes_ms
    clock = {"time_utc" if times is not None else "time": [_text(ms) for ms in times or _since_epoch(found.second)]}
    columns: dict[str, list[Any]] = {
        **clock,
        "second": found.second.tolist(),
        "price": found.price.tolist(),
        "liquidated_usd": found.liquidated.tolist(),
        "deleveraged_usd": found.deleveraged.tolist(),
        "pool_usd": found.pool.tolist(),
        "shared_usd": found.shared.tolist(),
        "adl_usd": found.adl.tolist(),
        "bad_debt_usd": found.bad_debt.tolist(),
        "down": found.down.tolist(),
        "panics": found.panics.tolist(),
    }
    low, high = float(found.price.min()), float(found.price.max())
    drawn = float(case.columns["pool"][0] - found.pool[-1])
    pool = f"the pool {'lost' if drawn > 0 else 'gained'} {money(abs(drawn))}"
    others = f"others bore {money(float(found.lost[-1]))}{_disrupted(found)}"
    name = f"{case.scenario.name} under {case.source.protocol.name}"
    most, liquidated = (money(float(one)) for one in (found.liquidated.max(initial=0.0), found.liquidated.sum()))
    told = (
        f"oracle price of {found.market} between {low:,.6g} and {high:,.6g}; {liquidated} liquidated and"
        f" {money(float(found.deleveraged.sum()))} deleveraged here,"
        f" at most {most} in {found.sample_s:g} s; {pool}; {others}."
    )
    return {
        "name": "cascade",
        "title": name,
        "alt": f"{name}: {told}",
        "stamp": STAMP if case.scenario.label == "reconstructed" else None,
        "labels": {
            "price": f"{found.market} oracle\nprice",
            "closed": f"closed by force\nper {_length(found.sample_s)}",
            "pool_usd": "insurance\npool",
            "lost": "borne by\nothers so far",
        },
        "dated": times is not None,
        "columns": list(columns),
        "rows": [list(row) for row in zip(*columns.values(), strict=True)],
    }


def _disrupted(found: Cascade) -> str:
    """What else happened in that stretch, in words."""
    down, panics = float(found.down.sum()) * found.sample_s, round(float(found.panics.sum()))
    told = [f"the chain was down for {down:g} s"] if down else []
    told += [f"traders panicked {panics} times" if panics > 1 else "traders panicked once"] if panics else []
    return "".join(f"; {one}" for one in told)


def _since_epoch(second: Any) -> list[int]:
    return [round(one * 1000) for one in second.tolist()]


def _text(ms: int) -> str:
    return (EPOCH + timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S")


def _length(seconds: float) -> str:
    return "minute" if seconds == 60 else f"{seconds:g} s"


def write_cascade(case: Case, path: Path) -> tuple[Path, Path]:
    """Draw the cascade of a replay to a .png or .svg file, with its data as .csv beside it. FileError if it cannot."""
    chart, data = cascade_chart(case), path.with_suffix(".csv")
    kind = path.suffix.removeprefix(".")
    if kind not in ("png", "svg"):
        raise FileError(f"{path} is neither a .png nor a .svg file; name one")
    image = picture(chart, kind)
    write_whole(path, lambda waiting: waiting.write_bytes(image))
    write_whole(data, lambda waiting: waiting.write_bytes(csv_bytes(dict(chart))))
    return path, data
