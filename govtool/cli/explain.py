"""`govtool explain`: explain what happened in a replay, event by event."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from govtool.replay.explain.case import Case
    from govtool.replay.explain.finding import Finding, Step
    from govtool.replay.explain.stage import Standing

FORMAT = "govtool/explanation@1"

INDENT = " " * 11

DETAILED = (
    *("FLAG", "RECOVER", "FILL", "OPEN", "TAKE", "UNFILLED", "DELEVERAGE", "CLOSE", "COVER", "BAD_DEBT"),
    *("PHASE", "ADVANCE", "REPAY", "SHARE", "SOCIALISE", "DEFER", "HAIRCUT", "HELD"),
)
"""Kinds that an account's story tells in full: the first of several in a row."""


LONGEST = 3
"""Events of one kind in a row that are told one by one; of more, the first and the last."""


@click.command(
    epilog="Examples: govtool explain outcome --account 212; govtool explain outcome --event 1187;"
    " govtool explain outcome --chart cascade.png; the folder is what"
    " `govtool backtest reconstructed-crash-2021-05-19 --out outcome` wrote"
)
@click.argument("outcome", type=click.Path(path_type=Path))
@click.option("--account", type=int, help="Tell all that happened to this account: its number in events.parquet.")
@click.option("--event", type=int, help="Tell one event: its row in events.parquet, counted from 0.")
@click.option(
    "--chart",
    type=click.Path(path_type=Path),
    help="Draw the cascade to this .png or .svg file; its data go into the .csv file beside it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, every event in full.")
def explain(outcome: Path, account: int | None, event: int | None, chart: Path | None, as_json: bool) -> None:
    """Explain what happened in OUTCOME, a folder that `govtool backtest --out` wrote.

    Without --account or --event: who lost most by force and where to look. With one of them: for each event the state
    just before, the rule of docs/rules.md with its formula, every number put in, the outcome, and the parameters that
    decided it, with the value that would have changed it where that can be said. The replay is made again from what
    the folder holds; numbers that the event log has too are compared with it.
    """
    from govtool.cli.output import emit_json
    from govtool.replay.explain.case import read_case
    from govtool.replay.explain.story import explain_account, explain_event

    if account is not None and event is not None:
        raise click.UsageError("--account and --event exclude each other: give one")
    if chart is not None and chart.suffix not in (".png", ".svg"):
        raise click.UsageError(f"--chart {chart} is neither a .png nor a .svg file")
    case = read_case(outcome)
    if chart is not None:
        from govtool.proposal.cascade import write_cascade

        written = write_cascade(case, chart)
        click.echo(f"wrote {' and '.join(map(str, written))}", err=True)
    if account is None and event is None:
        _overview(case, outcome, as_json)
        return
    found = [explain_event(case, event)] if event is not None else list(explain_account(case, account or 0))
    if as_json:
        emit_json({**_head(case), "account": account, "events": [_plain(one) for one in found]})
        return
    _title(case)
    _story(found, whole=event is not None)


def _head(case: "Case") -> dict[str, Any]:
    from govtool import MODEL

    source = case.source
    return {
        "format": FORMAT,
        "model": MODEL,
        "scenario": case.scenario.name,
        "label": case.scenario.label,
        "protocol": source.protocol.name,
        "event_digest": case.event_digest,
    }


def _title(case: "Case") -> None:
    from govtool.history.bars import interval_text

    scenario, protocol = case.scenario, case.source.protocol
    margin = f"{protocol.margin.mode} margin, {protocol.margin.method}, {protocol.liquidation.format}"
    click.echo(
        f"{scenario.name} under {protocol.name} ({margin}): {scenario.label} history, bars of"
        f" {interval_text(scenario.native_s)}"
    )


def _overview(case: "Case", folder: Path, as_json: bool) -> None:
    from govtool.cli.output import emit_json, money, table
    from govtool.replay.explain.overview import moments, sufferers
    from govtool.replay.explain.story import explain_event

    people, rows = sufferers(case), [(one, explain_event(case, one.row)) for one in moments(case)]
    if as_json:
        told = [{"row": one.row, "what": one.what, "account": found.account, "text": found.text} for one, found in rows]
        emit_json({**_head(case), "accounts": [one._asdict() for one in people], "moments": told})
        return
    _title(case)
    if not people:
        click.echo("nothing was closed by force")
        return
    columns = ("closed by force\nusd", "cost to it\nusd", "paid by the\npool, usd", "bad debt\nusd")
    first = [_when(case, one.first) if one.first >= 0 else "" for one in people]
    table(
        [
            (one.account, when, *(money(value) for value in (one.closed, one.cost, one.pool, one.bad_debt)))
            for one, when in zip(people, first, strict=True)
        ],
        headers=("account", "first flagged", *columns),
        right=columns,
    )
    click.echo("")
    table(
        [
            (one.row, _clock(found), one.what, found.account if found.account >= 0 else "", found.text)
            for one, found in rows
        ],
        headers=("event", "when", "what", "account", "in short"),
    )
    click.echo(f"\n`govtool explain {folder} --account {people[0].account}` tells the story of the first of them.")


