"""What a rule is, as explanations quote it."""

from typing import NamedTuple


class Rule(NamedTuple):
    """Where an event comes from.

    `parameters` are paths of the protocol; {tier}, {market} and {asset} stand for those of the event's instrument. A
    path that a protocol does not have is not named.
    """

    section: str
    text: str
    formula: str
    parameters: tuple[str, ...] = ()
