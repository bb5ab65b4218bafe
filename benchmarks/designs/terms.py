"""What is replayed: designs of an oracle, what is done to it, and where."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from govtool.protocol.fields import Value, replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import read_protocol
from govtool.world.model import World
from govtool.world.read import read_world

PRESET, WORLD = "dydx-v4", "oracles"

MARKETS = ("BTC", "ETH")
SEEDS = 4

CALM, CRASH = "reconstructed-calm-2024-06-22", "reconstructed-crash-2021-05-19"
"""Bundled windows, so that the page can be made anywhere; a calm one shows what an attack does by itself."""

CALM_HOUR = 6.0
"""When an attack on the calm window begins; its hour does not matter much."""

CRASH_HOUR = 9.75
"""A quarter to 13:00 UTC on 2021-05-19, as the steepest fall begins."""

PLAIN: Mapping[str, Value] = {
    "oracle.heartbeat_s": 60,
    "oracle.aggregator": "median",
    "oracle.sources": 0,
    "oracle.least_sources": 1,
    "oracle.mean_s": 0,
    "oracle.latency_s": 0,
    "oracle.stale_s": 0,
    "oracle.max_jump_ppm": 0,
}
"""What every design begins with: the median of all six, posted at once."""


class Design(NamedTuple):
    """An oracle design: what differs from PLAIN."""

    name: str
    changes: Mapping[str, Value]


DESIGNS = (
    Design("one venue, the largest", {"oracle.sources": 1}),
    Design("mean of six", {"oracle.aggregator": "mean"}),
    Design("median of three", {"oracle.sources": 3}),
    Design("median of six", {}),
    Design("median, 4 must speak", {"oracle.least_sources": 4}),
    Design("median, mean of 5 min", {"oracle.mean_s": 300}),
    Design("median, mean of 30 min", {"oracle.mean_s": 1_800}),
    Design("median, 60 s late", {"oracle.latency_s": 60}),
    Design("median, 1 % per post", {"oracle.max_jump_ppm": 10_000}),
    Design("median, stale after 60 s", {"oracle.least_sources": 4, "oracle.stale_s": 60}),
    Design("stable price", {"oracle.aggregator": "stable"}),
    Design(
        "median, 4 must speak, 1 % per post, stale after 60 s",
        {"oracle.least_sources": 4, "oracle.max_jump_ppm": 10_000, "oracle.stale_s": 60},
    ),
)


class Threat(NamedTuple):
    """Something done to the oracle, or nothing."""

    name: str
    event: str
    attacks: tuple[Mapping[str, Any], ...]
    meaning: str


ALL = ("binance", "okx", "bybit", "kraken", "kucoin", "gate")


def _push(by: float, length_s: float, sources: tuple[str, ...]) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {
            "kind": "push",
            "market": market,
            "sources": list(sources),
            "by": by,
            "start_h": CALM_HOUR,
            "length_s": length_s,
        }
        for market in MARKETS
    )


def _silence(length_s: float, sources: tuple[str, ...]) -> tuple[Mapping[str, Any], ...]:
    return ({"kind": "silence", "sources": list(sources), "start_h": CRASH_HOUR, "length_s": length_s},)


THREATS = (
    Threat("wick", CALM, _push(-0.2, 60.0, ALL[:1]), "the largest venue trades 20 % lower for a minute"),
    Threat("siege", CALM, _push(-0.2, 1_800.0, ALL[:1]), "the same for half an hour"),
    Threat("small venues", CALM, _push(-0.3, 600.0, ALL[3:]), "the three smallest trade 30 % lower for ten minutes"),
    Threat(
        "two of the first three", CALM, _push(-0.2, 600.0, ALL[1:3]), "OKX and Bybit trade 20 % lower for ten minutes"
    ),
    Threat("misprint", CALM, _push(-0.9, 15.0, ALL[:1]), "the largest prints a tenth of the price for 15 seconds"),
    Threat(
        "half silent", CRASH, _silence(1_800.0, ALL[:3]), "the three largest say nothing for half an hour of a crash"
    ),
    Threat("stale feed", CRASH, _silence(1_800.0, ALL), "nobody says anything for half an hour of a crash"),
    Threat("crash alone", CRASH, (), "a crash with no attack: what a design costs when all are honest"),
)


def protocol_of(design: Design) -> Protocol:
    """The preset with this oracle."""
    return replaced(read_protocol(PRESET), dict(PLAIN) | dict(design.changes))


def world_of(threat: Threat, *, accounts: int | None = None) -> World:
    """The world with six venues, and what is done to them."""
    world = read_world(WORLD)
    told = world.model_dump(mode="python")
    told["attacks"] = [dict(attack) for attack in threat.attacks]
    if accounts is not None:
        told["population"]["accounts"] = accounts
    return World.model_validate(told)
