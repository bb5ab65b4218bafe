"""`govtool activation`: show who becomes liquidatable when a change activates."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from govtool.replay.activation import Activation

FORMAT = "govtool/activation@1"


@click.command(
    epilog="Example: govtool activation reconstructed-crash-2021-05-19 dydx-v4 proposals/0001-bundled-history/"
    "protocol.toml --ramp 0,86400"
)
@click.argument("scenario")
@click.argument("current")
@click.argument("proposed")
@click.option(
    "--ramp", "ramps", default="0,86400", show_default=True, metavar="A,B", help="Seconds in which weights move."
)
@click.option("--hours", type=float, default=24.0, show_default=True, help="How long to watch after the activation.")
@click.option("--seed", type=int, help="Seed, instead of those that SCENARIO names.")
@click.option("--world", help="Shipped world or world file, instead of the one that SCENARIO names.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the JSON to this file.")
def activation(
    scenario: str,
    current: str,
    proposed: str,
    ramps: str,
    hours: float,
    seed: int | None,
    world: str | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Show which accounts become liquidatable the moment PROPOSED activates, and what a ramp does about it.

    The crowd forms under CURRENT. Then CURRENT stays in force, or PROPOSED activates at the start of SCENARIO with base
    weights that move to their new values in so many seconds, 0 for at once (margin.ramp_s). All else in PROPOSED acts
    at once. Accounts and notional are those flagged below maintenance, with what they held when it first happened;
    "new" are those that CURRENT does not flag in the same time. CURRENT and PROPOSED are presets or protocol files,
    SCENARIO is as for `govtool backtest`.
    """
    from govtool import MODEL
    from govtool.cli.backtest import scenarios_of
    from govtool.cli.output import emit_json, write_json
    from govtool.protocol.read import read_protocol
    from govtool.replay.activation import activation as watch
    from govtool.replay.activation import sentences

    before, after = read_protocol(current), read_protocol(proposed)
    lengths = _seconds(ramps)
    found = [
        watch(one, before, after, ramps_s=lengths, hours=hours, names=(current, proposed))
        for one in scenarios_of(scenario, world, seed)
    ]
    told = {
        "format": FORMAT,
        "model": MODEL,
        "activations": [
            {**vars(one), "plans": [_plain(vars(plan)) for plan in one.plans], "words": sentences(one)} for one in found
        ],
    }
    if out is not None:
        write_json(told, out)
    if as_json:
        emit_json(told)
        return
    for n, one in enumerate(found):
        click.echo("\n" * (n > 0) + _heading(one))
        _show(one)
        for sentence in sentences(one):
            click.echo(sentence)


def _seconds(text: str) -> tuple[int, ...]:
    """Lengths of ramps."""
    from govtool.errors import ParamError

    found = []
    for part in dict.fromkeys(part.strip() for part in text.split(",")):
        try:
            found.append(int(part))
        except ValueError:
            raise ParamError(
                f"--ramp {text!r}: {part!r} is not a whole number of seconds; give some, such as 0,86400"
            ) from None
    return tuple(found)


def _plain(value: object) -> object:
    """A plan, group or part as tables."""
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    return {name: _plain(one) for name, one in value.items()} if isinstance(value, dict) else value


def _heading(one: "Activation") -> str:
    from govtool.history.bars import interval_text

    bars = interval_text(one.native_s)
    return f"{one.scenario}: {one.label} history, bars of {bars}, {one.accounts:,} accounts formed under {one.current}"


def _show(one: "Activation") -> None:
    """A row per plan, and one for each market in it."""
    from govtool.cli.output import money, table
    from govtool.replay.activation import pace

    groups = ("at the start", "of them new", f"in {one.hours:g} h", "of them new")
    headers = [f"{group}\n{unit}" for group in groups for unit in ("accounts", "usd")]
    rows: list[tuple[object, ...]] = []
    for plan in one.plans:
        name = f"{one.current if plan.ramp_s is None else one.proposed} {pace(plan.ramp_s)}"
        found = (plan.first, plan.first_beyond, plan.later, plan.later_beyond)
        cells = [text for group in found for text in (f"{group.accounts:,}", money(group.usd))]
        rows.append((name, "all", *cells, money(plan.closed_usd)))
        for market, closed in plan.closed.items():
            parts = [group.markets[market] for group in found]
            cells = [text for part in parts for text in (f"{part.accounts:,}", money(part.usd))]
            rows.append(("", market, *cells, money(closed)))
    last = "closed by force\nusd"
    table(rows, headers=("in force", "market", *headers, last), right=(*headers, last))
