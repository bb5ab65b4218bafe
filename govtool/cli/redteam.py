"""`govtool redteam`: search the worst attack on a protocol, and what closes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govtool.cli.optimize import AS_JSON, EXIT_INTERRUPTED, TIMEOUT, TRIALS, WORKERS

if TYPE_CHECKING:
    from govtool.study.redteam.result import Worst


@click.command(
    epilog="Examples: govtool redteam proposals/redteam/weak.toml --out redteam;"
    " govtool redteam proposals/redteam/hardened.toml --attack redteam/attack.toml"
)
@click.argument("plan", metavar="FILE|STUDY", type=click.Path(path_type=Path))
@click.option("--protocol", help="Preset or protocol file to attack, instead of the one that the file names.")
@click.option("--attack", type=click.Path(path_type=Path), help="Replay the attack of this file; search nothing.")
@TRIALS
@click.option("--budget", type=click.FloatRange(min=1), help="Quote currency for equity and push together.")
@click.option("--goal", type=click.Choice(["profit", "damage"]), help="What the attacker wants.")
@WORKERS
@TIMEOUT
@click.option("--out", type=click.Path(path_type=Path), help="Write attack.toml, report.json and report.md here.")
@AS_JSON
def redteam(
    plan: Path,
    protocol: str | None,
    attack: Path | None,
    trials: int | None,
    budget: float | None,
    goal: str | None,
    workers: int | None,
    timeout: float | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Search the worst attack on a protocol, and say which parameter closes it.

    FILE is a red team's file (format govtool/redteam@1). Of a STUDY it is the protocol in force that is attacked, or
    the candidate where the study's proposal has one, on the training event with the largest loss. Exit code 0: nothing
    was found; 1: an attack pays. A killed search goes on where it stopped; Ctrl-C stops at the batch.
    """
    from govtool.cli.output import emit_json
    from govtool.cli.stages import interruptible, stages
    from govtool.proposal.redteam import redteam_table
    from govtool.proposal.redteam_plan import open_plan
    from govtool.proposal.redteam_report import check_place, report_facts, write_report
    from govtool.study.redteam.attack_file import read_attack
    from govtool.study.redteam.hunt import hunt_worst, judge_attack
    from govtool.study.redteam.plans import finding
    from govtool.study.workers import Workers, usable_cores

    changes = {name: value for name, value in (("trials", trials), ("budget", budget), ("goal", goal)) if value}
    told = None if attack is None else read_attack(attack)
    if out is not None:
        check_place(out)
    with stages() as progress, interruptible() as stop, Workers(workers or usable_cores()) as pool:
        hunt, fort = open_plan(plan, changes, protocol, pool)
        if told is None:
            worst, found = hunt_worst(hunt, fort, pool, progress=progress, timeout=timeout, stop=stop)
            if stop():
                click.echo(f"stopped after {len(found.trials)} trials: the same command goes on", err=True)
                raise click.exceptions.Exit(EXIT_INTERRUPTED)
        else:
            worst = judge_attack(hunt, fort, told, pool, progress=progress)
    made = finding(hunt, worst)
    facts = report_facts(made)
    if out is not None:
        write_report(made, out)
    if as_json:
        emit_json(facts)
    else:
        _print(redteam_table(facts) or {}, worst)
    if worst.pays(hunt.goal):
        raise click.exceptions.Exit(1)


def _print(told: Mapping[str, Any], worst: "Worst") -> None:
    """The finding in a few lines and the table of defences."""
    from govtool.cli.output import money, table

    [side] = told["sides"]
    effect = worst.effect
    tried = f"{worst.trials} trials, {worst.refused} refused" if worst.trials else "one attack replayed"
    click.echo(f"{side['protocol']} in {told['event']} ({told['label']} history), {tried}")
    if effect is None:
        click.echo("no attack could be made")
        return
    click.echo(f"worst: {side['what']}")
    click.echo(
        f"profit {money(effect.profit)}, damage to others {money(effect.damage)}; brings {money(effect.equity)}, spends"
        f" {money(effect.push_cost)} on the push; the budget {'binds' if worst.binds else 'does not bind'}"
    )
    if effect.coincidences:
        click.echo(f"it also needs what nobody can buy: {', '.join(effect.coincidences)}")
    if not worst.pays(told["goal"]):
        click.echo(f"nothing found: no {told['goal']} above zero")
        return
    click.echo("\n" + side["block"])
    rows = [
        (one["name"], *(money(one[name]) for name in ("profit", "damage", "cost")), _yes(one["closes"]), one["changes"])
        for one in side["defences"]
    ]
    right = ("profit left", "damage left", "costs unattacked")
    table(rows, headers=("defence", *right, "closes it", "changes"), right=right)
    closing = f"cheapest that closes it: {side['closed_by']} ({side['closing']})"
    click.echo(closing if worst.closed_by else "none of these closes it")


def _yes(whether: bool) -> str:
    return "yes" if whether else "no"
