"""Populations and protocols that ask for nonsense: one sentence on the command line, and exit code 2."""

from importlib.resources import files
from pathlib import Path

import pytest

from govtool.protocol.read import preset_text

EVENT = "reconstructed-crash-2021-05-19"
GOVTOOL, DYDX = preset_text("govtool"), preset_text("dydx-v4")
DEFAULT, INSTRUMENTS = (
    path.read_text().replace("accounts = 1000", "accounts = 100")
    for path in (
        Path(str(files("govtool.world"))) / "worlds" / "default.toml",
        Path(__file__).parents[1] / "world" / "spelled_out" / "instruments.toml",
    )
)


def edited(text: str, *changes: tuple[str, str]) -> str:
    """A file with the first place of each kind changed."""
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def refused(cli, sentence, *words):
    """That the words end with this one sentence, an exit code of 2 and nothing else."""
    done = cli(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert sentence in done.stderr


PROTOCOLS = {
    "a maintenance haircut above the initial one": (
        [("maintenance_haircut_ppm = 250_000", "maintenance_haircut_ppm = 302_501")],
        "collateral.BTC: maintenance_haircut_ppm = 302501 is above initial_haircut_ppm = 302500; lower it",
    ),
    "a maintenance liability above the initial one": (
        [("maintenance_liability_ppm = 1_100_000", "maintenance_liability_ppm = 1_200_001")],
        "collateral.BTC: maintenance_liability_ppm = 1200001 is above initial_liability_ppm = 1200000; lower it",
    ),
    "maintenance of calls above initial": (
        [("maintenance_call_ppm = 90_000", "maintenance_call_ppm = 130_001")],
        "options: maintenance_call_ppm = 130001 is above min_spot_ppm = 130000; lower it",
    ),
    "maintenance of puts above initial": (
        [("maintenance_put_ppm = 90_000", "maintenance_put_ppm = 130_001")],
        "options: maintenance_put_ppm = 130001 is above min_spot_ppm = 130000; lower it",
    ),
    "maintenance of uncovered calls above initial": (
        [("unpaired_maintenance_ppm = 1_100_000", "unpaired_maintenance_ppm = 1_200_001")],
        "options: unpaired_maintenance_ppm = 1200001 is above unpaired_initial_ppm = 1200000; lower it",
    ),
    "a maintenance factor of the scan above the initial one": (
        [("maintenance_factor_ppm = 600_000", "maintenance_factor_ppm = 1_000_001")],
        "scan: maintenance_factor_ppm = 1000001 is above initial_factor_ppm = 1000000; lower it",
    ),
    "maintenance of a tier above initial": (
        [("maintenance_fraction_ppm = 600000", "maintenance_fraction_ppm = 1000001")],
        "tiers.large-cap.maintenance_fraction_ppm = 1000001 is outside 1 to 1000000 ppm; use a value inside",
    ),
    "a haircut above one": (
        [("initial_haircut_ppm = 302_500", "initial_haircut_ppm = 1_000_001")],
        "collateral.BTC.initial_haircut_ppm = 1000001 is outside 0 to 1000000 ppm; use a value inside",
    ),
    "a haircut below zero": (
        [("maintenance_haircut_ppm = 250_000", "maintenance_haircut_ppm = -1")],
        "collateral.BTC.maintenance_haircut_ppm = -1 is outside 0 to 1000000 ppm; use a value inside",
    ),
    "a debt that counts less than its value": (
        [("maintenance_liability_ppm = 1_100_000", "maintenance_liability_ppm = 999_999")],
        "collateral.BTC.maintenance_liability_ppm = 999999 is outside 1000000 to 10000000 ppm of value",
    ),
    "a largest haircut below the initial one": (
        [("initial_haircut_ppm = 302_500", "initial_haircut_ppm = 302_500\nlargest_haircut_ppm = 302_499")],
        "collateral.BTC: largest_haircut_ppm = 302499 is below initial_haircut_ppm = 302500; raise it",
    ),
    "collateral of an unknown market": (
        [('[collateral.BTC]\nmarket = "BTC"', '[collateral.BTC]\nmarket = "GOLD"')],
        'collateral.BTC.market = "GOLD" is not a market; known markets: BTC, ',
    ),
    "a volatility floor above the cap": (
        [("volatility_floor_ppm = 100_000", "volatility_floor_ppm = 5_000_001")],
        "options: volatility_floor_ppm = 5000001 is above volatility_cap_ppm = 5000000; lower it",
    ),
    "a scenario that is none": (
        [('scenarios = "', 'scenarios = "0:sideways ')],
        'scan: scenarios: "0:sideways" is no scenario; write MOVE:SHIFT or MOVE:SHIFT:DAMPING in ppm',
    ),
    "a scan with a size curve": (
        [('method = "position"\ncurve = "flat"', 'method = "scan"\ncurve = "root"')],
        'margin: method = "scan" has no size curve and no stop_add_ppm; set curve = "flat" and remove it',
    ),
    "a method that is none": (
        [('method = "position"', 'method = "var"')],
        'margin.method = "var" is not one of position, scan',
    ),
}


@pytest.mark.parametrize("case", PROTOCOLS)
def test_a_protocol_of_nonsense_is_refused_in_one_sentence(cli, tmp_path, case):
    changes, sentence = PROTOCOLS[case]
    path = written(tmp_path, "protocol.toml", edited(GOVTOOL, *changes))
    refused(cli, f"{path}: {sentence}", "params", "check", path)
    refused(cli, f"{path}: {sentence}", "backtest", EVENT, "--protocol", path)


def test_a_scan_without_its_table_is_refused(cli, tmp_path):
    before, _, after = GOVTOOL.partition("[scan]\n")
    text = edited(before, ('method = "position"', 'method = "scan"')) + after[after.index("[adaptive]") :]
    path = written(tmp_path, "protocol.toml", text)
    refused(cli, 'margin.method = "scan" needs the table [scan]; add it', "params", "check", path)


RETAIL = "population.kinds.retail"
WORLDS = {
    "an expiry in the past": (
        INSTRUMENTS,
        [("expiries_h = [24.0, 168.0]", "expiries_h = [-24.0, 168.0]")],
        "options.expiries_h.0 = -24.0: input should be greater than 0",
    ),
    "an expiry at the start": (
        INSTRUMENTS,
        [("expiries_h = [24.0, 168.0]", "expiries_h = [0.0]")],
        "options.expiries_h.0 = 0.0: input should be greater than 0",
    ),
    "no expiry": (INSTRUMENTS, [("expiries_h = [24.0, 168.0]", "expiries_h = []")], "options.expiries_h = "),
    "an expiry twice": (
        INSTRUMENTS,
        [("expiries_h = [24.0, 168.0]", "expiries_h = [24.0, 24.0]")],
        "options: expiries_h = [24.0, 24.0] names one twice; name each once",
    ),
    "a strike of nothing": (
        INSTRUMENTS,
        [("strikes = [0.8,", "strikes = [0.0,")],
        "options.strikes.0 = 0.0: input should be greater than 0",
    ),
    "more collateral than equity": (
        INSTRUMENTS,
        [("collateral = {BTC = 0.1, ETH = 0.1}", "collateral = {ETH = 0.6, USDT = 0.6}")],
        f"{RETAIL}: collateral sums to 1.2 of equity; at most 1 can be brought in assets",
    ),
    "a share above one": (
        INSTRUMENTS,
        [("collateral = {BTC = 0.1, ETH = 0.1}", "collateral = {ETH = 1.5}")],
        f"{RETAIL}.collateral.ETH = 1.5: input should be less than or equal to 1",
    ),
    "a share below zero": (
        INSTRUMENTS,
        [("collateral = {BTC = 0.1, ETH = 0.1}", "collateral = {ETH = -0.1}")],
        f"{RETAIL}.collateral.ETH = -0.1: input should be greater than or equal to 0",
    ),
    "more borrowed and traded than there is": (
        INSTRUMENTS,
        [("borrows = {}\ncalls = 0.1", "borrows = {ETH = 0.7}\ncalls = -0.4")],
        f"{RETAIL}: borrows, calls and puts take 1.1 of gross notional; together at most 1",
    ),
    "options traded that nobody lists": (
        DEFAULT,
        [("calls = 0.0", "calls = 0.1")],
        f"{RETAIL} trades options and none are listed; add the table [options] or set calls and puts to 0",
    ),
    "puts sold that nobody lists": (
        DEFAULT,
        [("puts = 0.0", "puts = -0.1")],
        f"{RETAIL} trades options and none are listed; add the table [options] or set calls and puts to 0",
    ),
    "a peg that loses more than all": (
        DEFAULT,
        [("depth = 0.0", "depth = 1.0")],
        "doubt.settlement.depth = 1.0: input should be less than 1",
    ),
    "a coin worth nothing": (
        INSTRUMENTS,
        [("[assets]\n", "[assets.BTC]\nratio = 0.0\n")],
        "assets.BTC.ratio = 0.0: input should be greater than 0",
    ),
}


@pytest.mark.parametrize("case", WORLDS)
def test_a_population_of_nonsense_is_refused_in_one_sentence(cli, tmp_path, case):
    text, changes, sentence = WORLDS[case]
    path = written(tmp_path, "world.toml", edited(text, *changes))
    refused(cli, f"{path}: {sentence}", "backtest", EVENT, "--world", path, "--protocol", "govtool")


@pytest.mark.parametrize(
    ("protocol", "known"), [("govtool", "known here: BTC, ETH, SOL, USDT"), ("dydx-v4", "it takes none")]
)
@pytest.mark.parametrize("plan", ["collateral", "borrows"])
def test_collateral_that_the_protocol_does_not_take_is_refused(cli, tmp_path, protocol, known, plan):
    path = written(tmp_path, "world.toml", edited(DEFAULT, (f"{plan} = {{}}", f"{plan} = {{PAXG = 0.5}}")))
    sentence = (
        f"asset PAXG is no collateral of protocol {protocol}; add [collateral.PAXG] to it or leave it out of the"
        f" population ({known})"
    )
    refused(cli, sentence, "backtest", EVENT, "--world", path, "--protocol", protocol)


def test_a_misspelt_asset_is_shown_the_nearest(cli, tmp_path):
    path = written(tmp_path, "world.toml", edited(DEFAULT, ("collateral = {}", "collateral = {USDC = 0.5}")))
    sentence = "leave it out of the population (did you mean USDT?)"
    refused(cli, sentence, "backtest", EVENT, "--world", path, "--protocol", "govtool")


def test_collateral_priced_by_another_market_than_the_protocol_says_is_refused(cli, tmp_path):
    told = ("[assets]\n", '[assets.ETH]\nmarket = "BTC"\n')
    path = written(tmp_path, "world.toml", edited(DEFAULT, ("collateral = {}", "collateral = {ETH = 0.5}"), told))
    sentence = 'asset ETH follows "ETH" in protocol govtool and "BTC" in scenario'
    refused(cli, sentence, "backtest", EVENT, "--world", path, "--protocol", "govtool")


def test_collateral_of_a_market_that_is_not_replayed_is_refused(cli, tmp_path):
    told = ("[assets]\n", '[assets.USDT]\nmarket = "XAU"\n')
    path = written(tmp_path, "world.toml", edited(DEFAULT, ("collateral = {}", "collateral = {USDT = 0.5}"), told))
    sentence = "asset USDT follows market XAU, which this window does not replay; add the market or leave USDT out"
    refused(cli, sentence, "backtest", EVENT, "--world", path, "--protocol", "govtool")


LISTED = (
    "[assets]\n",
    "[options]\nexpiries_h = [24.0]\nstrikes = [1.0]\nhalf_spread = 0.002\ntick = 1e-6\n\n[assets]\n",
)


def test_options_that_the_protocol_has_no_rules_for_are_refused(cli, tmp_path):
    path = written(tmp_path, "world.toml", edited(DEFAULT, LISTED))
    sentence = (
        f"protocol dydx-v4 has no options and the world of {EVENT}/default/0 lists some; add the table [options] to the"
        " protocol or remove it from the world"
    )
    refused(cli, sentence, "backtest", EVENT, "--world", path)


def snapshot(folder: Path, *rows: str) -> tuple[Path, Path]:
    """A world beside a table of accounts."""
    table = written(folder, "accounts.csv", "\n".join(("account,instrument,amount", *rows)) + "\n")
    world = written(folder, "world.toml", edited(DEFAULT, ('snapshot = ""', 'snapshot = "accounts.csv"')))
    return world, table


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("1,option:BTC:2021-05-01T08:00:40000:C,1", "'option:BTC:2021-05-01T08:00:40000:C' expires before the window"),
        ("1,GOLD,1", "instrument 'GOLD' is unknown; use cash, a market ("),
        ("1,cash,many", "amount = 'many' is not a finite number; give coins, or dollars of cash"),
    ],
)
def test_a_snapshot_of_nonsense_is_refused_with_its_row(cli, tmp_path, row, sentence):
    world, table = snapshot(tmp_path, "1,cash,1000", row)
    refused(cli, f"{table}: row 2: ", "backtest", EVENT, "--world", world, "--protocol", "govtool")
    refused(cli, sentence, "backtest", EVENT, "--world", world, "--protocol", "govtool")


