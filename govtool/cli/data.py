"""`govtool data`: list, fetch, import and check price history."""

import os
from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govtool.cli.output import emit_json, progress, table

if TYPE_CHECKING:
    from govtool.history.bars import Series
    from govtool.history.catalogue import Event
    from govtool.history.gaps import Gaps

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to; the first of GOVTOOL_HISTORY if not given.",
)


@click.group(epilog="Example: govtool data list 2021-05-19")
def data() -> None:
    """List, fetch, import and check price history."""


def _folder(out: Path | None) -> Path:
    """Folder to write to: the option, else the first folder of the search path."""
    named = [entry for entry in os.environ.get("GOVTOOL_HISTORY", "").split(os.pathsep) if entry]
    if out is None and not named:
        raise click.UsageError("no folder to write to: give --out DIR or set GOVTOOL_HISTORY")
    return out if out is not None else Path(named[0])


def _row(series: "Series", gaps: "Gaps", path: Path) -> dict[str, Any]:
    from govtool.history.bars import interval_text, utc

    return {
        "name": series.name,
        "path": path,
        "kind": series.kind,
        "label": series.label,
        "interval": interval_text(series.interval_s),
        "rows": series.timestamp.size,
        "from": utc(series.start_ms),
        "to": utc(int(series.timestamp[-1])),
        "gaps": gaps.count,
        "missing": gaps.bars,
        "digest": series.digest,
    }


def _event_row(event: "Event", known: Set[str]) -> dict[str, Any]:
    from govtool.history.bars import interval_text, utc

    return {
        "name": event.name,
        "kind": event.kind,
        "interval": interval_text(event.interval_s),
        "from": utc(event.start_ms),
        "to": utc(event.end_ms),
        "markets": list(event.series),
        "available": known >= {*event.series.values(), *event.lead.values(), *event.funding.values()},
        "title": event.title,
        "source": event.source,
        "what": event.what,
    }


_COLUMNS = ("name", "label", "interval", "rows", "from", "to", "gaps", "missing", "digest")


def _print_series(rows: list[dict[str, Any]]) -> None:
    shown = [[row[name] if name != "digest" else row[name][:19] for name in _COLUMNS] for row in rows]
    table(shown, _COLUMNS)


@data.command("list", epilog="Example: govtool data list BTC --json")
@click.argument("pattern", default="")
@json_option
def list_history(pattern: str, as_json: bool) -> None:
    """Show the series and named events whose name contains PATTERN, all if none is given.

    Series come from the bundled history and the folders of GOVTOOL_HISTORY; times are UTC. An event is there
    if all its series are.
    """
    from govtool.history.catalogue import catalogue
    from govtool.history.gaps import series_gaps
    from govtool.history.store import check_folders, readable, series_paths

    check_folders()
    known = {path.stem: path for path in series_paths()}
    matches = (pattern, pattern.replace("-", ""))
    found, problems = readable(path for stem, path in known.items() if any(text in stem for text in matches))
    for problem in problems:
        click.echo(f"left out: {problem}", err=True)
    series = [_row(one, series_gaps(one), path) for path, one in found]
    events = [_event_row(event, known.keys()) for event in catalogue().values() if pattern in event.name]
    if as_json:
        emit_json({"series": series, "events": events})
        return
    _print_series(series)
    click.echo(f"{len(series)} series, {len(events)} events")
    shown = ("name", "kind", "interval", "from", "to")
    table(
        [
            [
                *(one[name] for name in shown),
                " ".join(one["markets"]),
                "yes" if one["available"] else "no",
                one["title"],
            ]
            for one in events
        ],
        (*shown, "markets", "there", "title"),
    )


