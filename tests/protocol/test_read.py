"""Protocol files: TOML in and out without loss, and one sentence for each broken one."""

import os
import tomllib

import pytest
from hypothesis import given, settings

from govtool.errors import FileError, ParamError
from govtool.protocol.model.loss_sharing import LAYERS
from govtool.protocol.read import (
    PRESETS,
    parsed,
    preset,
    preset_text,
    read_protocol,
    to_toml,
    write_protocol,
)
from tests.protocol.strategies import protocols

TEXT = to_toml(preset("govtool"))


@settings(max_examples=40)
@given(protocols())
def test_toml_round_trips_without_loss_and_with_the_same_bytes(protocol):
    text = to_toml(protocol)
    again = parsed(text, "round")
    assert again == protocol
    assert to_toml(again) == text
    assert text.startswith('format = "govtool/protocol@1"\n')


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_round_trips_and_names_its_source_and_date(name, tmp_path):
    protocol = preset(name)
    write_protocol(protocol, tmp_path / "p.toml")
    assert read_protocol(tmp_path / "p.toml") == protocol == read_protocol(name)
    assert protocol.name == name and name.startswith(protocol.system)
    assert protocol.source and len(protocol.date) == 10


def test_the_reference_preset_holds_the_chains_published_values():
    protocol = preset("dydx-v4")
    tiers = {t.name: (t.initial_margin_ppm, t.maintenance_fraction_ppm) for t in protocol.tiers.values()}
    assert tiers == {
        "Large-Cap": (20_000, 600_000),
        "Small-Cap": (100_000, 500_000),
        "Long-Tail": (200_000, 500_000),
        "Safety": (1_000_000, 200_000),
        "Isolated": (50_000, 600_000),
        "Mid-Cap": (50_000, 600_000),
        "FX": (10_000, 500_000),
    }
    assert [tier.id for tier in protocol.tiers.values()] == list(range(7))
    # What came later says nothing on dYdX v4: its defaults are what the chain does.
    assert protocol.liquidation.model_dump(exclude_defaults=True) == {
        "format": "book",
        "max_liquidation_fee_ppm": 15_000,
        "fee_to_insurance_ppm": 1_000_000,
        "min_position_notional_liquidated": 1_000_000_000,
        "max_position_portion_liquidated_ppm": 100_000,
        "max_notional_liquidated": 100_000_000_000,
        "max_quantums_insurance_lost": 1_000_000_000_000,
        "bankruptcy_adjustment_ppm": 1_000_000,
        "spread_to_maintenance_margin_ratio_ppm": 1_500_000,
        "restore_ppm": 1_000_000,
    }
    assert protocol.auction is None and not protocol.adaptive.enabled and protocol.deleveraging.enabled
    assert {"BTC", "ETH", "SOL", "DOGE", "XRP", "LINK", "AVAX", "ADA", "LTC", "BNB"} <= set(protocol.markets)
    assert [name for name, market in protocol.markets.items() if not market.on_chain] == ["AAVE", "BNB"]


def test_the_design_preset_has_every_mechanism_on():
    protocol = preset("govtool")
    assert protocol.liquidation.format == "dutch" and protocol.auction is not None
    assert protocol.adaptive.enabled and protocol.adaptive.gamma_ppm > 0
    assert protocol.insurance.trading_fee_share_ppm > 0
    assert protocol.collateral and protocol.options is not None and protocol.scan is not None
    assert protocol.margin.fill_check and protocol.margin.price_mode == "stable" and protocol.margin.ramp_s > 0
    assert protocol.margin.doubt_factor_ppm > 0 and protocol.margin.peg_factor_ppm > 0
    chain = {"scan_range_ppm"}
    same = [tier.model_dump(exclude=chain) for tier in protocol.tiers.values()]
    assert same == [tier.model_dump(exclude=chain) for tier in preset("dydx-v4").tiers.values()]
    markets = {key: market.model_copy(update={"pool_share_ppm": 0}) for key, market in protocol.markets.items()}
    assert markets == preset("dydx-v4").markets


