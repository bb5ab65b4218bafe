"""The rules and parameters that explanations name."""

import numpy as np
import pytest

from govtool.engine.codes import EVENT_NAMES
from govtool.protocol.fields import fields, replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import PRESETS, preset
from govtool.replay.backtest import pack_terms
from govtool.replay.explain.boundary import nearest
from govtool.replay.explain.rulebook import RULES
from govtool.replay.explain.stage import Stage
from govtool.replay.explain.story import TELLERS
from tests.replay import tiny
from tests.replay.cases import FRACTION, case_of


def test_every_kind_has_a_rule_and_a_teller():
    assert set(RULES) == set(TELLERS) == set(range(len(EVENT_NAMES)))
    assert all(rule.section and rule.text.endswith(".") and rule.formula for rule in RULES.values())


def test_every_rule_says_what_its_kind_is_in_the_rules():
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert {int(row[1]): row[2].strip() for row in rows} == dict(enumerate(EVENT_NAMES))


def known_paths() -> set[str]:
    """Paths of all presets, with the placeholders of the rulebook for keys."""
    found_ = set()
    for name in PRESETS:
        for one in fields(preset(name)):
            table, _, rest = one.path.partition(".")
            keys = {"tiers": "{tier}", "markets": "{market}", "collateral": "{asset}"}
            found_.add(f"{table}.{keys[table]}.{rest.partition('.')[2]}" if table in keys else one.path)
    return found_


def test_every_parameter_that_a_rule_names_is_one():
    named = {path for rule in RULES.values() for path in rule.parameters}
    if "keepers" not in Protocol.model_fields:
        # The rules of liquidation are ahead of the protocol model here: what it has, it has under that name.
        named &= known_paths()
        assert len(named) > 25
    assert named - known_paths() == set()


def test_the_nearest_value_is_on_the_grid_and_turns_the_decision():
    protocol = tiny.book()
    path = "liquidation.max_liquidation_fee_ppm"
    assert nearest(protocol, path, lambda one: one.liquidation.max_liquidation_fee_ppm <= 7_001, down=True) == 7_001
    assert nearest(protocol, path, lambda one: one.liquidation.max_liquidation_fee_ppm >= 20_000, down=False) == 20_000
    assert nearest(protocol, path, lambda _: False, down=True) is None
    assert nearest(protocol, "adaptive.enabled", lambda _: True, down=True) is None


def test_another_maintenance_weight_counts_at_once_although_changes_ramp():
    protocol = replaced(preset("govtool"), {"margin.ramp_s": 86_400, "adaptive.enabled": False})
    case = case_of(tiny.scenario([100.0] * 8, [100.0]), protocol)
    half = replaced(protocol, {FRACTION: 300_000})
    stages = Stage(case), Stage(case, pack_terms(case.scenario, half))
    for stage in stages:
        stage.at(1)
    size = np.array([10**12])
    assert stages[1].maintenance(size) == pytest.approx(stages[0].maintenance(size) / 2)
