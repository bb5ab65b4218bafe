"""`govtool propose`: write the proposal of a finished search."""

from pathlib import Path

import click

from govtool.cli.optimize import AS_JSON, JOURNAL, STUDY, WORKERS


@click.command(epilog="Example: govtool propose proposals/studies/bundled.toml")
@STUDY
@click.option("--trials", type=click.IntRange(min=1), help="Use the first so many trials, not the study's number.")
@WORKERS
@JOURNAL
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("proposals"),
    show_default=True,
    help="Folder in which the proposal's own folder is written.",
)
@AS_JSON
def propose(
    study: Path, trials: int | None, workers: int | None, journal: Path | None, out: Path, as_json: bool
) -> None:
    """Choose, validate and write the proposal of STUDY from the trials in its journal; nothing is searched.

    `govtool optimize STUDY` makes the trials, `govtool run STUDY` does both.
    """
    from govtool.cli.output import emit_json
    from govtool.cli.stages import stages
    from govtool.proposal.finished import finished_search
    from govtool.proposal.write import check_place, proposal_folder, write_proposal
    from govtool.study.model import read_study
    from govtool.study.run import conclude
    from govtool.study.workers import Workers, usable_cores

    plan = read_study(study)
    target = proposal_folder(plan, out)
    check_place(target)
    searched = finished_search(plan, journal, trials)
    with stages() as progress, Workers(workers or usable_cores()) as pool:
        result = conclude(searched, pool, progress)
        folder = write_proposal(result, target)
    if as_json:
        told = ("outcome", "verdict", "reason", "chosen")
        emit_json({"folder": folder, **{name: getattr(result, name) for name in told}})
        return
    click.echo(f"{result.outcome} ({result.verdict}): {result.reason}")
    click.echo(f"proposal {folder}")
