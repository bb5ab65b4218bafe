"""`govtool compare`: replay history under several protocols and margin modes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from govtool.replay.compare import Row

FORMAT = "govtool/comparison@1"


@click.command(
    epilog="Examples: govtool compare reconstructed-crash-2021-05-19 dydx-v4 --margin cross,isolated;"
    " govtool compare reconstructed-crash-2021-05-19,reconstructed-crash-2022-11-08 dydx-v4 govtool --seed 0 --seed 1"
)
@click.argument("scenario")
@click.argument("protocols", nargs=-1, required=True, metavar="PROTOCOL...")
@click.option("--margin", metavar="A,B", help="Margin modes: cross, isolated. Each protocol's own if left out.")
@click.option("--method", metavar="A,B", help="Margin methods: position, scan. Each protocol's own if left out.")
@click.option(
    "--seed", "seeds", type=int, multiple=True, help="Seed, instead of those that SCENARIO names; repeatable."
)
@click.option("--world", help="Shipped world or world file, instead of the one that SCENARIO names.")
@click.option("--metrics", metavar="A,B,C", help="Metrics to show instead of the usual ones.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the JSON to this file.")
def compare(
    scenario: str,
    protocols: tuple[str, ...],
    margin: str | None,
    method: str | None,
    seeds: tuple[int, ...],
    world: str | None,
    metrics: str | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Replay SCENARIO under every PROTOCOL, margin mode and method asked for, and set them side by side.

    SCENARIO is an event of `govtool data list`, a scenario file, or a study file, which stands for all its events and
    seeds; several stand in one word, separated by commas. Population and luck are the same in every row. With
    several seeds a row is their mean. Under isolated margin an account's collateral is split between its markets in
    proportion to the initial margin that each asks for. Each window ends in words made from its own numbers.
    """
    from govtool.cli.backtest import metrics_of, scenarios_of
    from govtool.cli.output import emit_json, progress, write_json
    from govtool.protocol.read import read_protocol
    from govtool.replay.compare import CHOSEN
    from govtool.replay.compare import compare as replay_all
    from govtool.replay.vary import variants

    chosen = metrics_of(metrics) or CHOSEN
    wanted = variants({name: read_protocol(name) for name in protocols}, words_of(margin), words_of(method))
    named = words_of(scenario)
    if not named:
        raise click.UsageError("SCENARIO names nothing: give an event, a scenario file or a study file")
    found = {one.name: one for name in named for seed in seeds or (None,) for one in scenarios_of(name, world, seed)}
    with progress(len(found) * len(wanted), "replay") as advance:
        rows = replay_all(list(found.values()), wanted, advance)
    windows = [[row for row in rows if row.window == name] for name in dict.fromkeys(row.window for row in rows)]
    if out is not None or as_json:
        told = _told(windows)
        if out is not None:
            write_json(told, out)
        if as_json:
            emit_json(told)
            return
    for n, window in enumerate(windows):
        click.echo("\n" * (n > 0) + _heading(window[0]))
        _show(window, chosen)


def words_of(text: str | None) -> tuple[str, ...]:
    """Words of a comma-separated list, each once."""
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip())) if text else ()


def _heading(row: "Row") -> str:
    """What stands over the table of a window."""
    from govtool.history.bars import interval_text

    first, seeds = row.outcomes[0], _seeds(row)
    text = f"{'seed' if len(seeds) == 1 else 'mean of seeds'} {', '.join(map(str, seeds))}"
    return f"{row.window}: {first.label} history, bars of {interval_text(first.native_s)}, {text}"


def _show(window: Sequence["Row"], chosen: Sequence[str]) -> None:
    from govtool.cli.output import money, table
    from govtool.replay.compare import sentences
    from govtool.replay.metrics import METRICS

    headers = {name: _header(name, METRICS[name].unit) for name in chosen}
    shown = [
        (
            *row.variant[:3],
            *(money(row.metrics[one]) if METRICS[one].unit == "usd" else row.metrics[one] for one in chosen),
        )
        for row in window
    ]
    table(shown, headers=("protocol", "margin", "method", *headers.values()), right=headers.values())
    for sentence in sentences(window):
        click.echo(sentence)


def _header(name: str, unit: str) -> str:
    """A metric's name, a word a line, with its unit where the name does not say it. "x_usd" is "x", "usd"."""
    words = name.split("_")
    return "\n".join(words if words[-1] == unit else (*words, f"({unit})"))


def _seeds(row: "Row") -> list[int]:
    return [int(outcome.scenario.rpartition("/")[2]) for outcome in row.outcomes]


def _told(windows: Sequence[Sequence["Row"]]) -> dict[str, Any]:
    """The whole result as JSON values."""
    from govtool import MODEL
    from govtool.replay.compare import sentences
    from govtool.replay.store import totals

    return {
        "format": FORMAT,
        "model": MODEL,
        "windows": [
            {
                "window": window[0].window,
                "label": window[0].outcomes[0].label,
                "native_s": window[0].outcomes[0].native_s,
                "seeds": _seeds(window[0]),
                "rows": [
                    {
                        "protocol": row.variant.name,
                        "margin": row.variant.margin,
                        "method": row.variant.method,
                        "metrics": row.metrics,
                        "contagion_by_market": row.contagion,
                        "replays": [totals(outcome) for outcome in row.outcomes],
                    }
                    for row in window
                ],
                "words": sentences(window),
            }
            for window in windows
        ],
    }
