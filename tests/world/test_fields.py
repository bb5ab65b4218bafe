"""A world by path: values, changes, and what is refused."""

import pytest

from govtool.errors import ParamError
from govtool.world.fields import get, replaced
from govtool.world.read import read_world

DEFAULT = read_world("default")


def test_a_field_is_changed_and_nothing_else():
    changed = replaced(DEFAULT, {"chain.batch_s": 60.0})
    assert changed.chain.batch_s == 60.0
    assert replaced(changed, {"chain.batch_s": 0.0}) == DEFAULT


def test_no_change_is_the_same_world():
    for name in ("default", "adversarial", "collateral", "instruments"):
        assert replaced(read_world(name), {}) == read_world(name)


def test_tables_are_entered_by_key_and_lists_by_name():
    changed = replaced(DEFAULT, {"population.kinds.retail.herd": 0.5, "keepers.patient.conduct": "backstop"})
    assert changed.population.kinds["retail"].herd == 0.5
    assert [keeper.conduct for keeper in changed.keepers] == ["honest", "backstop", "honest"]
    assert get(changed, "population.kinds.retail.herd") == [0.5]


def test_a_star_stands_for_all_of_them():
    changed = replaced(DEFAULT, {"population.kinds.*.stop_loss": 0.25, "keepers.*.edge": 0.01})
    assert {kind.stop_loss for kind in changed.population.kinds.values()} == {0.25}
    assert set(get(changed, "keepers.*.edge")) == {0.01}


def test_a_list_changes_as_a_whole_and_its_entries_after_it():
    outage = {"start_h": 1.0, "length_s": 60.0}
    changed = replaced(DEFAULT, {"chain.outages": [outage], "attacks": [{"kind": "bridge", **outage}]})
    assert [one.length_s for one in changed.chain.outages] == [60.0]
    assert changed.attacks[0].kind == "bridge"
    source = [{"name": "a", "volume": 0.5}]
    assert replaced(DEFAULT, {"sources": source, "sources.a.noise": 0.01}).sources[0].noise == 0.01


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("chain.batch", 1.0, "world default has no field chain.batch; did you mean chain.batch_s?"),
        ("keepers.nobody.edge", 0.1, "has no field keepers.nobody.edge"),
        ("sources.*.noise", 0.1, "has no field sources.\\*.noise"),
        ("chain.batch_s", -1.0, "default: chain.batch_s = -1"),
        ("population.kinds.retail.share", 0.9, "the shares of all kinds sum to"),
        ("chain.outages", [{"start_h": 1.0}], "chain.outages"),
    ],
)
def test_what_leads_nowhere_or_is_out_of_bounds_is_refused(path, value, sentence):
    with pytest.raises(ParamError, match=sentence):
        replaced(DEFAULT, {path: value})
