"""Every check of a series, each failure one sentence with the row."""

import numpy as np
import pytest

from govtool.errors import DataError
from govtool.history.check import Rows, check_rows, problems


def rows(kind: str = "bars", **changes: object) -> Rows:
    """Three good bars of one minute, with columns changed."""
    times = np.array([0, 60_000, 120_000], dtype=np.int64)
    columns = {
        "open": [10.0, 11.0, 12.0],
        "high": [12.0, 13.0, 14.0],
        "low": [9.0, 10.0, 11.0],
        "close": [11.0, 12.0, 13.0],
        "volume": [1.0, 0.0, 2.0],
        "funding_rate": [0.0001, -0.0001, 0.0],
    }
    times = np.array(changes.pop("timestamp", times), dtype=np.int64)
    arrays = {name: np.array(changes.get(name, values)) for name, values in columns.items()}
    return Rows(times, arrays, 60, kind)


@pytest.mark.parametrize("kind", ["bars", "mark", "funding"])
def test_good_rows_pass(kind):
    check_rows(rows(kind), "good.csv")
    assert problems(rows(kind)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"timestamp": [0, 60_000, 60_000]}, r"row 3 \(1970-01-01 00:01 UTC\) repeats the time"),
        ({"timestamp": [0, 120_000, 60_000]}, r"row 3 .* is earlier than the row before"),
        ({"timestamp": [0, 60_001, 120_000]}, r"row 2 .* is off the 1m grid by 1 ms"),
        ({"close": [11.0, np.nan, 13.0]}, r"row 2 .* has close = nan, which is not a finite number"),
        ({"volume": [1.0, np.inf, 2.0]}, r"row 2 .* has volume = inf"),
        ({"low": [9.0, -10.0, 11.0]}, r"row 2 .* has low = -10 and is not above zero"),
        ({"low": [0.0, 10.0, 11.0]}, r"row 1 .* has low = 0 and is not above zero"),
        ({"low": [10.5, 10.0, 11.0]}, r"row 1 .* has low = 10.5 above open = 10"),
        ({"low": [9.0, 10.0, 13.5], "open": [10.0, 11.0, 13.6]}, r"row 3 .* has low = 13.5 above close = 13"),
        ({"high": [12.0, 10.9, 14.0]}, r"row 2 .* has open = 11 above high = 10.9"),
        ({"high": [10.5, 13.0, 14.0]}, r"row 1 .* has close = 11 above high = 10.5"),
        ({"volume": [1.0, -2.0, 2.0]}, r"row 2 .* has volume = -2, which is negative"),
    ],
)
def test_each_fault_is_one_sentence_with_file_row_and_remedy(change, fault):
    with pytest.raises(DataError, match=rf"^bad\.csv: {fault}.*; correct or remove it") as caught:
        check_rows(rows(**change), "bad.csv")
    assert "\n" not in str(caught.value)


def test_a_funding_rate_in_per_cent_is_refused():
    with pytest.raises(DataError, match=r"row 1 .* has funding_rate = 1 outside \(-1, 1\)"):
        check_rows(rows("funding", funding_rate=[1.0, 0.0, 0.0]), "rates")


def test_funding_may_be_stamped_off_the_grid():
    check_rows(rows("funding", timestamp=[0, 60_007, 130_000]), "rates")


def test_a_missing_column_is_named():
    one = rows()
    with pytest.raises(DataError, match="column 'volume' is missing among open"):
        check_rows(
            one._replace(
                columns={"open": one.columns["open"]} | {name: one.columns[name] for name in ("high", "low", "close")}
            ),
            "short.csv",
        )


def test_no_rows_are_refused():
    empty = {name: np.array([]) for name in rows().columns}
    with pytest.raises(DataError, match="it has no rows"):
        check_rows(Rows(np.array([], dtype=np.int64), empty, 60, "bars"), "empty.csv")


def test_a_report_lists_faults_of_several_kinds():
    found = problems(rows(timestamp=[0, 60_000, 60_000], low=[9.0, -10.0, 11.0], volume=[-1.0, 0.0, 2.0]))
    assert [text.split(" has ")[-1].split(" = ")[0] for text in found[1:]] == ["low", "volume"]
    assert "repeats" in found[0]
