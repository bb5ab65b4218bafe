"""`govtool run`: search, validate and write the proposal, in one command."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govtool.cli.optimize import AS_JSON, EXIT_INTERRUPTED, JOURNAL, STUDY, TIMEOUT, TRIALS, WORKERS

if TYPE_CHECKING:
    from govtool.study.result import Result


@click.command(epilog="Example: govtool run proposals/studies/bundled.toml --out proposals")
@STUDY
@TRIALS
@WORKERS
@TIMEOUT
@JOURNAL
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("proposals"),
    show_default=True,
    help="Folder in which the proposal's own folder is written.",
)
@AS_JSON
def run(
    study: Path,
    trials: int | None,
    workers: int | None,
    timeout: float | None,
    journal: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    """Search the parameters that STUDY names, choose and judge a candidate on held-out history, and write the proposal.

    A killed run goes on where it stopped. Ctrl-C ends the search at the batch and writes no proposal.
    """
    from govtool.cli.stages import interruptible, stages
    from govtool.proposal.write import check_place, proposal_folder, write_proposal
    from govtool.study.model import read_study
    from govtool.study.run import conclude, run_search
    from govtool.study.workers import Workers, usable_cores

    plan = read_study(study)
    folder = proposal_folder(plan, out)
    check_place(folder)
    begun = time.monotonic()
    with stages() as progress, Workers(workers or usable_cores()) as pool:
        with interruptible() as stop:
            searched = run_search(
                plan, pool, journal=journal, progress=progress, trials=trials, timeout=timeout, stop=stop
            )
            if stop():
                click.echo(f"stopped after {len(searched.found.trials)} trials: the same command goes on", err=True)
                raise click.exceptions.Exit(EXIT_INTERRUPTED)
        found = time.monotonic()
        result = conclude(searched, pool, progress)
        judged = time.monotonic()
        write_proposal(result, folder)
    ends = (found - begun, judged - found, time.monotonic() - judged)
    seconds = dict(zip(("search", "validation", "proposal"), ends, strict=True))
    _print(result, folder, seconds, as_json)


def _print(result: "Result", folder: Path, seconds: dict[str, float], as_json: bool) -> None:
    from govtool.cli.output import emit_json

    if as_json:
        told = ("outcome", "verdict", "reason", "chosen", "intervals", "values")
        facts = {name: getattr(result, name) for name in told}
        emit_json({"folder": str(folder), **facts, "seconds": seconds})
        return
    click.echo(f"{result.outcome} ({result.verdict}): {result.reason}")
    click.echo(f"proposal {folder}")
    spent = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    click.echo(f"{spent}, together {sum(seconds.values()):.1f} s")
