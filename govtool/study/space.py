"""The search space: protocol fields with their bounds, and candidates put on the on-chain grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from govtool.errors import ParamError
from govtool.protocol.fields import Field, field, get, replaced, snap
from govtool.protocol.model import Protocol
from govtool.study.model import Dimension

LEAST_TICKS = 3
"""A searched duration spans at least this many ticks: a shorter one is smaller than the clock can resolve."""


@dataclass(frozen=True)
class Axis:
    """One searched field: values `low`, `low + step`, … `high`, with the current value among them."""

    field: Field
    current: int
    low: int
    high: int
    step: int

    @property
    def path(self) -> str:
        """Path of the field, such as `tiers.large-cap.initial_margin_ppm`."""
        return self.field.path


def axes(space: Sequence[Dimension], protocol: Protocol, step_s: int) -> tuple[Axis, ...]:
    """The axes of a search around a protocol replayed with ticks of `step_s` seconds.

    Raises
    ------
    ParamError
        A field is unknown, no number, or not to be searched; bounds or step are off its declared bounds or
        grid; the current value is not among those searched; a duration is below three ticks.
    """
    return tuple(_axis(dimension, protocol, step_s) for dimension in space)


def current_params(axes: Sequence[Axis]) -> dict[str, int]:
    """The searched fields as they are in the current protocol: trial 0."""
    return {axis.path: axis.current for axis in axes}


def candidate(protocol: Protocol, axes: Sequence[Axis], params: Mapping[str, float]) -> Protocol:
    """The protocol with `params`, each on its grid first, so that what is replayed is what is voted.

    Raises ParamError where a rule between fields refuses the combination.
    """
    changes = {axis.path: snap(axis.field, params[axis.path]) for axis in axes}
    return replaced(protocol, changes)


def moved(axis: Axis, value: int, steps: int) -> int | None:
    """The value `steps` grid steps away, or None outside the bounds. Example: 20_000, 2 of 500 is 21_000."""
    there = value + steps * axis.step
    return there if axis.low <= there <= axis.high else None


def _axis(dimension: Dimension, protocol: Protocol, step_s: int) -> Axis:
    one = field(protocol, dimension.field)
    if one.kind != "int" or not one.searchable:
        raise ParamError(f"space names {one.path}, which is no number that a search may move; leave it out")
    value = get(protocol, one.path)
    assert isinstance(value, int)  # kind is "int"
    _check_grid(dimension, one)
    _check_current(dimension, one, value)
    low, high = dimension.low, dimension.high
    if dimension.max_change is not None:
        reach = dimension.max_change // dimension.step * dimension.step
        low, high = max(low, value - reach), min(high, value + reach)
    if low == high:
        raise ParamError(f"{one.path}: only {low} is left to search; widen its bounds, max_change or step")
    if one.unit == "s" and low < LEAST_TICKS * step_s:
        raise ParamError(
            f"{one.path}: a searched duration of {low} s is below three ticks of {step_s} s; "
            f"raise low to {LEAST_TICKS * step_s} or more"
        )
    return Axis(one, value, low, high, dimension.step)


def _check_grid(dimension: Dimension, one: Field) -> None:
    path = one.path
    if not one.low <= dimension.low < dimension.high <= one.high:
        raise ParamError(
            f"{path}: bounds {dimension.low} to {dimension.high} must be in this order and inside "
            f"{one.low} to {one.high} {one.unit}; narrow them"
        )
    if dimension.step % one.grid or dimension.low % one.grid:
        raise ParamError(
            f"{path}: low = {dimension.low} and step = {dimension.step} must be multiples of the on-chain "
            f"grid {one.grid}; change them"
        )
    if (dimension.high - dimension.low) % dimension.step:
        raise ParamError(
            f"{path}: {dimension.high} is not a whole number of steps of {dimension.step} above "
            f"{dimension.low}; change high, low or step"
        )


def _check_current(dimension: Dimension, one: Field, value: int) -> None:
    path = one.path
    if not dimension.low <= value <= dimension.high:
        raise ParamError(
            f"{path}: the current value {value} is outside the searched {dimension.low} to {dimension.high}; "
            "current is trial 0, so widen the bounds"
        )
    if (value - dimension.low) % dimension.step:
        raise ParamError(
            f"{path}: the current value {value} is no whole number of steps of {dimension.step} above "
            f"{dimension.low}; current is trial 0, so choose low or step that meet it"
        )
