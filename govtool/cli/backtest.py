"""`govtool backtest`: replay history under one protocol."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from govtool.protocol.model import Protocol
    from govtool.replay.backtest import Outcome
    from govtool.scenario.bundle import Scenario

CHOSEN = (
    "liquidated_usd",
    "liquidation_cost_bps",
    "insurance_draw_usd",
    "adl_notional_usd",
    "bad_debt_usd",
    "unnecessary_liquidation_share",
    "auction_seconds_median",
    "auction_seconds_p99",
    "auction_unfilled_share",
)
"""Metrics of a comparison, unless others are named."""

TABLE_SEEDS = range(4)
"""Seeds that the world table averages over: a few large accounts make a single seed a matter of luck."""


@click.command(
    epilog="Examples: govtool backtest reconstructed-crash-2021-05-19 --protocol dydx-v4 --out outcome;"
    " govtool backtest reconstructed-crash-2021-05-19 --protocol govtool --vary auction.length_s=45,120,600"
)
@click.argument("scenario", required=False)
@click.option("--protocol", default="dydx-v4", show_default=True, help="Preset or protocol file.")
@click.option("--world", help="Shipped world or world file, instead of the one that SCENARIO names.")
@click.option("--seed", type=int, help="Seed, instead of those that SCENARIO names.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the outcome to this folder.")
@click.option("--vary", "varied", metavar="FIELD=A,B,C", help="Replay once for each value of a parameter.")
@click.option("--metrics", metavar="A,B,C", help="Metrics to show; default all, or a few in comparisons.")
@click.option("--cascade", is_flag=True, help="Replay again without the oracle's feedback: cascade_factor.")
@click.option("--world-table", is_flag=True, help="Set the world beside published figures of real venues.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def backtest(
    scenario: str | None,
    protocol: str,
    world: str | None,
    seed: int | None,
    out: Path | None,
    varied: str | None,
    metrics: str | None,
    cascade: bool,
    world_table: bool,
    as_json: bool,
) -> None:
    """Replay SCENARIO under one protocol and print what it amounts to.

    SCENARIO is an event of `govtool data list`, a scenario file (format govtool/scenario@1), or a study file, which
    stands for all its events and seeds. Only --world-table does without: it replays every crash at hand.
    """
    from govtool.protocol.read import read_protocol

    if sum((out is not None, varied is not None, world_table)) > 1:
        raise click.UsageError("--out, --vary and --world-table exclude each other: give one")
    if scenario is None and not world_table:
        raise click.UsageError("SCENARIO is missing: name an event, a scenario file or a study file")
    rules, chosen = read_protocol(protocol), metrics_of(metrics)
    if world_table:
        _world_table(scenario, world, seed, rules, as_json)
    elif varied is not None:
        _vary(str(scenario), world, seed, rules, varied, chosen or CHOSEN, as_json)
    else:
        _replay(str(scenario), world, seed, rules, chosen, out, cascade, as_json)


def scenarios_of(named: str, world: str | None, seed: int | None) -> Iterator["Scenario"]:
    """The scenarios that an event, a scenario file or a study file stands for.

    `world` and `seed`, if given, stand above what is named.
    """
    from govtool.files import read_text, toml_of
    from govtool.history.events import catalogue, find_event
    from govtool.scenario.bundle import build
    from govtool.scenario.model import read_scenario
    from govtool.study.model import FORMAT, read_study
    from govtool.world.read import read_world

    if Path(named).suffix == ".toml" and toml_of(read_text(Path(named)), named).get("format") == FORMAT:
        study = read_study(named)
        traders = read_world(world or study.beside(study.world))
        events = catalogue()
        for name in study.events.all():
            for one in study.seeds if seed is None else (seed,):
                event = find_event(name, events)
                yield build(event, traders, one, markets=study.markets, digests=study.histories or None)
    else:
        yield build(*read_scenario(named, world=world, seed=seed))


def metrics_of(names: str | None) -> tuple[str, ...]:
    """Metrics that were asked for, comma-separated; none if nothing was said. ParamError for an unknown one."""
    import difflib

    from govtool.errors import ParamError
    from govtool.replay.metrics import METRICS

    chosen = tuple(name.strip() for name in names.split(",")) if names else ()
    for name in chosen:
        if name not in METRICS:
            near = difflib.get_close_matches(name, METRICS, n=1, cutoff=0.4) or ["--help"]
            raise ParamError(f"{name!r} is not a metric; did you mean {near[0]}?")
    return chosen


def _replay(
    named: str,
    world: str | None,
    seed: int | None,
    rules: "Protocol",
    chosen: Sequence[str],
    out: Path | None,
    cascade: bool,
    as_json: bool,
) -> None:
    from dataclasses import replace
    from itertools import chain, islice

    from govtool.cli.output import emit_json
    from govtool.replay.backtest import replay, with_cascade
    from govtool.replay.store import totals, write_outcome

    outcomes, plain = [], []
    made = scenarios_of(named, world, seed)
    first = list(islice(made, 2))
    alone = len(first) == 1
    for one in chain(first, made):
        outcome = replay(one, rules, detail=out is not None)
        outcome = with_cascade(outcome, one, rules) if cascade else outcome
        if out is not None:
            write_outcome(outcome, out if alone else out / outcome.scenario.replace("/", "-"))
        if as_json:
            plain.append(totals(outcome))
        # What is written need not stay in memory until the last one is.
        outcomes.append(replace(outcome, events=None, columns=None, path=None, source=None))
    if as_json:
        emit_json(plain[0] if alone else plain)
    elif len(outcomes) == 1:
        _show_one(outcomes[0], chosen)
    else:
        _show_many([(outcome.scenario, outcome) for outcome in outcomes], "scenario", chosen or CHOSEN)


def _show_one(outcome: "Outcome", chosen: Sequence[str]) -> None:
    from govtool.cli.output import table
    from govtool.replay.metrics import METRICS

    _describe(outcome)
    table(
        [(name, outcome.metrics[name], METRICS[name].unit, METRICS[name].meaning) for name in chosen or METRICS],
        headers=("metric", "value", "unit", "meaning"),
    )


def _show_many(rows: Sequence[tuple[object, "Outcome"]], first: str, chosen: Sequence[str]) -> None:
    """One row per outcome, and the units of what stands in it."""
    from govtool.cli.output import table
    from govtool.replay.metrics import METRICS

    headers = [f"{name} ({METRICS[name].unit})" for name in chosen]
    table(
        [(key, *(outcome.metrics[name] for name in chosen)) for key, outcome in rows],
        headers=(first, *headers),
    )


def _describe(outcome: "Outcome") -> None:
    from govtool.history.bars import interval_text

    bars = interval_text(outcome.native_s)
    click.echo(f"{outcome.scenario} under {outcome.protocol}: {outcome.label} history, bars of {bars}")
    click.echo(f"event log {outcome.event_digest}")
    happened = _happened(outcome)
    if happened:
        click.echo(f"in this world: {happened}")


def _happened(outcome: "Outcome") -> str:
    """What the world did to everybody, in words; nothing in a quiet one."""
    metrics = outcome.metrics
    down, stale, panics = (metrics[name] for name in ("down_seconds", "oracle_stale_seconds", "panics"))
    told = [f"the chain was down for {down:,.0f} s"] if down else []
    told += [f"prices were stale for {stale:,.0f} market s"] if stale else []
    told += [f"traders panicked {panics:.0f} time{'s' if panics > 1 else ''}"] if panics else []
    told += [f"attacks: {', '.join(outcome.attacks)}"] if outcome.attacks else []
    return "; ".join(told)


def _vary(
    named: str,
    world: str | None,
    seed: int | None,
    rules: "Protocol",
    varied: str,
    chosen: Sequence[str],
    as_json: bool,
) -> None:
    from govtool.cli.output import emit_json
    from govtool.replay.store import totals
    from govtool.replay.vary import parse_variation, vary

    path, values = parse_variation(rules, varied)
    found = [
        (f"{scenario.name} {path} = {value}", value, outcome)
        for scenario in scenarios_of(named, world, seed)
        for value, outcome in vary(scenario, rules, path, values)
    ]
    if as_json:
        emit_json([{"field": path, "value": value} | totals(outcome) for _, value, outcome in found])
        return
    one = len(found) == len(values)
    if one:
        _describe(found[0][2])
    _show_many([(value if one else title, outcome) for title, value, outcome in found], path, chosen)


def _world_table(named: str | None, world: str | None, seed: int | None, rules: "Protocol", as_json: bool) -> None:
    from govtool.cli.output import emit_json, table
    from govtool.replay.calibration import calibrate, mean_of
    from govtool.scenario.bundle import build
    from govtool.scenario.model import crashes_at_hand
    from govtool.world.figures import QUANTITIES, public_figures
    from govtool.world.read import DEFAULT, read_world

    seeds = TABLE_SEEDS if seed is None else (seed,)
    if named is None:
        traders = read_world(world or DEFAULT)
        scenarios = (build(event, traders, one) for event in crashes_at_hand(rules.markets) for one in seeds)
    else:
        scenarios = (scenario for one in seeds for scenario in scenarios_of(named, world, one))
    found = {scenario.name: calibrate(scenario, rules) for scenario in scenarios}
    means, figures = mean_of(list(found.values())), public_figures()
    if as_json:
        emit_json({"replays": found, "mean": means, "figures": [figure.model_dump() for figure in figures]})
        return
    click.echo(f"The world under {rules.name}, mean of {len(found)} replays, beside published figures:")
    rows: list[tuple[object, ...]] = []
    for name, text in QUANTITIES.items():
        rows.append((text, means[name], "this world", "", ""))
        beside = [figure for figure in figures if figure.quantity == name]
        rows += [("", figure.value, figure.venue, figure.when, figure.source) for figure in beside]
    table(rows, headers=("quantity", "value", "venue", "when", "source"))
    click.echo(f"\nEach window, mean over {len(seeds)} seeds:")
    events: dict[str, list[dict[str, float]]] = {}
    for name, row in found.items():
        events.setdefault(name.partition("/")[0], []).append(row)
    shown = ("open_interest_usd", "liquidated_share", "deleveraged_share", "fund_income_per_liquidated")
    table(
        [(name, *(mean_of(row)[one] for one in shown)) for name, row in events.items()],
        headers=("event", *shown),
    )
