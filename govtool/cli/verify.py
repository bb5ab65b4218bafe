"""`govtool verify`: re-run a proposal and compare every number."""

from pathlib import Path
from typing import Literal

import click

LINES = 40
"""Differences that are printed; what changes one number often changes hundreds."""


@click.command(epilog="Example: govtool verify proposals/0001-bundled-history")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Check digests, files and what follows from the rows; replay nothing.")
@click.option("--full", is_flag=True, help="Also score every trial, alternative and neighbour again (long).")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; all usable cores if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(folder: Path, quick: bool, full: bool, workers: int | None, as_json: bool) -> None:
    """Check that the proposal in FOLDER is what it says, and replay it.

    Digests, document, payloads and protocol files are made again from evidence.json and compared; every row is
    replayed under both protocols in this process and every number compared. Exit code 1 names what differs.
    """
    from govtool.cli.output import emit_json
    from govtool.cli.stages import stages
    from govtool.proposal.verify import verify as check

    if quick and full:
        raise click.UsageError("--quick and --full exclude each other: give one")
    depth: Literal["quick", "rows", "full"] = "quick" if quick else "full" if full else "rows"
    with stages() as progress:
        found = check(folder, depth=depth, workers=workers, progress=progress)
    if as_json:
        emit_json({"verified": found.verified, **vars(found)})
    else:
        for line in (*found.failures[:LINES], *(f"note: {note}" for note in found.notes)):
            click.echo(line)
        if len(found.failures) > LINES:
            click.echo(f"and {len(found.failures) - LINES} more; --json prints them all")
        click.echo(_last(found.verified, found.rows, found.depth, len(found.failures)))
    if not found.verified:
        raise click.exceptions.Exit(1)


def _last(verified: bool, rows: int, depth: str, failures: int) -> str:
    if not verified:
        return f"not verified: {failures} {'difference' if failures == 1 else 'differences'}"
    what = {
        "quick": "files and derived numbers agree; nothing was replayed",
        "rows": f"{rows} rows replayed under both protocols, 0 differences",
        "full": f"{rows} rows and every trial, alternative and neighbour replayed, 0 differences",
    }
    return f"verified: {what[depth]}"