@data.command(
    "import",
    epilog="Example: govtool data import BTCUSDT-1m-2024-08.zip --venue binance-spot --out history",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--venue", help="Where it traded, such as binance-spot; told by the name of a govtool series.")
@click.option("--symbol", help="Symbol, such as BTCUSDT; told by the name of a Binance archive.")
@click.option("--interval", help="Length of a bar, such as 1m, 5m or 1h; told by the name of a Binance archive.")
@click.option(
    "--kind",
    type=click.Choice(["bars", "mark", "funding", "oi"]),
    default="bars",
    show_default=True,
    help="What the rows are.",
)
@click.option(
    "--gaps",
    "policy",
    type=click.Choice(["error", "hold", "split", "keep"]),
    default="error",
    show_default=True,
    help="What to do at a gap: refuse, carry the close with no volume, cut into several series, or keep it.",
)
@out_option
@json_option
def import_files(
    files: tuple[Path, ...],
    venue: str | None,
    symbol: str | None,
    interval: str | None,
    kind: str,
    policy: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Check FILES (.parquet, .csv, .csv.gz, Binance .zip) of one market and write them as one Parquet series."""
    from govtool.history.archive import import_series, title_from_name
    from govtool.history.store import write_series

    folder = _folder(out)
    title = title_from_name(files[0], venue, symbol, interval, kind)
    pieces, gaps = import_series(files, title, policy=policy)
    source = ", ".join(path.name for path in files)
    notes = {"gaps": f"{policy}: {gaps.text()}"} if gaps.count else {}
    rows = [_row(one, gaps, write_series(one, folder, source=source, notes=notes)) for one in pieces]
    if as_json:
        emit_json({"series": rows, "gaps": gaps, "policy": policy})
        return
    _print_series(rows)
    if gaps.count:
        click.echo(f"gaps: {gaps.text()}; policy {policy}")


@data.command(epilog="Example: govtool data check history/binance-spot_BTCUSDT_1m_20240801-20240831.parquet")
@click.argument("names", nargs=-1, required=True)
@click.option(
    "--gaps",
    "policy",
    type=click.Choice(["error", "keep"]),
    default="error",
    show_default=True,
    help="Whether a gap fails the check, or is only counted.",
)
@json_option
def check(names: tuple[str, ...], policy: str, as_json: bool) -> None:
    """Check series, given by NAMES or paths of files: order, grid, prices, gaps. Exit code 1 if one fails."""
    from govtool.history.inspect import inspect

    reports = [inspect(name, policy) for name in names]
    if as_json:
        emit_json({"series": reports})
    else:
        for report in reports:
            state = "; ".join(report.problems) if report.problems else "ok"
            click.echo(f"{report.name}: {state}; {report.rows} rows, gaps {report.gaps}, no trade in {report.idle}")
    if any(report.problems for report in reports):
        raise click.exceptions.Exit(1)


@data.command(epilog="Example: govtool data fetch BTCUSDT ETHUSDT --from 2024-07 --to 2024-08 --out history")
@click.argument("symbols", nargs=-1, required=True)
@click.option(
    "--market",
    type=click.Choice(["spot", "um"]),
    default="spot",
    show_default=True,
    help="Spot, or USD-margined perpetuals.",
)
@click.option(
    "--kind",
    type=click.Choice(["klines", "markPriceKlines", "fundingRate"]),
    default="klines",
    show_default=True,
    help="Bars, bars of the mark price, or funding.",
)
@click.option("--interval", default="1m", show_default=True, help="Length of a bar.")
@click.option("--from", "first", required=True, metavar="TIME", help="First month (2024-07) or day (2024-07-05).")
@click.option("--to", "last", required=True, metavar="TIME", help="Last month or day, written likewise.")
@click.option(
    "--base-url",
    envvar="GOVTOOL_ARCHIVE",
    default="https://data.binance.vision",
    show_default=True,
    help="Where the archive is.",
)
@click.option("--workers", type=click.IntRange(1, 32), default=4, show_default=True, help="Parallel downloads.")
@out_option
@json_option
def fetch(
    symbols: tuple[str, ...],
    market: str,
    kind: str,
    interval: str,
    first: str,
    last: str,
    base_url: str,
    workers: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Download months or days of SYMBOLS from the public Binance archive, verified against its checksums.

    What was verified before is not downloaded again, so a broken run goes on where it stopped. Gaps are kept
    and counted: each window that meets one applies its own policy.
    """
    from govtool.history.fetch import archives
    from govtool.history.fetch import fetch as fetch_archives

    folder = _folder(out)
    wanted = [archives(market, symbol, kind, interval, first, last) for symbol in symbols]
    with progress(sum(len(one) for one in wanted), "fetch") as advance:
        fetched = fetch_archives(wanted, folder, base_url=base_url, workers=workers, advance=advance)
    if as_json:
        emit_json({"series": fetched})
        return
    table(
        [[one.name, one.rows, one.downloaded, one.kept, one.gaps.text(), one.digest[:19]] for one in fetched],
        ("series", "rows", "downloaded", "kept", "gaps", "digest"),
    )


@data.command("bridge-error", epilog="Example: govtool data bridge-error reconstructed-crash-2021-05-19")
@click.argument("event")
@click.option("--coarse", default="1h", show_default=True, help="Length of the bars that are bridged.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=5, show_default=True, help="Seeds to average.")
@json_option
def bridge_error(event: str, coarse: str, seeds: int, as_json: bool) -> None:
    """Measure the error of bridged prices: the bars of EVENT made coarse, bridged, and held against themselves.

    Errors are of the price at the end of each true bar, in basis points; ranges (50, 95, 99 % quantile) and
    the worst fall are within 15 minutes, per cent.
    """
    from govtool.history.bars import interval_seconds
    from govtool.history.bridge_error import bridge_error as measure
    from govtool.history.events import find_event, load_window

    window = load_window(find_event(event))
    errors = measure(window, interval_seconds(coarse), range(seeds))
    if as_json:
        report = {"event": event, "label": window.label, "coarse": coarse, "seeds": seeds}
        emit_json({**report, "markets": errors})
        return
    table(
        [
            [
                one.market,
                *(f"{value:.1f}" for value in (one.mean_bps, one.p95_bps, one.max_bps)),
                *(" ".join(f"{q:.2f}" for q in ranges) for ranges in (one.range_true_pct, one.range_bridged_pct)),
                *(f"{value:.2f}" for value in (one.drop_true_pct, one.drop_bridged_pct)),
            ]
            for one in errors
        ],
        ("market", "mean bps", "p95", "max", "range true %", "range bridged %", "fall true %", "fall bridged %"),
    )
