"""The study file: what it must hold, and the one sentence for whatever is wrong with it."""

import math
from pathlib import Path

import pytest

from govtool.errors import FileError, ParamError
from govtool.study.model import digest_of, parse_study, read_study
from tests.study.studies import EVENTS, SPACE, parsed, small_content, write_study

STUDIES = sorted((Path(__file__).parents[2] / "proposals" / "studies").glob("*.toml"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_shipped_study_is_complete(path):
    study = read_study(path)
    assert study.name == path.stem
    assert len(study.events.select) >= 3 and len(study.events.test) >= 6
    assert all(one.step > 0 and one.low < one.high for one in study.space)
    assert study.histories


def test_a_file_is_read_as_it_was_written(tmp_path):
    study = read_study(write_study(tmp_path, small_content(), histories=False))
    assert study.model_dump() == parsed().model_dump()
    assert study.events.all() == (*EVENTS["train"], *EVENTS["select"], *EVENTS["test"])
    assert study.search.sampler == "nsga2" and study.objectives.run_in_days == 180


def test_a_study_survives_its_own_dump():
    assert parse_study(parsed().model_dump(mode="json")) == parsed()


def test_paths_are_seen_from_the_study_file_and_presets_are_not(tmp_path):
    study = read_study(write_study(tmp_path, small_content(), histories=False))
    assert study.beside("other/world.toml") == str(tmp_path / "other" / "world.toml")
    assert study.beside("dydx-v4") == "dydx-v4"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "govtool/study@2"}, ["format", "'govtool/study@2'", "'govtool/study@1'"]),
        ({"seeds": []}, ["seeds"]),
        ({"seeds": [1, 1]}, ["seeds", "twice"]),
        ({"seeds": [-1]}, ["seeds.0", "-1", "greater than or equal to 0"]),
        ({"colour": "red"}, ["colour", "unknown"]),
        ({"events": EVENTS | {"test": EVENTS["train"]}}, [EVENTS["train"][0], "train", "test", "disjoint"]),
        ({"events": EVENTS | {"test": []}}, ["events.test"]),
        ({"histories": {"x": "abc"}}, ["histories.x"]),
        ({"search": {"trials": 0, "batch": 1, "seed": 1}}, ["search.trials", "0"]),
        ({"search": {"trials": 1.5, "batch": 1, "seed": 1}}, ["search.trials", "1.5"]),
        ({"space": [SPACE[0] | {"step": 0}]}, ["space.0.step", "0"]),
        ({"space": [SPACE[0], SPACE[0]]}, ["space", SPACE[0]["field"], "twice"]),
        ({"selection": {"tolerance": {"tail_loss": 0.1}}}, ["selection", "tolerance.trader_cost", "missing"]),
        ({"constraints": small_content()["constraints"] | {"bad_debt": "any"}}, ["constraints.bad_debt"]),
        ({"proposal": small_content()["proposal"] | {"slug": "A b"}}, ["proposal.slug", "A b"]),
        ({"proposal": small_content()["proposal"] | {"deposit": "xx yy"}}, ["proposal.deposit", "xx yy"]),
        ({"objectives": small_content()["objectives"] | {"windows_per_year": math.inf}}, ["windows_per_year", "inf"]),
        ({"objectives": small_content()["objectives"] | {"run_in_days": 10**9}}, ["run_in_days", "3650"]),
        ({"seeds": [2**63]}, ["seeds.0", str(2**63)]),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_that_names_it(tmp_path, change, words):
    path = write_study(tmp_path, small_content() | change, histories=False)
    with pytest.raises(ParamError) as refused:
        read_study(path)
    sentence = str(refused.value)
    assert "\n" not in sentence and str(path) in sentence
    assert [word for word in words if word not in sentence] == []


def test_a_missing_field_is_named(tmp_path):
    content = small_content()
    del content["objectives"]["windows_per_year"]
    with pytest.raises(ParamError, match=r"objectives\.windows_per_year is missing"):
        read_study(write_study(tmp_path, content, histories=False))


def test_a_file_that_is_not_there_or_no_toml_is_named(tmp_path):
    with pytest.raises(FileError, match=r"none\.toml"):
        read_study(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("format = ")
    with pytest.raises(ParamError, match=r"broken\.toml: is not valid TOML"):
        read_study(broken)


def test_a_digest_does_not_see_the_order_of_keys():
    assert digest_of({"a": 1, "b": [1, 2]}) == digest_of({"b": [1, 2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
