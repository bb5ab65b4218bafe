"""The typed model: bounds as declared, rules between fields, frozen, one sentence for each mistake."""

import pytest
from hypothesis import given, settings
from pydantic import BaseModel, ValidationError

from govtool.errors import ParamError
from govtool.protocol.declare import NONE, declarations
from govtool.protocol.fields import fields, replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import preset, validated
from tests.protocol.strategies import protocols

GOVTOOL = preset("govtool")
INTEGERS = [field for field in fields(GOVTOOL) if field.kind == "int"]
# One of each declaration is enough: the paths of other tiers and markets share it.
SINGLE = [field for field in INTEGERS if not field.path.startswith(("tiers.", "markets."))]
SINGLE += [field for field in INTEGERS if field.path.startswith(("tiers.mid-cap.", "markets.SOL."))]


def groups(model: type[BaseModel] = Protocol) -> list[type[BaseModel]]:
    found = []
    for info in model.model_fields.values():
        for part in [info.annotation, *getattr(info.annotation, "__args__", ())]:
            if isinstance(part, type) and issubclass(part, BaseModel):
                found += [part, *groups(part)]
    return found


def changed(**tables: dict[str, object]) -> dict[str, object]:
    data = GOVTOOL.model_dump(exclude_none=True)
    for name, table in tables.items():
        data[name] |= table
    return data


def test_every_field_of_every_group_is_declared_with_a_sentence():
    for group in groups():
        inner = {name for name, info in group.model_fields.items() if info.annotation in groups(group)}
        assert set(declarations(group)) == set(group.model_fields) - inner, group
        for name, declared in declarations(group).items():
            assert declared.meaning.endswith((".", ";")) and declared.unit, f"{group.__name__}.{name}"
            assert declared.low <= declared.high
            assert declared.step % declared.grid == 0
            assert declared.setter == NONE or declared.on_chain != NONE, name


@pytest.mark.parametrize("field", SINGLE, ids=lambda field: field.path)
def test_a_value_beyond_its_bounds_is_refused_in_one_sentence(field):
    for value in (field.low - 1, field.high + 1):
        with pytest.raises(ParamError) as refused:
            replaced(GOVTOOL, {field.path: value})
        sentence = str(refused.value)
        assert f"{field.path} = {value} is outside {field.low} to {field.high} {field.unit}" in sentence
        assert "\n" not in sentence


@pytest.mark.parametrize("value", [1.0, 0.5, True, "20000", None, [1]])
def test_only_whole_numbers_are_integers(value):
    with pytest.raises(ParamError, match=r"tiers\.mid-cap\.initial_margin_ppm = .* is not a whole number"):
        replaced(GOVTOOL, {"tiers.mid-cap.initial_margin_ppm": value})


@pytest.mark.parametrize("value", [0, 1, "true"])
def test_only_true_and_false_are_switches(value):
    with pytest.raises(ParamError, match=r"adaptive\.enabled = .* is not true or false"):
        replaced(GOVTOOL, {"adaptive.enabled": value})


def test_a_lower_cap_above_the_upper_is_refused_even_if_that_is_off():
    for lower, upper in ((2, 1), (1, 0)):
        caps = {
            "tiers.large-cap.open_interest_lower_cap": lower,
            "tiers.large-cap.open_interest_upper_cap": upper,
        }
        with pytest.raises(ParamError, match=r"tiers\.large-cap: open_interest_lower_cap .* is above"):
            replaced(GOVTOOL, caps)


def test_equal_caps_are_a_step_and_allowed():
    caps = {"tiers.large-cap.open_interest_lower_cap": 5, "tiers.large-cap.open_interest_upper_cap": 5}
    assert replaced(GOVTOOL, caps).tiers["large-cap"].open_interest_upper_cap == 5


def test_a_market_needs_a_tier_that_exists():
    with pytest.raises(ParamError, match=r'markets\.BTC\.tier = "huge" is not a tier; known tiers: large-cap'):
        replaced(GOVTOOL, {"markets.BTC.tier": "huge"})


@pytest.mark.parametrize("path", ["tiers.large-cap.id", "markets.ETH.id", "markets.ETH.market_id"])
def test_two_of_a_kind_need_different_numbers(path):
    other = {"tiers.large-cap.id": 1, "markets.ETH.id": 0, "markets.ETH.market_id": 0}[path]
    with pytest.raises(ParamError, match=r"stands 2 times in (tiers|markets)"):
        replaced(GOVTOOL, {path: other})


def test_an_auction_discount_only_grows():
    with pytest.raises(ParamError, match="discount only grows"):
        replaced(GOVTOOL, {"auction.start_discount_ppm": 30_001})
    assert replaced(GOVTOOL, {"auction.start_discount_ppm": 30_000}).auction is not None


@pytest.mark.parametrize("format_", ["dutch", "batch", "first_come"])
def test_every_format_but_the_book_needs_an_auction(format_):
    data = changed(liquidation={"format": format_})
    assert validated(data, "x.toml").auction is not None
    del data["auction"]
    with pytest.raises(ParamError, match=rf'liquidation\.format = "{format_}" needs the table \[auction\]'):
        validated(data, "x.toml")


def test_a_book_has_no_auction():
    with pytest.raises(ParamError, match="has no auction"):
        validated(changed(liquidation={"format": "book"}), "x.toml")


@pytest.mark.parametrize("day", ["2026-02-30", "2026-1-1", "20260101", "tomorrow", "٢٠٢٦-٠١-٠١"])
def test_a_date_is_a_day_of_the_calendar(day):
    data = GOVTOOL.model_dump()
    with pytest.raises(ParamError, match=r"^x\.toml: date"):
        validated(data | {"date": day}, "x.toml")


def test_groups_are_frozen():
    with pytest.raises(ValidationError):
        GOVTOOL.tiers["large-cap"].initial_margin_ppm = 1


@settings(max_examples=20)
@given(protocols())
def test_the_strategy_reaches_valid_protocols_only(protocol):
    assert Protocol.model_validate(protocol.model_dump(exclude_none=True)) == protocol
