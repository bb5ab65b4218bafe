"""The red team's file: whom to attack, within which bounds, with how much money, and what might stop it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError

from govtool.errors import ParamError, fault
from govtool.files import read_toml
from govtool.study.section import Names, Section, tuples

FORMAT = "govtool/redteam@1"

Goal = Literal["profit", "damage"]

MOST_VALUES = 100_000
"""Values of one dimension; more are a mistake in its step."""

WHOLE, DECIMALS = 1e-6, 9
"""How near to a whole number of steps a range must end, and to how many decimals its values are rounded."""


def _spread(told: Any) -> Any:
    """Values as a file tells them: one number, a list, or `low`, `high` and `step`."""
    if isinstance(told, dict):
        if set(told) != {"low", "high", "step"} or not all(_is_number(one) for one in told.values()):
            raise ValueError("give a number, a list of numbers, or { low = , high = , step = }")
        low, high, step = told["low"], told["high"], told["step"]
        count = (high - low) / step if step > 0 else -1.0
        if count < 0 or abs(count - round(count)) > WHOLE or count > MOST_VALUES:
            raise ValueError(
                f"low = {low:g}, high = {high:g}, step = {step:g}: high must be a whole number of steps above low, and"
                f" at most {MOST_VALUES:,} of them"
            )
        # Without the dirt of adding fractions, and never minus zero.
        return tuple(round(low + k * step, DECIMALS) + 0.0 for k in range(round(count) + 1))
    return (told,) if _is_number(told) else told


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


Values = Annotated[tuple[Annotated[float, Field(strict=False)], ...], BeforeValidator(_spread), Field(min_length=1)]
"""Values of one dimension, ascending where they are a range; a single one does not vary."""


class Space(Section):
    """Attacks that are searched. What is left out does not vary, and is as a plain attack has it.

    Times are in seconds from the push's own begin unless they end in `_h`, which count hours from the start of the
    window. All fall on ticks.
    """

    market: Names = ()  # none: all that are replayed
    side: Annotated[tuple[Literal["long", "short"], ...], Field(min_length=1)] = ("long", "short")
    sources: Values = (1.0,)  # how many are pushed, the thinnest of those that the protocol hears
    push: Values = (0.0,)  # fraction of price, in favour of the attacker's side; 0 for none, below 0 against it
    start_h: Values = (1.0,)
    length_s: Values = (300.0,)
    lead_s: Values = (900.0,)  # from entry to push
    equity: Values | None = None  # at most; the budget less the push is never passed. None: all that is left
    leverage: Values = (10.0,)
    draw_s: Values = (-1.0,)  # from push to withdrawal; below 0 for never
    wallets: Values = (1.0,)
    keeper: Annotated[tuple[bool, ...], Field(min_length=1)] = (False,)
    patience: Values = (0.0,)  # for which all keepers collude; 0: they do not
    outage_h: Values = (0.0,)  # of the sequencer
    outage_s: Values = (0.0,)  # 0 for none
    bridge_h: Values = (0.0,)
    bridge_s: Values = (0.0,)


class Defence(Section):
    """A change of the protocol that may close an attack."""

    name: Annotated[str, Field(min_length=1)]
    changes: Annotated[dict[str, int | bool | str], Field(min_length=1)]


class RedTeam(Section):
    """Table `redteam` of a study: the worst attack on current and on the candidate becomes part of the proposal.

    The event is the training event that is worst under current, unless one is named; the seeds are the study's first.
    """

    trials: Annotated[int, Field(ge=1)]
    batch: Annotated[int, Field(ge=1)] = 10
    budget: Annotated[float, Field(strict=False, gt=0, le=1e12)]
    goal: Goal = "profit"
    event: str = ""
    space: Space | None = None
    defences: tuple[Defence, ...] | None = None


class RedTeamFile(Section):
    """A red team's file."""

    format: Literal["govtool/redteam@1"]
    name: Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_-]*\z")]
    protocol: Annotated[str, Field(min_length=1)]
    event: Annotated[str, Field(min_length=1)]
    world: Annotated[str, Field(min_length=1)] = "default"
    seeds: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**63)], ...], Field(min_length=1)] = (0,)
    markets: Names = ()
    budget: Annotated[float, Field(strict=False, gt=0, le=1e12)]
    goal: Goal = "profit"
    trials: Annotated[int, Field(ge=1)]
    batch: Annotated[int, Field(ge=1)] = 10
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    sampler: Literal["tpe", "random"] = "tpe"
    space: Space | None = None
    defences: tuple[Defence, ...] | None = None

    _folder: Path = PrivateAttr(default_factory=Path)

    def beside(self, name: str) -> str:
        """A shipped name as it is; a path, which ends in `.toml`, as seen from the file's folder."""
        return str(self._folder / name) if name.endswith(".toml") else name


def read_redteam(path: Path | str) -> RedTeamFile:
    """Read a red team's file.

    Raises
    ------
    FileError
        The file cannot be read.
    ParamError
        It is no such file, or a field is missing, unknown or out of range; one sentence names it.
    """
    path = Path(path)
    found = parse_redteam(read_toml(path, FORMAT, "name a red team's file or a study"), str(path))
    found._folder = path.parent
    return found


def parse_redteam(content: dict[str, Any], where: str = "redteam") -> RedTeamFile:
    """A red team's file from its content."""
    try:
        return RedTeamFile.model_validate(tuples(content))
    except ValidationError as problem:
        raise ParamError(f"{where}: {fault(problem.errors(include_url=False))}") from problem
