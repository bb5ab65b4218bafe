"""`govtool buffer`: show what extra collateral would have survived past crashes."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from govtool.history.events import Event
    from govtool.replay.buffer import Buffer

FORMAT = "govtool/buffer@1"


@click.command(
    epilog="Examples: govtool buffer --position BTC=1 --position ETH=-10;"
    " govtool buffer reconstructed-crash-2021-05-19 --position BTC=1 --protocol dydx-v4 --side-by-side govtool"
)
@click.argument("events", nargs=-1, metavar="[EVENT]...")
@click.option(
    "--position",
    "positions",
    multiple=True,
    required=True,
    metavar="MARKET=COINS",
    help="Coins held, negative for short; repeatable.",
)
@click.option("--protocol", default="dydx-v4", show_default=True, help="Preset or protocol file.")
@click.option("--side-by-side", "other", metavar="PROTOCOL", help="A second one, for comparison.")
@click.option("--margin", metavar="A,B", help="Margin modes: cross, isolated. Each protocol's own if left out.")
@click.option("--method", metavar="A,B", help="Margin methods: position, scan. Each protocol's own if left out.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the path between bars.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the JSON to this file.")
def buffer(
    events: tuple[str, ...],
    positions: tuple[str, ...],
    protocol: str,
    other: str | None,
    margin: str | None,
    method: str | None,
    seed: int,
    as_json: bool,
    out: Path | None,
) -> None:
    """Show what buffer a position would have needed to survive each EVENT, or every event at hand with its markets.

    The position is taken at the start of the event without a fee and held to its end; nobody tops it up. The buffer is
    the smallest equity at the start with which it never falls below maintenance margin, less the maintenance margin at
    the start. Prices are the recorded index as the protocol's oracle posts it, without the venue's own trades. Funding
    is paid, and weights rise with volatility where the protocol says so. Initial margin may ask for more than that.
    """

    from govtool import MODEL
    from govtool.cli.compare import words_of
    from govtool.cli.output import emit_json, progress, write_json
    from govtool.protocol.read import read_protocol
    from govtool.replay.buffer import Buffer, buffers, sentences
    from govtool.replay.vary import variants
    from govtool.world.read import DEFAULT, read_world

    position = _position(positions)
    names = dict.fromkeys((protocol, other or protocol))
    wanted = variants({name: read_protocol(name) for name in names}, words_of(margin), words_of(method))
    chosen, skipped = _events(events, list(position))
    world, rows = read_world(DEFAULT), list[Buffer]()
    with progress(len(chosen), "event") as advance:
        for event in chosen:
            rows += buffers(event, position, wanted, world, seed)
            advance(event.name)
    told = {
        "format": FORMAT,
        "model": MODEL,
        "position": {market: float(coins) for market, coins in position.items()},
        "seed": seed,
        "buffers": [_plain(row) for row in rows],
        "skipped": skipped,
        "words": sentences(rows),
    }
    if out is not None:
        write_json(told, out)
    if as_json:
        emit_json(told)
        return
    _show(rows)
    for name, reason in skipped.items():
        click.echo(f"skipped {name}: {reason}")
    for sentence in sentences(rows):
        click.echo(sentence)


MOST_COINS = 10**12
"""More than that of anything is a slip of the keyboard."""


def _position(texts: "Sequence[str]") -> "dict[str, Fraction]":
    """Coins per market."""
    from fractions import Fraction

    from govtool.errors import ParamError

    found: dict[str, Fraction] = {}
    for text in texts:
        market, equals, coins = (part.strip() for part in text.partition("="))
        try:
            number = Fraction(coins) if equals and market and "/" not in coins else Fraction(0)
        except ValueError:
            number = Fraction(0)
        if number == 0 or abs(number) > MOST_COINS:
            raise ParamError(
                f"--position {text!r} is not MARKET=COINS with coins other than 0 and up to 1e12, such as ETH=-10"
            )
        if market in found:
            raise ParamError(f"--position {text!r} names {market} again; name each market once")
        found[market] = number
    return found


def _events(named: "Sequence[str]", markets: "Sequence[str]") -> "tuple[list[Event], dict[str, str]]":
    """Events to look at, and those at hand that lack a market, with the reason; those named are not checked here."""
    from govtool.errors import DataError
    from govtool.history.events import catalogue, find_event
    from govtool.scenario.model import events_at_hand

    if named:
        known = catalogue()
        return [find_event(name, known) for name in dict.fromkeys(named)], {}
    lacking = {event.name: [market for market in markets if market not in event.series] for event in events_at_hand()}
    chosen = [event for event in events_at_hand() if not lacking[event.name]]
    if not chosen:
        raise DataError(f"no event at hand has all of {', '.join(markets)}; `govtool data list` prints their markets")
    return chosen, {name: f"no market {', '.join(lack)}" for name, lack in lacking.items() if lack}


def _plain(row: "Buffer") -> dict[str, object]:
    """A row as JSON values."""
    from govtool.protocol.digest import digest

    variant = row.variant
    return {
        **vars(row),
        "variant": {**variant._asdict(), "protocol": digest(variant.protocol)},
    }


def _show(rows: "Sequence[Buffer]") -> None:
    from govtool.cli.output import money, table
    from govtool.history.bars import interval_text, utc

    money_columns = ("notional\nusd", "maintenance\nusd", "equity needed\nusd", "buffer\nusd")
    shares = ("buffer\n% of notional", "leverage")
    table(
        [
            (
                row.event,
                f"{row.label} {interval_text(row.native_s)}",
                *row.variant[:3],
                row.market,
                *(money(value) for value in (row.notional, row.maintenance, row.equity, row.buffer)),
                f"{100 * row.share:.2f}",
                f"{row.leverage:.2f}",
                utc(row.worst_ms) if row.worst_ms is not None else "",
                " ".join(f"{market} {100 * move:+.1f} %" for market, move in row.moves.items()),
            )
            for row in rows
        ],
        headers=(
            *("event", "history", "protocol", "margin", "method", "market"),
            *(*money_columns, *shares),
            *("worst moment\nUTC", "price move\nuntil then"),
        ),
        right=(*money_columns, *shares),
    )
