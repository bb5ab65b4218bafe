"""Posting, grace and the gate after an outage as the engine reads them."""

import numpy as np
import pytest

from govtool.engine.terms import Dampers, Posting
from govtool.protocol.fields import replaced
from govtool.protocol.pack import pack
from govtool.protocol.read import preset

DYDX = preset("dydx-v4")


def packed(changes, step_s=15):
    return pack(replaced(DYDX, changes), ("BTC",), step_s=step_s)


def test_the_reference_packs_to_what_changes_nothing():
    assert packed({}).posting == Posting()


@pytest.mark.parametrize(
    ("field", "value", "name", "ticks"),
    [
        ("oracle.mean_s", 60, "mean_ticks", 4),
        ("oracle.mean_s", 0, "mean_ticks", 1),
        ("oracle.latency_s", 15, "oracle_lag", 1),
        ("oracle.stale_s", 90, "stale_ticks", 6),
    ],
)
def test_times_become_ticks(field, value, name, ticks):
    assert getattr(packed({field: value}).posting, name) == ticks


def test_times_are_rounded_up():
    posting = packed({"oracle.mean_s": 60, "oracle.latency_s": 15, "oracle.stale_s": 75}, step_s=40).posting
    assert (posting.mean_ticks, posting.oracle_lag, posting.stale_ticks) == (2, 1, 2)


def test_only_a_stable_price_has_growths_as_32_bits_hold_them():
    words = {"oracle.stable_growth_ppm_per_s": 400, "oracle.delay_growth_ppm": 50_000, "oracle.max_jump_ppm": 100_000}
    stable = packed(words | {"oracle.aggregator": "stable"}).posting
    assert (stable.smooth, stable.max_jump) == (1, 0.1)
    assert stable.quote_growth == float(np.float32(0.0004)) and stable.quote_delay_growth == float(np.float32(0.05))
    for aggregator in ("median", "mean"):
        plain = packed(words | {"oracle.aggregator": aggregator}).posting
        assert (plain.smooth, plain.quote_growth, plain.quote_delay_growth) == (0, 0.0, 0.0)


def test_grace_and_the_gate_after_an_outage_are_seconds_and_fractions():
    words = {"sequencer.grace_s": 600, "sequencer.override_ppm": 500_000, "withdrawals.gate_outage_s": 1_200}
    dampers = packed(words).dampers
    assert dampers == Dampers(grace_s=600.0, grace_override=0.5, gate_outage_s=1_200.0)
