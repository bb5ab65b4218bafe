"""Canonical JSON has one spelling per value, and reads back as what was written."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govtool.errors import ParamError
from govtool.proposal.canonical import canonical, digest_of, nine, parse, plain, rounded

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_reads_back_and_is_written_alike(value):
    content = canonical(value)
    assert parse(content) == plain(value)
    assert canonical(parse(content)) == content


@settings(max_examples=40)
@given(st.dictionaries(st.text(), VALUES))
def test_the_order_of_keys_shows_nowhere(table):
    assert canonical(dict(reversed(table.items()))) == canonical(table)


def test_the_spelling():
    value = {"b": [1, 2.5, True, None], "a": "é", "c": {}}
    assert canonical(value) == '{\n "a": "é",\n "b": [\n  1,\n  2.5,\n  true,\n  null\n ],\n "c": {}\n}\n'.encode()


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.1234567891234, 0.123456789),
        (123456789123.4, 123456789000.0),
        (5.0, 5.0),
        (1e-30, 1e-30),
        (math.nan, None),
        (math.inf, None),
        (-math.inf, None),
    ],
)
def test_measured_numbers_have_nine_digits(number, written):
    assert rounded(number) == written
    assert nine({"x": [number]}) == {"x": [written]}


def test_minus_zero_is_zero():
    assert canonical(nine(-0.0)) == b"0.0\n"


def test_numpy_numbers_are_numbers():
    assert plain([np.float64(1.5), np.int64(3)]) == [1.5, 3]


def test_given_numbers_stay_as_given():
    assert plain(0.1234567891234) == 0.1234567891234


def test_what_json_does_not_have_is_refused():
    with pytest.raises(ParamError, match="cannot hold set"):
        canonical({"x": {1, 2}})


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{"a": 1, "a": 1}', "key 'a' stands twice"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b"\xff", "utf-8"),
        (b'{"a": 1', "delimiter"),
    ],
)
def test_sloppy_json_is_refused(content, what):
    with pytest.raises(ValueError, match=what):
        parse(content)


def test_a_digest_speaks_of_the_value():
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) != digest_of({"a": 1, "b": 3})
