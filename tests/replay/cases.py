"""Cases to explain: tiny crashes, and what a finding says of one number."""

import dataclasses

from govtool.protocol.fields import fields, replaced
from govtool.protocol.model import Protocol
from govtool.replay.backtest import Source
from govtool.replay.explain.case import Case, replayed
from tests.replay import tiny

FRACTION = "tiers.large-cap.maintenance_fraction_ppm"


def case_of(scenario, protocol, **changes) -> Case:
    source = Source(scenario, protocol, None, protocol.insurance.balance, True)
    return replayed(dataclasses.replace(source, **changes))


OFF = {
    "liquidation.first_share_ppm": 1_000_000,
    "liquidation.target": False,
    "liquidation.cooldown_s": 0,
    "liquidation.tranches": 1,
    "auction.slow_s": 0,
    "auction.insolvent_s": 0,
    "auction.reset_s": 0,
    "auction.reset_drop_ppm": 0,
    "auction.path": "linear",
}
"""What turns the rules of an auction back to one tranche of everything on a straight line."""


def plain_dutch(**changes) -> Protocol:
    """The tiny auction with nothing else, so that it can be worked out by hand."""
    protocol = tiny.dutch()
    there = {one.path for one in fields(protocol)}
    return replaced(protocol, {path: value for path, value in OFF.items() if path in there} | changes)


def crash(protocol, *, after: float, **changes) -> Case:
    """Long and short of 10,000 at leverage 10 on 1,000, BTC from 100 to `after` in the fifth tick."""
    return case_of(tiny.scenario([100.0] * 4 + [after] * 8, [after], sides=(1.0, -1.0)), protocol, **changes)


def of_kind(story, name):
    return [one for one in story if one.kind == name]


def step(finding, name):
    return next(one for one in finding.steps if one.name == name)


def lever(finding, path):
    return next(one for one in finding.levers if one.path == path)
