"""Portfolio scan: scenarios of price and volatility, and what stands beside the worst loss."""

from typing import Annotated, Any, NamedTuple

from pydantic import Field, model_validator

from govtool.protocol.declare import Group, number, other
from govtool.units import PPM, SECONDS_PER_DAY

SHIFTS = ("none", "up", "down", "linear", "absolute")


class Scenario(NamedTuple):
    """A move of price, what happens to volatility, and the share of the loss that counts; moves and shares in ppm."""

    move_ppm: int
    shift: str
    damp_ppm: int


def parsed_scenarios(text: str) -> tuple[Scenario, ...]:
    """Scenarios of a text such as "90000:up -660000:up:210000": move, shift, and damping if it is not one.

    Raises ValueError with one sentence for a scenario that is not of this form.
    """
    return tuple(_parsed(word) for word in text.split())


def _parsed(word: str) -> Scenario:
    parts = word.split(":")
    try:
        move, damp = int(parts[0]), int(parts[2]) if len(parts) > 2 else PPM
        fits = len(parts) in (2, 3) and parts[1] in SHIFTS and abs(move) <= 20 * PPM and 0 <= damp <= 10 * PPM
    except (ValueError, IndexError):
        fits = False
    if not fits:
        raise ValueError(
            f'scenarios: "{word}" is no scenario; write MOVE:SHIFT or MOVE:SHIFT:DAMPING in ppm,'
            f" such as -90000:up, with a shift of {', '.join(SHIFTS)}"
        )
    return Scenario(move, parts[1], damp)


def _of(unit: str, meaning: str, low: int = 0, high: int = 10 * PPM, step: int = 5_000) -> Any:
    return number(unit=unit, low=low, high=high, step=step, meaning=meaning)


class Scan(Group):
    """Rules of `margin.method = "scan"`, after Derive v2's portfolio manager 2."""

    scenarios: Annotated[
        str,
        Field(min_length=1),
        other("text", meaning="Scenarios as MOVE:SHIFT or MOVE:SHIFT:DAMPING in ppm; moves count in scan ranges."),
    ]
    offset_ppm: Annotated[int, _of("ppm", "Credit for losses that no common scenario makes together.", high=PPM)] = 0
    initial_factor_ppm: Annotated[int, _of("ppm of the worst loss", "What initial margin asks for.")]
    maintenance_factor_ppm: Annotated[int, _of("ppm of the worst loss", "What maintenance margin asks for.")]
    volatility_up_ppm: Annotated[int, _of("ppm", "Rise of 30-day volatility when it shifts up.")]
    volatility_down_ppm: Annotated[int, _of("ppm", "Fall of 30-day volatility when it shifts down.", high=PPM)]
    short_power_ppm: Annotated[int, _of("ppm", "How the shift grows for expiries within 30 days.")]
    long_power_ppm: Annotated[int, _of("ppm", "How it shrinks for later ones.")]
    shortest_s: Annotated[
        int, _of("s", "Expiries nearer than this shift as if so far.", 60, 400 * SECONDS_PER_DAY, 3_600)
    ] = SECONDS_PER_DAY
    least_volatility_up_ppm: Annotated[int, _of("ppm per year", "Least volatility after a shift up.", high=20 * PPM)]
    linear_cap_ppm: Annotated[int, _of("ppm", "Most that a turn of both wings changes volatility, at expiry.")]
    linear_slope_ppm: Annotated[int, _of("ppm per root of a year", "Change of that with time.", -10 * PPM)]
    absolute_cap_ppm: Annotated[int, _of("ppm", "Most that a lift of both wings changes volatility, at expiry.")]
    absolute_slope_ppm: Annotated[int, _of("ppm per root of a year", "Change of that with time.", -10 * PPM)]
    turn_least_ppm: Annotated[int, _of("ppm", "Least distance from the forward at which the wings flatten.", 1)]
    turn_width_ppm: Annotated[int, _of("ppm", "That distance in standard deviations.")]
    turn_volatility_ppm: Annotated[int, _of("ppm per year", "Volatility of those.")]
    turn_volatility_slope_ppm: Annotated[int, _of("ppm per root of a year", "Change of it with time.", -20 * PPM)]
    long_share_ppm: Annotated[int, _of("ppm", "What a shocked value above zero counts.", high=4 * PPM)]
    long_rate_ppm: Annotated[int, _of("ppm per year", "How fast that falls with time to expiry.")]
    short_share_ppm: Annotated[int, _of("ppm", "What a shocked value below zero counts, at most one.", high=4 * PPM)]
    short_rate_ppm: Annotated[int, _of("ppm per year", "How fast that rises with time to expiry.")]
    basis_up_ppm: Annotated[int, _of("ppm of price", "Forward moved up alone.", PPM)]
    basis_down_ppm: Annotated[int, _of("ppm of price", "Forward moved down alone.", 1, PPM)]
    basis_add_ppm: Annotated[int, _of("ppm", "Share of that loss that counts.", high=20 * PPM)]
    basis_per_year_ppm: Annotated[int, _of("ppm per year", "The same, per time to expiry.", high=20 * PPM)]
    perp_maintenance_ppm: Annotated[int, _of("ppm of notional", "Add-on for a perpetual.", high=3 * PPM)]
    perp_initial_ppm: Annotated[int, _of("ppm of notional", "Further add-on in initial margin.", high=3 * PPM)]
    option_maintenance_ppm: Annotated[int, _of("ppm of spot", "Add-on for an option sold uncovered.", high=2 * PPM)]
    option_initial_ppm: Annotated[int, _of("ppm of spot", "Further add-on in initial margin.", high=2 * PPM)]

    @model_validator(mode="after")
    def _in_order(self) -> "Scan":
        moves = [one.move_ppm for one in parsed_scenarios(self.scenarios)]
        if not moves or not min(moves) < 0 < max(moves):
            raise ValueError("scenarios have no fall or no rise of price; give at least one of each")
        if self.maintenance_factor_ppm > self.initial_factor_ppm:
            raise ValueError(
                f"maintenance_factor_ppm = {self.maintenance_factor_ppm} is above"
                f" initial_factor_ppm = {self.initial_factor_ppm}; lower it"
            )
        return self
