"""`govtool pareto`: show the candidates of a study that nothing beats."""

from pathlib import Path

import click

from govtool.cli.optimize import AS_JSON, JOURNAL, STUDY


@click.command(epilog="Example: govtool pareto proposals/studies/bundled.toml")
@STUDY
@JOURNAL
@AS_JSON
def pareto(study: Path, journal: Path | None, as_json: bool) -> None:
    """Show the current protocol and the candidates of STUDY that no other one beats, on its training events.

    Reads the journal that `govtool optimize` or `govtool run` left; replays nothing.
    """
    from govtool.cli.optimize import as_plain, print_front
    from govtool.cli.output import emit_json
    from govtool.study.model import read_study
    from govtool.study.run import past_search

    searched = past_search(read_study(study), journal)
    if as_json:
        emit_json(as_plain(searched))
    else:
        print_front(searched)
