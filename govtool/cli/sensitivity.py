"""`govtool sensitivity`: what each parameter of the liquidation system moves, shown on a crash."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from govtool.regression.sensitivity import Sensed

HEADERS = ("parameter", "from", "to", "metric", "before", "after", "stated", "moved so", "setting")


@click.command(epilog="Example: govtool sensitivity reconstructed-crash-2021-05-19 --out sensitivities.json")
@click.argument("event", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the result to this JSON file as well.")
def sensitivity(event: str | None, as_json: bool, out: Path | None) -> None:
    """Show that each parameter of the liquidation system moves what it is stated to move, and which way.

    EVENT is one of `govtool data list`; without it, a recorded crash where its history is at hand, and else one that
    is bundled. Each parameter is replayed at two values, in a setting that has somebody for it to act on.

    Exit code 1 if a metric did not move as stated.
    """
    from govtool.cli.output import emit_json, write_json
    from govtool.cli.stages import stages
    from govtool.history.events import find_event
    from govtool.regression.sensitivity import plain, read_sensitivities, sense

    with stages() as progress:
        found = sense(read_sensitivities(), find_event(event) if event else None, progress=progress)
    if out is not None:
        write_json(plain(found), out)
    if as_json:
        emit_json(plain(found))
    else:
        _print(found)
    if not found.holds:
        raise click.exceptions.Exit(1)


def _print(found: "Sensed") -> None:
    from govtool.cli.output import money, shown, table

    click.echo(f"{found.event}: {found.label} history, means over {len(found.seeds)} seeds")
    table(
        [
            (
                row.parameter,
                shown(row.before),
                shown(row.after),
                row.metric,
                *(money(value) if row.unit == "usd" else value for value in (row.value_before, row.value_after)),
                row.stated,
                "yes" if row.holds else "NO",
                row.setting,
            )
            for row in found.rows
        ],
        headers=HEADERS,
        right=("from", "to", "before", "after"),
    )
    held = sum(row.holds for row in found.rows)
    click.echo(f"{held} of {len(found.rows)} moved as stated")
