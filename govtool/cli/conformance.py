"""`govtool conformance`: run vectors or portfolios through exact chain arithmetic."""

from pathlib import Path

import click


@click.command(
    epilog="Examples: govtool conformance tests/vectors/dydx_v4_vectors.json; govtool conformance --portfolios 10000"
)
@click.argument("vectors", type=click.Path(path_type=Path), required=False)
@click.option("--portfolios", type=click.IntRange(1), help="Sweep so many random portfolios per preset instead.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the portfolios.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def conformance(vectors: Path | None, portfolios: int | None, seed: int, as_json: bool) -> None:
    """Run a file of test VECTORS through exact chain arithmetic and print how many passed and failed.

    With --portfolios, hold the compiled engine's margins to that arithmetic under every preset of a chain, and print
    the largest differences beside what the chain's own roundings allow.

    Exit code 1 if any failed, or names a function that govtool does not compute.
    """
    if (vectors is None) == (portfolios is None):
        raise click.UsageError("give a file of VECTORS, or --portfolios N for a sweep")
    passed = _vectors(vectors, as_json) if vectors is not None else _sweep(portfolios or 0, seed, as_json)
    if not passed:
        raise click.exceptions.Exit(1)


def _vectors(vectors: Path, as_json: bool) -> bool:
    from govtool.cli.output import emit_json
    from govtool.protocol.conformance import UNKNOWN, run

    report = run(vectors)
    if as_json:
        emit_json(
            {
                "file": report.source,
                "passed": report.passed,
                "failed": report.failed,
                "unknown_functions": report.unknown,
                "failures": [vars(failure) for failure in report.failures],
            }
        )
    else:
        for failure in report.failures:
            if failure.reason != UNKNOWN:
                click.echo(f"{failure.id} ({failure.function}): {failure.reason}")
        for function, count in report.unknown.items():
            click.echo(f"{function}: {UNKNOWN}, {count} failed")
        click.echo(f"{report.passed} passed, {report.failed} failed")
    return report.failed == 0


def _sweep(portfolios: int, seed: int, as_json: bool) -> bool:
    from govtool.cli.output import emit_json
    from govtool.protocol.agreement import SYSTEMS, described, sweep

    found = []
    for system in SYSTEMS:
        found.append(sweep(system, portfolios, seed))
        if not as_json:
            click.echo("\n".join(described(found[-1])))
    if as_json:
        plain = [one._asdict() for one in found]
        emit_json([one | {"tiers": {name: tier._asdict() for name, tier in one["tiers"].items()}} for one in plain])
    return all(one.holds for one in found)
