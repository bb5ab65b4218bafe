"""Vectors of the systems other than dYdX v4: all pass, none passes with another result, and how results compare."""

import inspect
import json
import re
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest

from govtool.protocol.conformance import FUNCTIONS, SYSTEMS, check, run

VECTORS = Path(__file__).parents[1] / "vectors" / "protocol_vectors.json"
ALL = json.loads(VECTORS.read_text())["vectors"]
OTHERS = {name: answers for name, answers in SYSTEMS.items() if name != "dydx-v4"}


def vector(expected, **changes):
    inputs = {"start": 0.96, "cutoff": 0.8, "fast": 300, "slow": 7200, "t": 6780}
    return {"id": "v", "function": "derive.discount", "inputs": inputs, "expected": expected} | changes


def test_all_vectors_pass():
    report = run(VECTORS)
    assert [(failure.id, failure.reason) for failure in report.failures] == []
    assert (report.passed, report.failed, report.unknown) == (124, 0, {})


def test_every_function_has_vectors_of_its_system_and_every_vector_a_function():
    for name, answers in OTHERS.items():
        assert {one["function"] for one in ALL if one["system"] == name} == set(answers)
    assert {one["system"] for one in ALL} == set(OTHERS)


def test_no_two_systems_share_the_name_of_a_function():
    assert len(FUNCTIONS) == sum(len(answers) for answers in SYSTEMS.values())


def other(value):
    """A result that differs by more than any tolerance allows."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return [*value[:-1], other(value[-1])]
    return value * 2 + 1


@pytest.mark.parametrize("one", ALL, ids=lambda one: one["id"])
def test_a_vector_with_another_result_fails(one):
    for name, value in one["expected"].items():
        failure = check(one | {"expected": one["expected"] | {name: other(value)}})
        assert failure is not None and failure.id == one["id"] and "expected" in failure.reason


@pytest.mark.parametrize("function", sorted({one["function"] for one in ALL}))
def test_no_function_breaks_on_senseless_inputs(function):
    keys = {key for one in ALL if one["function"] == function for key in one["inputs"]}
    for nonsense in (
        {},
        dict.fromkeys(keys, "x"),
        {key: [] for key in keys},
        dict.fromkeys(keys, 0),
        dict.fromkeys(keys),
    ):
        check({"id": "n", "function": function, "inputs": nonsense, "expected": {"no": "such result"}})


@pytest.mark.parametrize(
    ("expected", "changes", "passes"),
    [
        ({"discount": 0.08}, {}, True),
        ({"discount": "0.08"}, {}, True),
        ({"discount": "2/25"}, {}, True),
        ({"discount": 0.0800000000001}, {}, False),
        ({"discount": 0.08000000000000002}, {}, True),
        ({"discount": "0.08000000000000002"}, {}, False),
        ({"discount": 0.08000000000000002}, {"abs_tol": 0}, False),
        ({"discount": 0.08}, {"rel_tol": 0}, True),
        ({"discount": 0.0801}, {"abs_tol": 0.0001}, True),
        ({"discount": 0.0801}, {"abs_tol": 0.00009}, False),
        ({"discount": 0.0801}, {"rel_tol": 0.0013}, True),
        ({"discount": float("nan")}, {}, False),
        ({"discount": float("inf")}, {}, False),
        ({"discount": 0.08, "more": 1}, {}, False),
        ({}, {}, False),
        ({"discount": [0.08]}, {}, False),
        (0.08, {}, False),
    ],
)
def test_what_an_expected_object_names_is_compared_within_its_tolerance(expected, changes, passes):
    assert (check(vector(expected, **changes)) is None) is passes


def test_lists_are_compared_entry_by_entry():
    one = next(one for one in ALL if one["id"] == "snx-seq-maxpd")
    sizes = one["expected"]["sizes"]
    assert check(one | {"expected": {"sizes": [size + 1 for size in sizes]}, "abs_tol": 1}) is None
    assert check(one | {"expected": {"sizes": sizes[:-1]}}) is not None
    assert check(one | {"expected": {"sizes": [*sizes, 15]}}) is not None


def test_a_wrong_result_is_shown_with_what_was_expected():
    failure = check(vector({"discount": 0.5}))
    assert failure.reason == 'expected {"discount": 0.5}, got {"discount": "2/25"}'


def test_an_unknown_set_of_parameters_is_named():
    one = next(one for one in ALL if one["function"] == "derive.standard_margin")
    failure = check(one | {"inputs": one["inputs"] | {"params": "nobody's"}})
    assert 'params = "nobody\'s" is not one of derive-srm-test' in failure.reason


@pytest.mark.parametrize("system", sorted(OTHERS))
def test_every_formula_cites_its_source(system):
    chain = import_module(f"govtool.protocol.{system.replace('-', '_')}")
    for name in chain.__all__:
        thing = getattr(chain, name)
        if inspect.isfunction(thing):
            text = (inspect.getdoc(thing) or "") + (inspect.getdoc(inspect.getmodule(thing)) or "")
            assert "ource" in text and re.search(r"[\w-]+/[\w-]+( \([^)]+\))?: [\w-]+/", text), name
            assert inspect.getdoc(thing), name


def test_results_hold_no_float_but_where_the_source_computes_in_floats_or_with_logarithms():
    floats = {"derive.portfolio_margin_v2", "derive.standard_margin", "mango.stable_price"}
    for one in ALL:
        answer = FUNCTIONS[one["function"]](one["inputs"])
        kinds = {type(entry) for value in answer.values() for entry in (value if isinstance(value, list) else [value])}
        assert (kinds == {float}) if one["function"] in floats else kinds <= {int, bool, Fraction}, one["id"]
