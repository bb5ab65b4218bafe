"""The catalogue of events: what it must say, and what it refuses."""

import itertools

import pytest

from govtool.errors import DataError, FileError, ParamError
from govtool.history.bars import parse_name
from govtool.history.catalogue import catalogue, find_event

GOOD = {
    "title": '"A crash"',
    "kind": '"crash"',
    "start": "2021-05-19T00:00:00Z",
    "end": "2021-05-20T00:00:00Z",
    "interval": '"1m"',
    "series": '{ BTC = "test_BTC_1m_20210519-20210520", ETH = "test_ETH_1m_20210519-20210520" }',
    "lead": '{ BTC = "test_BTC_1h_20210419-20210520", ETH = "test_ETH_1h_20210419-20210520" }',
    "source": '"made up"',
    "what": '"Prices fell."',
}


def write(path, **changes):
    """An events file of one event, with fields changed, or left out where None."""
    fields = {**GOOD, **changes}
    lines = [f"{name} = {value}" for name, value in fields.items() if value is not None]
    path.write_text("\n".join(['format = "govtool/events@1"', "[events.one]", *lines]))
    return path


def test_an_event_is_read(tmp_path):
    event = catalogue([write(tmp_path / "events.toml")])["one"]
    assert (event.title, event.kind, event.interval_s, event.gap_policy) == ("A crash", "crash", 60, "error")
    assert event.end_ms - event.start_ms == 86_400_000
    assert list(event.series) == ["BTC", "ETH"]
    assert event.funding == {}


@pytest.mark.parametrize(
    ("changes", "error", "fault"),
    [
        ({"kind": '"boom"'}, ParamError, "kind = 'boom' is not one of crash, calm"),
        ({"start": None}, ParamError, "field 'start' is missing"),
        ({"mood": '"bad"'}, ParamError, "unknown field 'mood'"),
        ({"start": '"yesterday"'}, ParamError, "start = yesterday is not a date and time with zone"),
        ({"start": "2021-05-19T00:00:00"}, ParamError, "is not a date and time with zone"),
        ({"end": "2021-05-18T00:00:00Z"}, ParamError, "must lie in this order on the 1m grid"),
        ({"start": "2021-05-19T00:00:30Z"}, ParamError, "must lie in this order on the 1m grid"),
        ({"interval": '"1w"'}, ParamError, "interval '1w'"),
        ({"gap_policy": '"fill"'}, ParamError, "gap policy 'fill' is not one of error, hold, split"),
        ({"lead": '{ BTC = "x" }'}, DataError, "market ETH has no lead series"),
        ({"funding": '{ SOL = "x" }'}, ParamError, "market SOL is not among those under series"),
        ({"series": "{}", "lead": "{}"}, ParamError, "market .none. is not among"),
        ({"series": '"BTC"'}, ParamError, "series must be a table"),
    ],
)
def test_a_wrong_field_is_one_sentence_with_file_and_event(tmp_path, changes, error, fault):
    path = write(tmp_path / "events.toml", **changes)
    with pytest.raises(error, match=rf"events\.toml: event 'one'.*{fault}|{fault}"):
        catalogue([path])


def test_other_formats_and_broken_files_are_refused(tmp_path):
    path = tmp_path / "events.toml"
    path.write_text('format = "govtool/events@2"')
    with pytest.raises(ParamError, match="'govtool/events@2' is not 'govtool/events@1'"):
        catalogue([path])
    path.write_text("format = ")
    with pytest.raises(ParamError, match="is not valid TOML"):
        catalogue([path])
    path.write_text('format = "govtool/events@1"\nextra = 1')
    with pytest.raises(ParamError, match="unknown field 'extra'"):
        catalogue([path])
    with pytest.raises(FileError, match="check the path"):
        catalogue([tmp_path / "none.toml"])


def test_two_catalogues_may_not_name_one_event(tmp_path):
    (tmp_path / "a").mkdir()
    one, two = write(tmp_path / "a" / "events.toml"), write(tmp_path / "events.toml")
    with pytest.raises(ParamError, match=r"event 'one' is already named in .*a.events\.toml"):
        catalogue([one, two])


def test_folders_on_the_search_path_add_their_events(folder):
    bundled = set(catalogue())
    write(folder / "events.toml")
    assert set(catalogue()) == bundled | {"one"}


def test_a_mistyped_event_is_answered_with_near_names():
    with pytest.raises(DataError, match=r"did you mean .*reconstructed-crash-2021-05-19"):
        find_event("reconstructed-crash-2021-05-18")


def test_the_bundled_catalogue_has_enough_crashes_and_calm_for_three_sets():
    events = catalogue()
    for label, crashes, calm in (("reconstructed", 14, 5), ("recorded", 12, 4)):
        own = [
            event for event in events.values() if event.name.startswith("reconstructed") == (label == "reconstructed")
        ]
        assert sum(event.kind == "crash" for event in own) >= crashes
        assert sum(event.kind == "calm" for event in own) >= calm
        spans = sorted((event.start_ms, event.end_ms + 86_400_000) for event in own)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    for event in events.values():
        assert event.source and event.what
        assert {"BTC", "ETH"} <= set(event.series) or event.name == "reconstructed-crash-2023-11-18"
        for name in (*event.series.values(), *event.lead.values(), *event.funding.values()):
            parse_name(name)
