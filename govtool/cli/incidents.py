"""`govtool incidents`: re-create known incidents beside what was published."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from govtool.regression.recreate import Recreated
    from govtool.regression.windows import RealWindow

HEADERS = ("incident", "figure", "unit", "published", "replay", "lowest", "highest", "ratio", "set", "label", "source")
NUMBERS = ("published", "replay", "lowest", "highest", "ratio")
WINDOW_HEADERS = ("window", "kind", "from", "to", "markets", "bars", "history", "largest fall")

MOST_SEEDS = 1_000


@click.command(epilog="Example: govtool incidents yfi-2023 --seeds 4 --out incidents.json")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--seeds", type=click.IntRange(1, MOST_SEEDS), help="Replay so many seeds, in place of those stated.")
@click.option("--windows", is_flag=True, help="List the named windows of recorded history instead.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the result to this JSON file as well.")
def incidents(names: tuple[str, ...], seeds: int | None, windows: bool, as_json: bool, out: Path | None) -> None:
    """Replay known incidents and set what comes out beside what was published.

    NAME is one of the incidents of historical/incidents.toml, all if none is given. The ratio is replay over
    published; nothing is held to it.
    """
    from govtool.cli.output import emit_json, write_json
    from govtool.regression.recreate import plain
    from govtool.regression.windows import real_windows

    if windows and (names or seeds):
        raise click.UsageError("--windows replays nothing; leave out the names and --seeds")
    listed = real_windows() if windows else ()
    found = () if windows else _replayed(names, seeds)
    content: dict[str, object] = {"windows": listed} if windows else plain(found)
    if out is not None:
        write_json(content, out)
    if as_json:
        emit_json(content)
    elif windows:
        _print_windows(listed)
    else:
        _print(found)


def _replayed(names: "Sequence[str]", seeds: int | None) -> "tuple[Recreated, ...]":
    from govtool.cli.stages import stages
    from govtool.regression.incidents import read_incidents
    from govtool.regression.recreate import recreate

    with stages() as progress:
        return recreate(read_incidents(), names, seeds=range(seeds) if seeds else None, progress=progress)


def _print(found: "Sequence[Recreated]") -> None:
    from govtool.cli.output import money, table

    for one in found:
        click.echo(f"{one.name}: {one.title}; {one.protocol} in {one.world}, {one.label}, {len(one.seeds)} seeds")
    rows = []
    for one in found:
        for row in one.rows:
            numbers = (row.published, row.mean, row.low, row.high)
            whole = row.unit == "usd"
            cells = [money(value) if whole else f"{value:.3g}" for value in numbers]
            ratio = f"{row.ratio:.2f}" if row.published else "-"
            given = "yes" if row.given else ""
            rows.append((one.name, row.what, row.unit, *cells, ratio, given, one.label, row.source))
    table(rows, HEADERS, right=NUMBERS)
    click.echo(
        "\nreplay: mean over seeds; ratio: replay / published; set: the re-creation or its prices were set to it"
    )
    for source, citation in {row.source: row.citation for one in found for row in one.rows}.items():
        click.echo(f"{source}: {citation}")


def _print_windows(listed: "Sequence[RealWindow]") -> None:
    from govtool.cli.output import table

    table(
        [
            (
                one.name,
                one.kind,
                one.start,
                one.end,
                " ".join(one.markets),
                one.interval,
                "recorded" if one.at_hand else "absent",
                f"{one.fall:.1%} {one.fall_market}" if one.at_hand else "-",
            )
            for one in listed
        ],
        WINDOW_HEADERS,
        right=("largest fall",),
    )
    click.echo(f"{sum(one.at_hand for one in listed)} of {len(listed)} windows are at hand")