def _when(case: "Case", row: int) -> str:
    tick = int(case.log.tick[row])
    return _time(case.ends_ms(tick), case.seconds(tick))


def _clock(found: "Finding") -> str:
    return _time(found.ends_ms, found.second)


def _time(ms: int | None, second: float) -> str:
    """UTC, or hours, minutes and seconds since the start."""
    if ms is None:
        whole = round(second)
        return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    import numpy as np

    return str(np.datetime64(ms, "ms").astype("datetime64[s]")).replace("T", " ")


def _story(found: "Sequence[Finding]", *, whole: bool) -> None:
    """Every event in a line; the first of a run of one kind in full, what is within a long run is counted."""
    from itertools import groupby

    told: set[str] = set()
    for kind, run in groupby(found, key=lambda one: one.kind):
        events = list(run)
        hidden = len(events) - 2 if len(events) > LONGEST and not whole else 0
        for place, one in enumerate(events):
            if hidden and 0 < place <= hidden:
                if place == 1:
                    click.echo(f"{INDENT}... {hidden} more of {kind} until #{events[hidden].row}")
                continue
            click.echo(f"#{one.row:<8d} {_clock(one)}  {one.kind}  {one.text}")
            if whole or (place == 0 and kind in DETAILED):
                _detail(one, told)
            if not one.agrees:
                click.echo(f"{INDENT}these numbers differ from the log: report it as a defect")


def _detail(one: "Finding", told: set[str]) -> None:
    """State, rule (in words when a kind comes up first), numbers and parameters."""
    if one.standing is not None:
        _state(one.standing)
    where = f"docs/rules.md, section {one.rule.section}"
    _line("rule", where if one.kind in told else f"{where}: {one.rule.text}")
    if one.kind not in told:
        _line("", one.rule.formula)
    told.add(one.kind)
    for place, step in enumerate(one.steps):
        _step("" if place else "numbers", step)
    _levers(one)


def _state(standing: "Standing") -> None:
    from govtool.replay.explain.finding import say

    numbers = (standing.cash, standing.equity, standing.maintenance, standing.stop)
    _line("state", "cash {}, E {}, MM {}, stop {}".format(*map(say, numbers)))
    for held in standing.holdings:
        _line(
            "",
            f"{held.instrument} {'+' if held.coins > 0 else ''}{say(held.coins)} at {say(held.mark)}: value"
            f" {say(held.value)}, weight {say(held.weight)}, asks for {say(held.charge)}",
        )


def _step(label: str, step: "Step") -> None:
    from govtool.replay.explain.finding import say

    value = say(step.value)
    same = "" if step.logged is None else ", as logged" if step.agrees else f"; the log has {say(step.logged)}"
    shown = f" = {step.numbers}" if step.numbers not in (value, step.symbols) else ""
    _line(label, f"{step.name} = {step.symbols}{shown} = {value}{same}")


def _levers(one: "Finding") -> None:
    first = "change"
    for lever in one.levers:
        if lever.effect:
            would = "" if lever.would is None else f" -> {_word(lever.would)}"
            _line(first, f"{lever.path} = {_word(lever.value)}{would}: {lever.effect}")
            first = ""
    rest = [f"{lever.path} = {_word(lever.value)}" for lever in one.levers if not lever.effect]
    if rest:
        _line(first, f"{'' if first else 'also '}decided by {', '.join(rest)}")


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(label: str, text: str) -> None:
    click.echo(f"  {label:<8} {text}")


def _plain(one: "Finding") -> dict[str, Any]:
    """A finding as JSON values."""
    standing = one.standing
    return {
        "row": one.row,
        "tick": one.tick,
        "second": one.second,
        "ends_ms": one.ends_ms,
        "kind": one.kind,
        "account": one.account,
        "text": one.text,
        "rule": one.rule._asdict(),
        "state": None
        if standing is None
        else {**standing._asdict(), "holdings": [one._asdict() for one in standing.holdings]},
        "steps": [{**step._asdict(), "agrees": step.agrees} for step in one.steps],
        "levers": [lever._asdict() for lever in one.levers],
    }
