"""`govtool report`: write a proposal as one HTML page."""

from pathlib import Path

import click


@click.command(epilog="Example: govtool report proposals/0001-bundled-history --out page.html")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="File to write; report.html in FOLDER if not given.")
def report(folder: Path, out: Path | None) -> None:
    """Write the proposal in FOLDER as a single HTML page with its charts and their data inside."""
    from govtool.proposal.page import write_page

    click.echo(write_page(folder, out or folder / "report.html"))
