"""`govtool regress`: hold regression backtests against their baselines."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from govtool.regression.run import Checked


@click.command(epilog="Example: govtool regress --baselines tests/baselines")
@click.option("--update", is_flag=True, help="Write the baselines that moved anew. Without it nothing is written.")
@click.option(
    "--baselines",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("tests/baselines"),
    show_default=True,
    help="Folder of baseline files.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def regress(update: bool, baselines: Path, as_json: bool) -> None:
    """Replay every baseline's backtest and print what moved, and by how much.

    Exit code 1 if a number moved by more than its tolerance, for better or worse, is missing or is not a number.
    """
    from govtool.cli.output import emit_json
    from govtool.cli.stages import stages
    from govtool.regression.run import regress as check

    with stages() as progress:
        checked = check(baselines, update=update, progress=progress)
    moved = [one for one in checked if one.state == "moved"]
    if as_json:
        emit_json({"same": not moved, "baselines": checked})
    else:
        _print(checked)
    if moved:
        raise click.exceptions.Exit(1)


def _print(checked: "tuple[Checked, ...]") -> None:
    from govtool.cli.output import table

    for one in checked:
        what = {"same": f"{one.metrics} metrics as frozen", "skipped": f"skipped: {one.why}"}
        click.echo(f"{one.name}: {what.get(one.state, one.state)}")
    rows = [
        (one.name, move.metric, move.expected, move.found, move.change, move.allowed, move.why)
        for one in checked
        for move in one.moves
    ]
    table(rows, headers=("baseline", "metric", "frozen", "found", "change", "allowed", "what"))
    if any(one.state == "moved" for one in checked):
        click.echo("if every move is meant, freeze the new numbers with `govtool regress --update`")
