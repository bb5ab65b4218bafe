"""The conformance runner: all vectors pass, and what is wrong is named."""

import json
from pathlib import Path

import pytest

from govtool.errors import FileError, ParamError
from govtool.protocol.conformance import check, run
from govtool.protocol.dydx_v4.vectors import FUNCTIONS

VECTORS = Path(__file__).parents[1] / "vectors" / "dydx_v4_vectors.json"
ALL = json.loads(VECTORS.read_text())["vectors"]


def vector(**changes):
    base = {"id": "v", "function": "oimf_ppm", "expected": 387_653}
    inputs = {
        "initial_margin_ppm": 200_000,
        "oi_lower_cap": 1_000_000,
        "oi_upper_cap": 2_000_000,
        "open_interest_notional": 1_234_567,
    }
    return base | {"inputs": inputs} | changes


def test_all_vectors_of_the_chain_pass():
    report = run(VECTORS)
    assert [(failure.id, failure.reason) for failure in report.failures] == []
    assert (report.passed, report.failed, report.unknown) == (205, 0, {})


def test_every_function_has_vectors_and_every_vector_a_function():
    assert {one["function"] for one in ALL} == set(FUNCTIONS)
    assert len(FUNCTIONS) == 31


@pytest.mark.parametrize("one", ALL, ids=lambda one: one["id"])
def test_a_vector_with_another_result_fails(one):
    wrong = one["expected"]
    if isinstance(wrong, bool):
        wrong = not wrong
    elif isinstance(wrong, int):
        wrong += 1
    elif isinstance(wrong, dict):
        wrong = wrong | {next(iter(wrong)): 7}
    else:
        wrong = f"{int(wrong) + 1}" if wrong.lstrip("-").isdigit() else "1/3"
    failure = check(one | {"expected": wrong})
    assert failure is not None and failure.id == one["id"] and "expected" in failure.reason


def test_the_plain_inputs_are_not_read():
    assert check(vector(plain={"nonsense": 1})) is None
    assert check(vector(inputs=vector()["inputs"] | {"plain": {"initial": "99"}})) is None


def test_a_list_and_an_object_are_both_files_of_vectors(tmp_path):
    (tmp_path / "list.json").write_text(json.dumps([vector()]))
    (tmp_path / "object.json").write_text(json.dumps({"meta": {"x": 1}, "vectors": [vector(), vector()]}))
    (tmp_path / "empty.json").write_text("[]")
    assert run(tmp_path / "list.json").passed == 1
    assert run(tmp_path / "object.json").passed == 2
    assert run(tmp_path / "empty.json").passed == run(tmp_path / "empty.json").failed == 0


def test_unknown_functions_are_counted_by_name(tmp_path):
    others = [vector(function=name, system="drift-v2") for name in ("drift.x", "drift.x", "mango.y")]
    (tmp_path / "v.json").write_text(json.dumps([vector(), *others]))
    report = run(tmp_path / "v.json")
    assert (report.passed, report.failed) == (1, 3)
    assert report.unknown == {"drift.x": 2, "mango.y": 1}
    assert {failure.system for failure in report.failures} == {"drift-v2"}


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({}, "inputs lack 'initial_margin_ppm'"),
        (vector()["inputs"] | {"oi_lower_cap": None}, "is not a whole number or a decimal string"),
        (vector()["inputs"] | {"oi_lower_cap": 1.5}, "is not a whole number or a decimal string"),
        (vector()["inputs"] | {"oi_lower_cap": "x"}, "cannot be computed"),
        (vector()["inputs"] | {"oi_lower_cap": True}, "is not a whole number or a decimal string"),
    ],
)
def test_inputs_that_cannot_be_computed_fail_without_a_traceback(inputs, reason):
    failure = check(vector(inputs=inputs))
    assert failure is not None and reason in failure.reason


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_no_function_breaks_on_senseless_inputs(function):
    keys = {key for one in ALL if one["function"] == function for key in one["inputs"]}
    for nonsense in ({}, dict.fromkeys(keys, "x"), {key: [] for key in keys}, dict.fromkeys(keys, 0)):
        check({"id": "n", "function": function, "inputs": nonsense, "expected": {"no": "such result"}})


def test_whole_numbers_may_be_decimal_strings():
    assert check(vector(expected="387653")) is None
    assert check(vector(inputs={key: str(value) for key, value in vector()["inputs"].items()})) is None


@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({"expected": 387_650}, False),
        ({"expected": 387_650, "abs_tol": 3}, True),
        ({"expected": 387_650, "abs_tol": 2}, False),
        ({"expected": 387_650.5, "abs_tol": 2.5}, True),
        ({"expected": 387_000, "rel_tol": 0.002}, True),
        ({"expected": 387_000, "rel_tol": 0.001}, False),
        ({"expected": "387653/1"}, True),
        ({"expected": "387653/0"}, False),
        ({"expected": "1e999999999", "rel_tol": 1}, False),
        ({"expected": True}, False),
        ({"expected": None}, False),
        ({"expected": {"value": 387_653}}, False),
        ({"expected": "nan"}, False),
    ],
)
def test_results_are_compared_exactly_or_within_the_stated_tolerance(changes, passes):
    assert (check(vector(**changes)) is None) is passes


def test_true_is_not_one():
    payable = {"function": "insurance_fund_can_pay", "inputs": {"balance": 0, "delta": 1}}
    assert check(vector(**payable, expected=True)) is None
    assert check(vector(**payable, expected=1)) is not None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON"),
        ("3", "has no list of vectors"),
        ('{"vectors": 3}', "has no list of vectors"),
        ("[3]", r"vectors\[0\] is not an object"),
        ('[{"id": 1}]', r'vectors\[0\] lacks "function"; add it'),
        (json.dumps([vector(inputs=3)]), "inputs as an object"),
        (json.dumps([vector(function=[])]), "needs a function by name"),
    ],
)
def test_a_file_that_holds_no_vectors_is_refused(tmp_path, text, sentence):
    (tmp_path / "v.json").write_text(text)
    with pytest.raises(ParamError, match=sentence):
        run(tmp_path / "v.json")


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"none\.json cannot be read"):
        run(tmp_path / "none.json")
    (tmp_path / "v.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ParamError, match="is not UTF-8"):
        run(tmp_path / "v.json")
