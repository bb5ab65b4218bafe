"""The gate of a Layer-2: closed while the sequencer is down, and for a grace time after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.protocol.fixed import WAD
from govtool.protocol.l2_gate import OVERRIDE_HEALTH, liquidation_allowed, sequencer_gate

seconds = st.integers(0, 10**10)


@pytest.mark.parametrize(
    ("up", "now", "opened"), [(True, 1_300, False), (True, 1_301, True), (False, 10**9, False), (True, 999, False)]
)
def test_the_grace_time_ends_strictly_after_its_last_second(up, now, opened):
    assert sequencer_gate(up, 1_000, now, 300) is opened


@given(st.booleans(), seconds, seconds, seconds, seconds)
def test_an_open_gate_stays_open_while_the_sequencer_is_up(up, since, now, grace, later):
    if sequencer_gate(up, since, now, grace):
        assert sequencer_gate(up, since, now + later, grace)
        assert sequencer_gate(up, since, now, max(grace - later, 0))


@given(st.booleans(), seconds, seconds, seconds, st.integers(0, 2 * WAD))
def test_only_bad_health_passes_a_closed_gate(up, since, now, grace, health):
    opened = sequencer_gate(up, since, now, grace)
    assert liquidation_allowed(up, since, now, grace, health) is (opened or health < OVERRIDE_HEALTH)
    assert liquidation_allowed(up, since, now, grace, health, override_health=0) is opened


def test_the_override_is_five_percent_below_the_threshold():
    assert liquidation_allowed(False, 0, 0, 0, OVERRIDE_HEALTH - 1)
    assert not liquidation_allowed(False, 0, 0, 0, OVERRIDE_HEALTH)
