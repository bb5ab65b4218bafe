"""The same scenario under protocols that differ in one parameter, or in margin mode and method."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from govtool.errors import ParamError
from govtool.protocol.fields import Value, field, replaced
from govtool.protocol.model import Protocol
from govtool.replay.backtest import Outcome, replay
from govtool.scenario.bundle import Scenario

WORDS = {"true": True, "false": False}


def parse_variation(protocol: Protocol, text: str) -> tuple[str, list[Value]]:
    """Path and values of `FIELD=a,b,c`; integers in on-chain units, true or false for a switch.

    Raises ParamError if it is not of that form or a value is not of the field's kind.
    """
    path, equals, values = text.partition("=")
    if not equals or not values.strip():
        raise ParamError(f"{text!r} is not FIELD=a,b,c, such as auction.length_s=45,120,600")
    one = field(protocol, path.strip())
    return one.path, [_value(one.path, one.kind, part.strip()) for part in values.split(",")]


def vary(scenario: Scenario, protocol: Protocol, path: str, values: Sequence[Value]) -> Iterator[tuple[Value, Outcome]]:
    """Replay the scenario with the parameter at `path` set to each value in turn, nothing else changed."""
    for value in values:
        yield value, replay(scenario, replaced(protocol, {path: value}))


class Variant(NamedTuple):
    """A protocol under one margin mode and method; `name` is what it was asked for by."""

    name: str
    margin: str
    method: str
    protocol: Protocol


def variants(
    protocols: Mapping[str, Protocol], margins: Sequence[str] = (), methods: Sequence[str] = ()
) -> list[Variant]:
    """Every protocol under every margin mode and method; under its own where none are named.

    Raises ParamError where a protocol does not have a mode or method, such as a scan without the table [scan].
    """
    return [
        Variant(name, mode, method, replaced(protocol, {"margin.mode": mode, "margin.method": method}))
        for name, protocol in protocols.items()
        for method in methods or (protocol.margin.method,)
        for mode in margins or (protocol.margin.mode,)
    ]


def _value(path: str, kind: str, text: str) -> Value:
    if kind == "int":
        try:
            return int(text)
        except ValueError:
            raise ParamError(f"{path} = {text!r} is not an integer in on-chain units; give one") from None
    if kind == "bool":
        if text not in WORDS:
            raise ParamError(f"{path} = {text!r} is not true or false; give one of them")
        return WORDS[text]
    return text
