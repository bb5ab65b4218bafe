"""`govtool sensitivity`: show what each parameter of the liquidation system moves."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from govtool.regression.sensitivity import Sensed

HEADERS = ("from", "to", "metric", "before", "after", "stated", "moved so", "setting")


@click.command(epilog="Example: govtool sensitivity reconstructed-crash-2021-05-19 --out sensitivities.json")
@click.argument("event", required=False)
@click.option("--world", "of_world", is_flag=True, help="Show the switches of a world instead of parameters.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the result to this JSON file as well.")
def sensitivity(event: str | None, of_world: bool, as_json: bool, out: Path | None) -> None:
    """Show that each parameter of the protocol, or each switch of a world, moves what it should, and which way.

    EVENT is one of `govtool data list`; without it, a recorded crash where its history is at hand, and else one that
    is bundled. Each parameter is replayed at two values, in a setting that has somebody for it to act on. With --world
    each switch of a world, such as chain.outages, is taken from where it does nothing to a severe value.

    Exit code 1 if a metric did not move as stated.
    """
    from govtool.cli.output import emit_json, write_json
    from govtool.cli.stages import stages
    from govtool.history.events import find_event
    from govtool.regression.sensitivity import SHIPPED_SWITCHES, plain, read_sensitivities, sense

    with stages() as progress:
        stated = read_sensitivities(SHIPPED_SWITCHES if of_world else None)
        found = sense(stated, find_event(event) if event else None, progress=progress)
    if out is not None:
        write_json(plain(found), out)
    if as_json:
        emit_json(plain(found))
    else:
        _print(found, "switch" if of_world else "parameter")
    if not found.holds:
        raise click.exceptions.Exit(1)


def _print(found: "Sensed", what: str) -> None:
    from govtool.cli.output import money, table

    click.echo(f"{found.event}: {found.label} history, means over {len(found.seeds)} seeds")
    table(
        [
            (
                row.parameter,
                _value(row.before),
                _value(row.after),
                row.metric,
                *(money(value) if row.unit == "usd" else value for value in (row.value_before, row.value_after)),
                row.stated,
                "yes" if row.holds else "NO",
                row.setting,
            )
            for row in found.rows
        ],
        headers=(what, *HEADERS),
        right=("from", "to", "before", "after"),
    )
    held = sum(row.holds for row in found.rows)
    click.echo(f"{held} of {len(found.rows)} moved as stated")


def _value(value: Any) -> str:
    """A value as the table shows it; of a list what each entry is, or when."""
    from govtool.cli.output import shown

    if isinstance(value, list):
        return ", ".join(_entry(one) for one in value) or "none"
    return f"{value:_.9g}" if isinstance(value, float) else shown(value)


def _entry(one: dict[str, Any]) -> str:
    name = one.get("kind") or one.get("name")
    when = f"{one['length_s']:g} s at {one['start_h']:g} h" if {"length_s", "start_h"} <= one.keys() else ""
    return " ".join(filter(None, (name, when)))
