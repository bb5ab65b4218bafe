"""Real accounts from a table: three formats read alike, and nonsense is refused with its row."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from govtool.engine.terms import Listing
from govtool.errors import FileError, ParamError
from govtool.scenario.population import snapshot_crowd
from govtool.scenario.snapshot import Snapshot, read_snapshot
from govtool.world.listing import Series
from govtool.world.read import read_world

START = datetime(2024, 8, 5, tzinfo=UTC)
CALL, PUT = "option:BTC:2024-08-05T08:00:60000:C", "option:BTC:2024-08-05T08:00:50000:P"
ROWS: list[dict[str, Any]] = [
    {"account": "a", "instrument": "cash", "amount": 1000.5, "kind": "retail"},
    {"account": "a", "instrument": "BTC", "amount": -0.25, "kind": "retail"},
    {"account": "b", "instrument": "asset:ETH", "amount": 2.0, "kind": "hedged"},
    {"account": "a", "instrument": CALL, "amount": 3.0, "kind": "retail"},
    {"account": "b", "instrument": PUT, "amount": -1.0, "kind": "hedged"},
    {"account": "b", "instrument": "asset:USDT", "amount": -5.0, "kind": "hedged"},
    {"account": "a", "instrument": "BTC", "amount": 1.0, "kind": "retail"},
]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    table = pd.DataFrame(rows)
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        path.write_text(json.dumps(rows))
    return path


def read(path: Path, **changed: Any) -> Snapshot:
    given: dict[str, Any] = {
        "kinds": ("hedged", "retail"),
        "markets": ("BTC", "ETH"),
        "start_ms": round(START.timestamp() * 1000),
        "step_s": 15,
    }
    return read_snapshot(path, **(given | changed))


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json"])
def test_a_table_of_any_format_reads_alike(tmp_path, suffix):
    found = read(written(tmp_path / f"accounts{suffix}", ROWS))
    assert found == Snapshot(
        kinds=("retail", "hedged"),
        cash=(1000.5, 0.0),
        coins=({"BTC": 0.75, CALL: 3.0}, {"asset:ETH": 2.0, PUT: -1.0, "asset:USDT": -5.0}),
        assets=("ETH", "USDT"),
        # Eight hours are 1920 ticks: the option settles in the last of them.
        series=(
            Series(0, 50_000.0, 0, 1919, PUT.removeprefix("option:")),
            Series(0, 60_000.0, 1, 1919, CALL.removeprefix("option:")),
        ),
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json"])
def test_accounts_may_be_numbers(tmp_path, suffix):
    rows = [{"account": n, "instrument": "cash", "amount": 10 * n} for n in (2, 1, 2)]
    found = read(written(tmp_path / f"accounts{suffix}", rows))
    assert (found.cash, found.kinds) == ((40.0, 10.0), ("hedged", "hedged"))


def test_without_a_kind_an_account_has_the_habits_of_the_first(tmp_path):
    rows = [{name: row[name] for name in ("account", "instrument", "amount")} for row in ROWS]
    assert read(written(tmp_path / "accounts.csv", rows)).kinds == ("hedged", "hedged")


def test_options_stand_in_the_order_of_the_engine(tmp_path):
    names = [
        "option:ETH:2024-08-05T08:00:3000:C",
        "option:BTC:2024-08-06T08:00:50000:C",
        "option:BTC:2024-08-05T08:00:60000:P",
        "option:BTC:2024-08-05T08:00:50000:C",
        "option:BTC:2024-08-05T08:00:50000:P",
    ]
    rows = [{"account": 1, "instrument": name, "amount": 1} for name in names]
    found = read(written(tmp_path / "accounts.csv", rows)).series
    assert [(one.market, one.strike, one.call, one.expiry) for one in found] == [
        (0, 50_000.0, 0, 1919),
        (0, 50_000.0, 1, 1919),
        (0, 60_000.0, 0, 1919),
        (0, 50_000.0, 1, 7679),
        (1, 3_000.0, 1, 1919),
    ]


@pytest.mark.parametrize(
    ("when", "tick"), [("2024-08-05T00:00:30", 1), ("2024-08-05T00:00:45", 2), ("2024-08-06", 5759)]
)
def test_an_option_settles_in_the_tick_that_ends_at_its_expiry(tmp_path, when, tick):
    rows = [{"account": 1, "instrument": f"option:BTC:{when}:60000:C", "amount": 1}]
    assert read(written(tmp_path / "accounts.csv", rows)).series[0].expiry == tick


def test_a_time_with_an_offset_is_brought_to_universal_time(tmp_path):
    rows = [{"account": 1, "instrument": "option:BTC:2024-08-05T10:00+02:00:60000:C", "amount": 1}]
    assert read(written(tmp_path / "accounts.csv", rows)).series == (
        Series(0, 60_000.0, 1, 1919, "BTC:2024-08-05T08:00:60000:C"),
    )


def test_an_option_spelt_in_two_ways_is_one(tmp_path):
    spelt = ("2024-08-05T08:00:60000", "2024-08-05T08:00:00:6e4", "2024-08-05T10:00+02:00:60000.0")
    rows = [{"account": 1, "instrument": f"option:BTC:{text}:C", "amount": 1} for text in spelt]
    found = read(written(tmp_path / "accounts.csv", rows))
    assert len(found.series) == 1
    assert list(found.coins[0].values()) == [3.0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("2024-08-05T00:00:30:60000", "2024-08-05T00:00:45:60000"), ("2024-08-05T08:00:100000.5", "2024-08-05T08:00:1e5")],
)
def test_options_that_differ_in_the_last_digit_are_two(tmp_path, one, other):
    rows = [{"account": 1, "instrument": f"option:BTC:{text}:C", "amount": 1} for text in (one, other)]
    assert len(read(written(tmp_path / "accounts.csv", rows)).series) == 2


@pytest.mark.parametrize("names", [("001", "1"), ("1e5", "100000"), ("9007199254740993.0", "9007199254740992.0")])
def test_accounts_keep_their_names_as_written(tmp_path, names):
    path = tmp_path / "accounts.csv"
    path.write_text("account,instrument,amount\n" + "".join(f"{name},cash,1\n" for name in names))
    assert read(path).cash == (1.0, 1.0)


def test_a_row_without_an_account_is_refused(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text("account,instrument,amount\n,cash,1\n,cash,2\n")
    with pytest.raises(ParamError, match="row 1: "):
        read(path)


@pytest.mark.parametrize(
    ("row", "field", "value", "sentence"),
    [
        (1, "instrument", "DOGE", "instrument 'DOGE' is unknown; use cash, a market (BTC, ETH), asset:NAME or option:"),
        (4, "instrument", "btc", "instrument 'btc' is unknown; use cash, a market (BTC, ETH)"),
        (1, "instrument", "", "instrument 'nan' is unknown"),
        (2, "kind", "whale", "kind 'whale' is none of the world's; use one of hedged, retail"),
        (2, "kind", "", "kind nan is none of the world's; use one of hedged, retail"),
        (6, "kind", "hedged", "account a is of kind retail in an earlier row; give it one kind"),
        (2, "instrument", "asset:", "instrument 'asset:' is unknown; use cash, a market (BTC, ETH), asset:NAME or"),
        (3, "amount", "nan", "is not a finite number; give coins, or dollars of cash"),
        (0, "amount", "1.1e12", "is beyond 1e+12; give coins, or dollars of cash"),
        (0, "amount", "inf", "amount = inf is not a finite number"),
        (0, "amount", "-inf", "amount = -inf is not a finite number"),
        (6, "amount", "1,000", "amount = '1,000' is not a finite number"),
        (6, "amount", "much", "amount = 'much' is not a finite number"),
        (3, "instrument", "option:BTC:2024-08-04T08:00:60000:C", "expires before the window begins (2024-08-05T00:00)"),
        (3, "instrument", "option:BTC:2024-08-05T00:00:15:60000:C", "expires before the window begins"),
        (3, "instrument", "option:BTC:2024-08-09T08:00:60000", "is no option on BTC, ETH; write option:MARKET:"),
        (3, "instrument", "option:BTC", "is no option; write option:MARKET:EXPIRY:STRIKE:C or P"),
        (3, "instrument", "option:BTC:friday:60000:C", "is no option; write"),
        (3, "instrument", "option:BTC:2024-08-32T08:00:60000:C", "is no option; write"),
        (3, "instrument", "option:BTC:2024-08-09T08:00:sixty:C", "is no option; write"),
        (3, "instrument", "option:BTC:2024-08-09T08:00:60000:X", "is no option on BTC, ETH; write"),
        (3, "instrument", "option:SOL:2024-08-09T08:00:60000:C", "is no option on BTC, ETH; write"),
        (3, "instrument", "option:BTC:2024-08-09T08:00:0:C", "is no option on BTC, ETH; write"),
        (3, "instrument", "option:BTC:2024-08-09T08:00:-1:P", "is no option on BTC, ETH; write"),
        (3, "instrument", "option:BTC:2024-08-09T08:00:inf:P", "is no option on BTC, ETH; write"),
    ],
)
def test_nonsense_is_refused_in_one_sentence_with_file_and_row(tmp_path, row, field, value, sentence):
    rows: list[dict[str, Any]] = [dict(one) for one in ROWS]
    rows[row][field] = value
    path = written(tmp_path / "accounts.csv", rows)
    with pytest.raises(ParamError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}: row {row + 1}: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("missing", ["account", "instrument", "amount"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json"])
def test_a_missing_column_is_named(tmp_path, missing, suffix):
    rows = [{name: value for name, value in row.items() if name != missing} for row in ROWS]
    path = written(tmp_path / f"accounts{suffix}", rows)
    with pytest.raises(ParamError) as refused:
        read(path)
    assert str(refused.value) == f"{path} has no column {missing}; give account, instrument and amount"


def test_a_table_without_rows_is_refused(tmp_path):
    for name in ("accounts.csv", "accounts.parquet"):
        path = tmp_path / name
        empty = pd.DataFrame(columns=["account", "instrument", "amount"])
        empty.to_csv(path, index=False) if path.suffix == ".csv" else empty.to_parquet(path)
        with pytest.raises(ParamError) as refused:
            read(path)
        assert str(refused.value) == f"{path} has no rows; give at least one account"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("accounts.csv", b""),
        ("accounts.csv", b"\xff\xfe\x00a"),
        ("accounts.csv", b'a,b\n"1'),
        ("accounts.parquet", b"account,instrument,amount\n"),
        ("accounts.json", b"{"),
        ("accounts.json", b'{"account": 1}'),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path} cannot be read: ")
    assert str(refused.value).endswith("; give a table with account, instrument, amount")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    for suffix in (".csv", ".parquet", ".json"):
        path = tmp_path / f"none{suffix}"
        with pytest.raises(FileError, match=f"{path.name} cannot be read: "):
            read(path)


def test_another_sort_of_file_is_refused(tmp_path):
    path = tmp_path / "accounts.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(FileError) as refused:
        read(path)
    assert str(refused.value) == f"{path} is no table that govtool reads; give one of .csv, .parquet, .json"


def test_accounts_of_a_snapshot_become_a_crowd_with_the_habits_of_their_kinds(tmp_path):
    world = read_world("default")
    found = read(written(tmp_path / "accounts.csv", ROWS))
    names = ("BTC", "ETH", *(one.name for one in found.series), "asset:ETH", "asset:USDT")
    listing = Listing(asset_market=np.array([1, -1]), ratio=np.ones((1, 2)))
    made = snapshot_crowd(world, 0, found, names, np.array([60_000.0, 3_000.0]), listing)
    assert made.equity.tolist() == [1_000_500_000, 0]
    assert made.opening.tolist() == [[0.75, 0.0, 0.0, 3.0, 0.0, 0.0], [0.0, 0.0, -1.0, 0.0, 2.0, -5.0]]
    kinds = [world.population.kinds[name] for name in ("retail", "hedged")]
    assert made.hold.tolist() == [kind.hold_h * 240 for kind in kinds]
    # At hand outside: the kind's multiple of cash, perpetuals and assets: 1000.5 and 45,000; 6000 less 5.
    assert made.wallet.tolist() == [round(46_000.5 * kinds[0].wallet * 1e6), round(5_995 * kinds[1].wallet * 1e6)]
    assert (made.enters.tolist(), made.idle.tolist()) == ([0, 0], [0.0, 0.0])