def test_a_snapshot_that_is_not_there_is_refused(cli, tmp_path):
    world, table = snapshot(tmp_path)
    table.unlink()
    sentence = f"{table} cannot be read: No such file or directory; give a table with account, instrument, amount"
    refused(cli, sentence, "backtest", EVENT, "--world", world)


def test_a_snapshot_with_an_asset_that_the_protocol_does_not_take_is_refused(cli, tmp_path):
    world, _ = snapshot(tmp_path, "1,asset:GOLD,1")
    refused(cli, "asset GOLD is no collateral of protocol dydx-v4", "backtest", EVENT, "--world", world)


def test_a_snapshot_with_options_is_refused_where_margin_is_isolated(cli, tmp_path):
    world, _ = snapshot(tmp_path, "1,cash,1000", "1,option:BTC:2022-01-01T08:00:40000:C,1")
    protocol = written(tmp_path, "isolated.toml", edited(GOVTOOL, ('mode = "cross"', 'mode = "isolated"')))
    sentence = 'which isolated margin cannot split; leave them out, or replay it with margin.mode = "cross"'
    refused(cli, sentence, "backtest", EVENT, "--world", world, "--protocol", protocol)


def test_options_of_a_snapshot_need_rules_in_the_protocol(cli, tmp_path):
    world, _ = snapshot(tmp_path, "1,option:BTC:2022-01-01T08:00:40000:C,1")
    refused(cli, "protocol dydx-v4 has no options and the world of", "backtest", EVENT, "--world", world)
