"""Incidents: the shipped file is whole and sourced, and a file that contradicts itself is refused."""

import shutil

import pytest

from govtool.errors import DataError, FileError, ParamError
from govtool.history.catalogue import catalogue
from govtool.history.store import bundled_folder
from govtool.protocol.read import PRESETS
from govtool.regression.incidents import MEASURES, SHIPPED, chosen, read_incidents
from govtool.regression.recreate import recreate

STATED = read_incidents()
TEXT = (bundled_folder() / SHIPPED).read_text(encoding="utf-8")


def test_three_incidents_ship_with_an_event_each():
    assert set(STATED.incidents) == {"yfi-2023", "adl-2025", "chain-halt-2025"}
    events = catalogue()
    for incident in STATED.incidents.values():
        assert events[incident.event].kind == "crash"
        assert incident.left_out.endswith(".") and incident.what.endswith(".")


def test_every_figure_has_a_source_and_every_source_a_figure():
    used = {figure.source for incident in STATED.incidents.values() for figure in incident.figures}
    assert used == set(STATED.sources)
    for incident in STATED.incidents.values():
        for figure in incident.figures:
            assert figure.measure in MEASURES and figure.how and figure.value >= 0


def test_files_beside_are_all_used_and_say_what_is_published_and_what_assumed():
    folder = bundled_folder()
    named = {name for one in STATED.incidents.values() for name in (one.protocol, one.world) if name.endswith(".toml")}
    there = {f"incidents/{path.name}" for path in (folder / "incidents").glob("*.toml")}
    assert named == there
    for name in named:
        head = (folder / name).read_text(encoding="utf-8").partition("format = ")[0]
        assert "Assumed" in head or "differs" in head
    for incident in STATED.incidents.values():
        protocol = STATED.protocol_of(incident)
        assert set(catalogue()[incident.event].series) <= set(protocol.markets)
        assert incident.protocol in PRESETS or incident.protocol in named


def test_the_accounts_of_the_squeeze_are_the_published_ones():
    rows = (bundled_folder() / "incidents" / "yfi-accounts.csv").read_text().splitlines()[1:]
    coins: dict[str, float] = {}
    equity: dict[str, float] = {}
    for account, instrument, amount, _ in (row.split(",") for row in rows):
        if instrument == "YFI":
            coins[account] = float(amount)
        equity[account] = equity.get(account, 0.0) + float(amount) * (14185.0 if instrument == "YFI" else 1.0)
    long = {name: size for name, size in coins.items() if size > 0}
    assert sum(long.values()) * 14185.0 == pytest.approx(67e6, rel=1e-4)
    attackers = [name for name in long if name.startswith("attacker")]
    assert len(attackers) == 100
    assert sum(long[name] for name in attackers) * 14185.0 == pytest.approx(50e6, rel=1e-4)
    assert all(long[name] * 14185.0 / equity[name] == pytest.approx(5.0, rel=1e-3) for name in attackers)
    assert sum(coins.values()) * 14185.0 == pytest.approx(0.0, abs=1e3)


def test_names_are_chosen_in_their_order_and_a_wrong_one_is_refused():
    assert list(chosen(STATED, ["adl-2025", "yfi-2023", "adl-2025"])) == ["adl-2025", "yfi-2023"]
    assert chosen(STATED, []) == STATED.incidents
    with pytest.raises(DataError, match=r"incidents.toml: did you mean yfi-2023"):
        chosen(STATED, ["yfi-2022"])
    with pytest.raises(DataError, match="there are yfi-2023, adl-2025, chain-halt-2025"):
        chosen(STATED, ["mango"])


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("govtool/incidents@1", "govtool/incidents@2", "'govtool/incidents@2' is not"),
        ('measure = "liquidated_usd"', 'measure = "liquidated"', 'measure = "liquidated" is not a measure; name'),
        ('over = "pool_start_usd"', 'over = "pool"', 'over = "pool" is not a measure; name'),
        ('over = "pool_start_usd"', 'over = "market_fall"', "divides by a fall; name another"),
        ('market = "YFI"\n', "", "which needs a market"),
        ('source = "juliano"', 'source = "hearsay"', 'source = "hearsay" of .* is not among .*; add it there'),
        ("value = 67_000_000.0\n", "", r"figures.0.value is missing; add it"),
        ('unit = "usd"', 'units = "usd"', "figures.0.units is an unknown field; remove it or correct its name"),
        ("seeds = [0, 1, 2, 3, 4, 5, 6, 7]", "seeds = []", "incidents.yfi-2023.seeds"),
        ('label = "reconstructed"', 'label = "made up"', "incidents.yfi-2023.label = 'made up'"),
        ("[sources]", 'path = "x"\n[sources]', "path is an unknown field; remove it"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_in_one_sentence(tmp_path, before, after, message):
    assert before in TEXT
    path = tmp_path / SHIPPED
    path.write_text(TEXT.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ParamError, match=message) as refused:
        read_incidents(path)
    assert str(refused.value).startswith(f"{path}: ") and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "error", "message"),
    [
        ('label = "reconstructed"', 'label = "recorded"', ParamError, 'incidents.chain-halt-2025: .*; say "reconstr'),
        (
            'world = "incidents/chain-halt-world.toml"',
            'world = "defalt"',
            ParamError,
            "neither a file nor a shipped world",
        ),
        ('protocol = "dydx-v4"', 'protocol = "dydx-v5"', FileError, "neither a file nor a preset"),
        ('event = "reconstructed-crash-2025-10-10"', 'event = "crash-2025-10-10"', DataError, "not in the catalogue"),
        (
            'measure = "bad_debt_usd"',
            'market = "DOGE"\nmeasure = "market_fall"',
            ParamError,
            'market = "DOGE" of "funds lost on chain" is not in event .*; name one of BTC, ETH, SOL, XRP',
        ),
    ],
)
def test_what_an_incident_names_must_be_there(tmp_path, before, after, error, message):
    head, mark, halt = TEXT.partition("[incidents.chain-halt-2025]")
    assert before in halt
    path = tmp_path / SHIPPED
    path.write_text(head + mark + halt.replace(before, after, 1), encoding="utf-8")
    shutil.copytree(bundled_folder() / "incidents", tmp_path / "incidents")
    with pytest.raises(error, match=message):
        recreate(read_incidents(path), ["chain-halt-2025"], seeds=[0])
