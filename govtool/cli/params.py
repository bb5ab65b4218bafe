"""`govtool params`: show, check and compare protocol parameters."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from govtool.protocol.compare import Difference
    from govtool.protocol.model import Protocol

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group(epilog="Example: govtool params diff dydx-v4 candidate.toml")
def params() -> None:
    """Show, check and compare protocol parameters.

    A protocol is a preset (dydx-v4, drift-v2, synthetix-v3, derive-v2, derive-v2-portfolio, mango-v4, govtool) or a
    TOML file.
    """


@params.command(epilog="Example: govtool params show dydx-v4 --out mine.toml")
@click.argument("protocol")
@AS_JSON
@click.option("--out", type=click.Path(path_type=Path), help="Write the protocol to this TOML file as well.")
def show(protocol: str, as_json: bool, out: Path | None) -> None:
    """Show each parameter of a PROTOCOL: value, unit, bounds, meaning and what sets it on chain."""
    from govtool.cli.output import emit_json, shown, table
    from govtool.protocol.fields import fields, get
    from govtool.protocol.read import read_protocol, write_protocol

    model = read_protocol(protocol)
    if out is not None:
        write_protocol(model, out)
    if as_json:
        rows = [vars(field) | {"value": get(model, field.path)} for field in fields(model)]
        emit_json(_labels(model) | {"fields": rows})
        return
    click.echo(f"{model.name}: {model.source} ({model.date})")
    table(
        [
            (field.path, shown(get(model, field.path)), field.unit, field.setter, field.meaning)
            for field in fields(model)
        ],
        headers=("field", "value", "unit", "on-chain setter", "meaning"),
    )


@params.command(epilog="Example: govtool params check candidate.toml")
@click.argument("file")
@AS_JSON
def check(file: str, as_json: bool) -> None:
    """Check that FILE is a protocol: every field known, present, in bounds and consistent with the others.

    Exit code 2, with one sentence that names the field, if it is not.
    """
    from govtool.cli.output import emit_json
    from govtool.protocol.fields import fields
    from govtool.protocol.read import read_protocol

    model = read_protocol(file)
    if as_json:
        emit_json(_labels(model) | {"valid": True})
    else:
        tiers, markets, count = len(model.tiers), len(model.markets), len(fields(model))
        click.echo(f"{file} is a valid protocol: {count} parameters, {tiers} tiers, {markets} markets")


@params.command(epilog="Example: govtool params diff dydx-v4 govtool")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@AS_JSON
def diff(before: str, after: str, as_json: bool) -> None:
    """Show the parameters in which two protocols, A and B, differ."""
    from govtool.cli.output import emit_json, table
    from govtool.protocol.compare import differences
    from govtool.protocol.read import read_protocol

    first, second = read_protocol(before), read_protocol(after)
    found = differences(first, second)
    if as_json:
        emit_json({"a": _labels(first), "b": _labels(second), "differences": [vars(one) for one in found]})
    elif not found:
        click.echo(f"{before} and {after} have the same parameters")
    else:
        table([_row(one) for one in found], headers=("field", "unit", before, after, "change", "on-chain setter"))


def _row(one: "Difference") -> tuple[str, str, str, str, str, str]:
    from govtool.cli.output import shown

    return one.path, one.unit, shown(one.before), shown(one.after), one.change, one.setter


def _labels(model: "Protocol") -> dict[str, Any]:
    from govtool.protocol.digest import digest

    names = ("format", "name", "system", "source", "date")
    return {name: getattr(model, name) for name in names} | {"digest": digest(model)}
