"""Answers are kept for the very thing and key that they were made from, few of them, and not longer than it lives."""

import gc

import pytest

from govtool.kept import Kept


class Thing:
    """Equal to every other one."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None


def test_an_answer_is_made_once():
    kept, thing, made = Kept(2), Thing(), []
    for _ in range(3):
        assert kept.get(thing, "a", lambda: made.append("a") or "answer") == "answer"
    assert made == ["a"]


def test_another_key_and_an_equal_thing_have_answers_of_their_own():
    kept, one, other = Kept(2), Thing(), Thing()
    assert kept.get(one, "a", lambda: 1) == 1
    assert kept.get(one, "b", lambda: 2) == 2
    assert kept.get(other, "a", lambda: 3) == 3
    assert kept.get(one, "a", lambda: 4) == 1


def test_of_each_thing_the_last_few_are_kept():
    kept, thing = Kept(2), Thing()
    for key in "abc":
        kept.get(thing, key, lambda key=key: key)
    assert kept.get(thing, "c", lambda: "again") == "c"
    assert kept.get(thing, "a", lambda: "again") == "again"


def test_they_go_when_the_thing_goes():
    kept = Kept(2)
    things = [Thing() for _ in range(5)]
    for thing in things:
        kept.get(thing, "a", lambda: [0])
    assert len(kept) == 5
    del thing
    things.clear()
    gc.collect()
    assert len(kept) == 0


def test_what_cannot_be_made_is_asked_for_again():
    kept, thing = Kept(2), Thing()
    with pytest.raises(ZeroDivisionError):
        kept.get(thing, "a", lambda: 1 // 0)
    assert kept.get(thing, "a", lambda: 1) == 1
