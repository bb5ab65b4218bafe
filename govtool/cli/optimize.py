"""`govtool optimize`: search the parameters that a study names."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from govtool.study.run import Searched

EXIT_INTERRUPTED = 130

STUDY = click.argument("study", type=click.Path(path_type=Path))
TRIALS = click.option("--trials", type=click.IntRange(min=1), help="Trials instead of the study's number.")
WORKERS = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes; all usable cores if not given. Changes no number."
)
TIMEOUT = click.option(
    "--timeout", type=click.FloatRange(min=0), help="Stop at the first batch that ends after so many seconds."
)
JOURNAL = click.option(
    "--journal", type=click.Path(path_type=Path), help="Journal file instead of one in .govtool/ or GOVTOOL_RUNS."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.command(epilog="Example: govtool optimize proposals/studies/bundled.toml --workers 2 --timeout 120")
@STUDY
@TRIALS
@WORKERS
@TIMEOUT
@JOURNAL
@click.option("--histories", is_flag=True, help="Print the study's table of history digests, and search nothing.")
@AS_JSON
def optimize(
    study: Path,
    trials: int | None,
    workers: int | None,
    timeout: float | None,
    journal: Path | None,
    histories: bool,
    as_json: bool,
) -> None:
    """Search the parameters that STUDY names, on its training events.

    Every finished trial is kept in a journal: run the same command again and it goes on. Ctrl-C stops at the
    end of the batch. The current protocol is trial 0.
    """
    from govtool.cli.output import emit_json
    from govtool.cli.stages import interruptible, stages
    from govtool.study.context import study_histories
    from govtool.study.model import read_study
    from govtool.study.run import run_search
    from govtool.study.workers import Workers, usable_cores

    plan = read_study(study)
    if histories:
        used = study_histories(plan)
        lines = ["[histories]", *(f'"{name}" = "{digest}"' for name, digest in used.items())]
        emit_json({"histories": used}) if as_json else click.echo("\n".join(lines))
        return
    with stages() as progress, interruptible() as stop, Workers(workers or usable_cores()) as pool:
        searched = run_search(plan, pool, journal=journal, progress=progress, trials=trials, timeout=timeout, stop=stop)
        interrupted = stop()
    if as_json:
        emit_json(as_plain(searched))
    else:
        _print(searched)
    if interrupted:
        raise click.exceptions.Exit(EXIT_INTERRUPTED)


def as_plain(searched: "Searched") -> dict[str, object]:
    """The search as `--json` prints it."""
    found = searched.found
    return {
        "study": searched.context.study.name,
        "study_digest": searched.context.identity().study,
        "journal": str(searched.journal),
        "finished": found.whole,
        "front": searched.front,
        "trials": found.trials,
    }


def print_front(searched: "Searched") -> None:
    """The trials of the front and current: objectives, and what each changes."""
    from govtool.cli.output import table
    from govtool.study.model import OBJECTIVES

    trials, front = searched.found.trials, searched.front
    if not trials:
        return
    rows = []
    for number in sorted({0, *front}):
        trial = trials[number]
        changed = [f"{path} {value:_}" for path, value in trial.params.items() if value != trials[0].params[path]]
        name = "0 (current)" if number == 0 else str(number)
        limits = "kept" if trial.feasible else "broken"
        rows.append((name, *(trial.values[one] for one in OBJECTIVES), limits, ", ".join(changed)))
    table(rows, headers=("trial", *OBJECTIVES, "limits", "changes"))


def _print(searched: "Searched") -> None:
    trials = searched.found.trials
    print_front(searched)
    refused = [trial for trial in trials if trial.state == "refused"]
    feasible = sum(trial.feasible for trial in trials)
    click.echo(
        f"{len(trials)} trials, {searched.found.replayed} replayed now, {feasible} keep every limit, "
        f"{len(searched.front)} on the front; journal {searched.journal}"
    )
    for trial in refused[:1]:
        click.echo(f"{len(refused)} refused, the first (trial {trial.number}): {trial.reason}")
    if not searched.found.whole:
        click.echo("stopped early: the same command goes on from here")
