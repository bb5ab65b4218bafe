"""A report on one series: everything wrong with it, not only the first thing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from govtool.errors import DataError
from govtool.history.bars import parse_name, utc
from govtool.history.check import Rows, problems
from govtool.history.gaps import find_gaps
from govtool.history.store import find_path, read_parquet


@dataclass(frozen=True)
class Report:
    """What is wrong with a series, and the rows, gaps and bars without a trade it has."""

    name: str
    problems: tuple[str, ...]
    rows: int
    gaps: str
    idle: int


def inspect(name: str, policy: str = "error") -> Report:
    """Report on a series, by name or by the path of its file; under policy `error` a gap is a problem."""
    path = Path(name) if name.endswith(".parquet") else find_path(name)
    try:
        timestamp, columns, _ = read_parquet(path)
        title = parse_name(path.stem)
    except DataError as problem:
        return Report(name, (str(problem).removeprefix(f"{path}: "),), 0, "0", 0)
    found = problems(Rows(timestamp, columns, title.interval_s, title.kind))
    bars = title.kind in ("bars", "mark")
    volume = columns.get("volume")
    idle = 0 if volume is None else int(np.sum(volume == 0.0))
    if found or not bars:
        return Report(name, tuple(found), timestamp.size, "0", idle)
    gaps = find_gaps(timestamp, title.interval_s)
    if gaps.count and policy == "error":
        found.append(
            f"{gaps.bars} bars are missing in {gaps.count} gaps, the longest ({gaps.longest}) after "
            f"{utc(gaps.longest_after_ms)} UTC"
        )
    return Report(name, tuple(found), timestamp.size, gaps.text(), idle)
