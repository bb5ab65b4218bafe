"""Auto-deleveraging: the last layer before bad debt."""

from typing import Annotated

from govtool.protocol.declare import Group, other


class Deleveraging(Group):
    """Auto-deleveraging; on dYdX v4 it is code, not a parameter."""

    enabled: Annotated[
        bool,
        other(
            "bool",
            meaning="Whether opposite positions are closed at bankruptcy price when nothing else fills.",
        ),
    ]
