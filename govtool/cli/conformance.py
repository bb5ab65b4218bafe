"""`govtool conformance`: test vectors through the exact arithmetic."""

from pathlib import Path

import click


@click.command(epilog="Example: govtool conformance tests/vectors/dydx_v4_vectors.json")
@click.argument("vectors", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def conformance(vectors: Path, as_json: bool) -> None:
    """Run a file of test VECTORS through exact chain arithmetic and print how many passed and failed.

    Exit code 1 if any failed, or names a function that govtool does not compute.
    """
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
    if report.failed:
        raise click.exceptions.Exit(1)
