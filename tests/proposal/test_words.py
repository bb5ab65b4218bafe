"""How numbers are written."""

import pytest

from govtool.proposal import words
from govtool.proposal.objectives import WORDS, printed, printed_interval, word
from govtool.study.model import OBJECTIVES


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "$0"),
        (-0.0, "$0"),
        (0.3, "$0.30"),
        (12.3, "$12"),
        (999.4, "$999"),
        (999.6, "$1.00k"),
        (-950.4, "-$950"),
        (1_234_567.0, "$1.23M"),
        (999_999.0, "$1.00M"),
        (2e9, "$2.00bn"),
        (None, "n/a"),
    ],
)
def test_money(amount, text):
    assert words.money(amount) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (0.00123456, "0.00123"),
        (-0.00001234, "-1.23e-05"),
        (12.345, "12.3"),
        (12_345.6, "12,346"),
        (None, "n/a"),
    ],
)
def test_decimal(number, text):
    assert words.decimal(number) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (25_000, "ppm", "2.5 %"),
        (1, "ppm of maintenance margin", "0.0001 %"),
        (6_000_000, "ppm", "600 %"),
        (500_000_000, "quote quantums", "$500"),
        (4_166_666_666, "quote quantums per year", "$4,166.666666"),
        (45, "s", "45 s"),
        (1_000_000, "base quantums", "1,000,000"),
        (True, "bool", "on"),
        ("small-cap", "reference", "small-cap"),
        (None, "ppm", "n/a"),
    ],
)
def test_a_protocol_value_is_as_exact_as_the_chain_s(value, unit, text):
    assert words.value(value, unit) == text


@pytest.mark.parametrize(
    ("text", "told"), [("$5", "+$5"), ("-$5", "-$5"), ("$0", "$0"), ("0.00", "0.00"), ("n/a", "n/a")]
)
def test_a_sign_stands_before_what_is_not_zero(text, told):
    assert words.signed(text) == told


@pytest.mark.parametrize(
    ("seconds", "text"), [(60, "1m"), (900, "15m"), (3_600, "1h"), (5_400, "90m"), (86_400, "1d"), (15, "15 s")]
)
def test_duration(seconds, text):
    assert words.duration(seconds) == text


def test_a_cell_cannot_break_its_table():
    assert words.cell("a | b\nc") == "a \\| b c"


def test_lists():
    assert [words.listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_every_objective_has_words():
    assert set(WORDS) == set(OBJECTIVES)


def test_objectives_are_printed_in_their_unit():
    assert printed(0.00123, "tail_loss") == "12.3"
    assert printed(5.5, "capital_efficiency") == "5.50"
    found = {"estimate": -0.00123, "low": -0.002, "high": 0.0001, "windows": 6}
    assert printed_interval(found, "tail_loss") == "-12.3 [-20.0, +1.00]"


@pytest.mark.parametrize(
    ("low", "high", "lower_is_better", "higher_is_better"),
    [
        (-2.0, -1.0, "better", "worse"),
        (1.0, 2.0, "worse", "better"),
        (-1.0, 1.0, "inconclusive", "inconclusive"),
        (0.0, 1.0, "inconclusive", "inconclusive"),
        (0.0, 0.0, "no change", "no change"),
        (None, None, "inconclusive", "inconclusive"),
    ],
)
def test_what_an_interval_says(low, high, lower_is_better, higher_is_better):
    found = {"estimate": 0.0, "low": low, "high": high, "windows": 6}
    assert word(found, "tail_loss") == lower_is_better
    assert word(found, "capital_efficiency") == higher_is_better


def test_a_single_window_says_nothing():
    assert word({"estimate": -1.0, "low": -1.0, "high": -1.0, "windows": 1}, "tail_loss") == "inconclusive"