def test_the_design_preset_has_every_mechanism_of_the_liquidation_system_on():
    protocol, plain = preset("govtool"), preset("dydx-v4")
    assert protocol.auction is not None
    # Fields with a neutral default; what stands at it on purpose is named.
    off = {
        "auction.stair_s",
        "auction.anchored",
        "auction.reset_drop_ppm",
        "keepers.no_show_penalty_ppm",
        "liquidation.breaker.window_s",
    }
    groups = (protocol.liquidation, protocol.auction, protocol.keepers, protocol.insurance)
    for group in (*groups, protocol.loss_sharing, protocol.withdrawals, protocol.insurance.advance):
        for name, info in type(group).model_fields.items():
            at_rest = not info.is_required() and getattr(group, name) == info.default
            assert not at_rest or any(path.endswith(f".{name}") for path in off), name
    assert protocol.deleveraging.enabled and set(protocol.loss_sharing.layers()) == set(LAYERS)
    assert sum(market.pool_share_ppm for market in protocol.markets.values()) > 0
    assert plain.loss_sharing.layers() == ("insurance", "adl")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_explains_itself_in_comments(name):
    text = preset_text(name)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert len(comments) > 10
    assert any("assumption" in line.lower() for line in comments)
    if name == "dydx-v4":
        assert "plays the part of an auction" in text


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "restore_ppm",
            "restor_ppm",
            "unknown field liquidation.restor_ppm; did you mean restore_ppm? (and 1 more)",
        ),
        ("[auction]", "[auctoin]", "unknown field auctoin; did you mean auction?"),
        ("length_s = 120", "colour = 3", "unknown field auction.colour; known here: length_s, "),
        ("length_s = 120", "length_s = 0", "auction.length_s = 0 is outside 1 to 86400 s; "),
        ("length_s = 120", "length_s = 1.5", "auction.length_s = 1.5 is not a whole number; write it in s"),
        ("length_s = 120", "length_s = nan", "auction.length_s = nan is not a whole number; write it in s"),
        ("length_s = 120\n", "", "auction.length_s is missing; add it, 1 to 86400 s: Time from"),
        ('"dutch"', '"lottery"', 'liquidation.format = "lottery" is not one of book, dutch, batch, first_come'),
        ("protocol@1", "protocol@2", 'format = "govtool/protocol@2" is not a version that this govtool reads; '),
        ('format = "govtool/protocol@1"\n', "", "format is missing; add it"),
        ("[tiers.large-cap]", '[tiers."large cap"]', "tiers.large cap is not a usable name; use letters, "),
        ("[fees]\ntaker_fee_ppm = 500\n", "", "fees is missing; add it"),
        ('ticker = "BTC-USD"', "ticker = 7", "markets.BTC.ticker = 7 is not a text; write one in quotes"),
        ('ticker = "ETH-USD"', 'ticker = "BTC-USD"', "ticker = 'BTC-USD' stands 2 times in markets; "),
        ("[tiers.large-cap]", "[tiers]\nx = 3\n[tiers.large-cap]", "tiers.x = 3 is not allowed: "),
        ('name = "govtool"', "name = [", "is not valid TOML"),
        ("enabled = true", "enabled = 1", "adaptive.enabled = 1 is not true or false"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path, old, new, sentence):
    path = tmp_path / "broken.toml"
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(ParamError) as refused:
        read_protocol(path)
    assert str(refused.value).startswith(str(path))
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_name_that_is_neither_file_nor_preset_is_refused(tmp_path):
    with pytest.raises(FileError, match="dydx-v5 is neither a file nor a preset; presets are dydx-v4, drift-v2, "):
        read_protocol("dydx-v5")
    with pytest.raises(ParamError, match=r'"dydx-v5" is not a preset; did you mean dydx-v4\?'):
        preset("dydx-v5")


def test_a_folder_and_a_binary_file_are_refused(tmp_path):
    with pytest.raises(FileError, match="give a TOML file"):
        read_protocol(tmp_path)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParamError, match="is not UTF-8 text"):
        read_protocol(tmp_path / "bytes.toml")


def test_writing_leaves_no_half_of_a_file(tmp_path, monkeypatch):
    target = tmp_path / "p.toml"
    target.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FileError, match=r"cannot be written \(No space left on device\)"):
        write_protocol(preset("govtool"), target)
    assert [path.name for path in tmp_path.iterdir()] == ["p.toml"]
    assert target.read_text() == "before"


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        write_protocol(preset("govtool"), tmp_path / "no" / "p.toml")


def test_what_is_written_is_plain_toml(tmp_path):
    write_protocol(preset("govtool"), tmp_path / "p.toml")
    data = tomllib.loads((tmp_path / "p.toml").read_text())
    assert data["tiers"]["large-cap"]["initial_margin_ppm"] == 20_000
    assert (tmp_path / "p.toml").stat().st_mode & 0o777 == 0o644
