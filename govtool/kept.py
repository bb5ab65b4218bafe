"""Answers kept beside the frozen things that they were made from."""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import ref

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """The last few answers for each thing, by key; they go when the thing goes.

    Things are told apart by identity, as none of them changes: an equal one, or a changed copy, has answers of its own.
    The key is all that an answer depends on beside its thing, and nobody may change an answer, as all share it.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._answers: dict[int, tuple[ref[Any], dict[Hashable, Answer]]] = {}

    def get(self, thing: object, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer for a thing and a key; it is made if it is not there, and one that cannot be made is not kept."""
        at = id(thing)
        if at not in self._answers:
            self._answers[at] = (ref(thing, lambda _: self._answers.pop(at, None)), {})
        answers = self._answers[at][1]
        if key in answers:
            return answers[key]
        answer = make()
        answers[key] = answer
        if len(answers) > self.most:
            del answers[next(iter(answers))]
        return answer

    def __len__(self) -> int:
        """Things that answers are kept for."""
        return len(self._answers)
