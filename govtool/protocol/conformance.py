"""Conformance: numeric vectors of a chain, run through this package's arithmetic and compared.

A file holds a list of `{"id", "function", "inputs", "expected"[, "system", "abs_tol", "rel_tol"]}`, or an
object with that list under "vectors". `inputs.plain` repeats numbers for people and is not read. An expected object
names one or more of the quantities that its function answers; what it does not name is not compared.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from govtool.errors import FileError, ParamError
from govtool.protocol.answer import Answer
from govtool.protocol.derive_v2 import vectors as derive_v2
from govtool.protocol.drift_v2 import vectors as drift_v2
from govtool.protocol.dydx_v4 import vectors as dydx_v4
from govtool.protocol.dydx_v4.state import ChainRefusal
from govtool.protocol.euler_evk import vectors as euler_evk
from govtool.protocol.l2_gate import vectors as l2_gate
from govtool.protocol.maker_clip import vectors as maker_clip
from govtool.protocol.mango_v4 import vectors as mango_v4
from govtool.protocol.synthetix_v3 import vectors as synthetix_v3

SYSTEMS: dict[str, Mapping[str, Answer]] = {
    "dydx-v4": dydx_v4.FUNCTIONS,
    "derive-v2": derive_v2.FUNCTIONS,
    "drift-v2": drift_v2.FUNCTIONS,
    "euler-evk": euler_evk.FUNCTIONS,
    "l2-gate": l2_gate.FUNCTIONS,
    "maker-clip": maker_clip.FUNCTIONS,
    "mango-v4": mango_v4.FUNCTIONS,
    "synthetix-v3": synthetix_v3.FUNCTIONS,
}
"""What each system computes, by the names that vectors use. No two systems share a name."""

FUNCTIONS: dict[str, Answer] = {name: answer for system in SYSTEMS.values() for name, answer in system.items()}

UNKNOWN = "unknown function"
EXACT_DIGITS = 400
"""Most decimal digits that a number is compared with; more is a broken vector, not a balance."""

WRITTEN = Fraction(1, 10**12)
"""Relative tolerance to a number that is written with a point, if its vector states none: it was rounded once."""


@dataclass(frozen=True)
class Tolerance:
    """How far a number may be off: at most, per expected size, and so too if it is written with a point."""

    absolute: Fraction
    relative: Fraction
    written: Fraction


@dataclass(frozen=True)
class Failure:
    """A vector that did not come out as expected, and why."""

    id: str
    function: str
    system: str
    reason: str


@dataclass(frozen=True)
class Report:
    """What became of the vectors of a file."""

    source: str
    passed: int
    failures: tuple[Failure, ...]

    @property
    def failed(self) -> int:
        """Number of vectors that failed."""
        return len(self.failures)

    @property
    def unknown(self) -> dict[str, int]:
        """Functions that nothing here computes, each with the number of its vectors."""
        counts: dict[str, int] = {}
        for failure in self.failures:
            if failure.reason == UNKNOWN:
                counts[failure.function] = counts.get(failure.function, 0) + 1
        return dict(sorted(counts.items()))


def run(path: str | Path) -> Report:
    """Run a file of vectors.

    Raises
    ------
    FileError
        The file cannot be read.
    ParamError
        It is not a list of vectors.
    """
    vectors = _read(Path(path))
    failures = [failure for vector in vectors if (failure := check(vector)) is not None]
    return Report(str(path), len(vectors) - len(failures), tuple(failures))


def check(vector: Mapping[str, Any]) -> Failure | None:
    """What is wrong with the outcome of one vector; None if nothing is."""
    function = vector["function"]
    answer = FUNCTIONS.get(function)
    if answer is None:
        return _failure(vector, UNKNOWN)
    try:
        actual = answer(vector["inputs"])
    except ChainRefusal as refusal:
        actual = refusal.code
    except KeyError as missing:
        return _failure(vector, f"inputs lack {missing}")
    except (ArithmeticError, AttributeError, IndexError, TypeError, ValueError) as problem:
        return _failure(vector, f"inputs cannot be computed: {problem}")
    if _agrees(actual, vector["expected"], _tolerance(vector)):
        return None
    return _failure(vector, f"expected {_shown(vector['expected'])}, got {_shown(actual)}")


def _failure(vector: Mapping[str, Any], reason: str) -> Failure:
    system = vector.get("system", "dydx-v4")
    return Failure(str(vector["id"]), str(vector["function"]), str(system), reason)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{path} cannot be read: {problem.strerror}; give a file of vectors") from problem
    except UnicodeDecodeError as problem:
        raise ParamError(f"{path} is not UTF-8 text; give a JSON file of vectors") from problem
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ParamError(f"{path} is not JSON: {problem}; give a JSON file of vectors") from problem
    vectors = data.get("vectors") if isinstance(data, dict) else data
    if not isinstance(vectors, list):
        raise ParamError(f'{path} has no list of vectors; give a list, or an object with "vectors"')
    for row, vector in enumerate(vectors):
        _refuse_broken(path, row, vector)
    return vectors


def _refuse_broken(path: Path, row: int, vector: Any) -> None:
    if not isinstance(vector, dict):
        raise ParamError(f"{path}: vectors[{row}] is not an object; give id, function, inputs and expected")
    for name in ("id", "function", "inputs", "expected"):
        if name not in vector:
            raise ParamError(f'{path}: vectors[{row}] lacks "{name}"; add it')
    if not isinstance(vector["function"], str) or not isinstance(vector["inputs"], dict):
        raise ParamError(f"{path}: vectors[{row}] needs a function by name and inputs as an object")


def _agrees(actual: Any, expected: Any, tolerance: Tolerance) -> bool:
    """Whether each quantity that is expected came out, of those that the answer holds."""
    if isinstance(actual, Mapping) and isinstance(expected, Mapping) and expected:
        return all(key in actual and _same(actual[key], expected[key], tolerance) for key in expected)
    return _same(actual, expected, tolerance)


def _same(actual: Any, expected: Any, tolerance: Tolerance) -> bool:
    if isinstance(actual, Mapping):
        return (
            isinstance(expected, Mapping)
            and actual.keys() == expected.keys()
            and all(_same(actual[key], expected[key], tolerance) for key in actual)
        )
    if isinstance(actual, list) and isinstance(expected, list):
        pairs = zip(actual, expected, strict=False)
        return len(actual) == len(expected) and all(_same(got, wanted, tolerance) for got, wanted in pairs)
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    got, wanted = _number(actual), _number(expected)
    if got is None or wanted is None:
        return bool(actual == expected)
    relative = tolerance.relative + (tolerance.written if isinstance(expected, float) else 0)
    return abs(got - wanted) <= max(tolerance.absolute, relative * abs(wanted))


def _number(value: Any) -> Fraction | None:
    """Exact value of a number, a decimal string or "num/den"; None for anything else.

    A float is the shortest decimal that reads back as it: as a vector writes it.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value)
    numerator, slash, denominator = str(value).partition("/")
    parts = [_decimal(part) for part in ((numerator, denominator) if slash else (numerator,))]
    if None in parts or (slash and parts[1] == 0):
        return None
    return Fraction(*(Fraction(part) for part in parts if part is not None))


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > EXACT_DIGITS:
        return None
    return value


def _tolerance(vector: Mapping[str, Any]) -> Tolerance:
    absolute, relative = (_number(vector.get(name)) for name in ("abs_tol", "rel_tol"))
    written = WRITTEN if absolute is None and relative is None else Fraction(0)
    return Tolerance(absolute or Fraction(0), relative or Fraction(0), written)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, Fraction) else json.dumps(value, default=str)
