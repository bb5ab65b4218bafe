"""`govtool warmup`: compile the engine ahead of the first replay."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from govtool.replay.warmup import Warmed


@click.command(epilog="Examples: govtool warmup; govtool warmup --prune")
@click.option("--prune", is_flag=True, help="Remove compiled code of other sources and versions.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def warmup(prune: bool, as_json: bool) -> None:
    """Compile all that a replay needs, or load it, so that no later run waits.

    Compiled code is kept in GOVTOOL_CACHE, else in the user's cache, in a folder of its own for each state of the
    engine's sources. After an edit it is compiled anew; the old folder stays until --prune.
    """
    from govtool.cli.output import emit_json
    from govtool.engine.cache import cache_folder, forget, other_folders, stored_bytes
    from govtool.engine.compiling import compiler_is_off
    from govtool.errors import ParamError

    if compiler_is_off():
        raise ParamError("NUMBA_DISABLE_JIT is set, so that nothing is compiled: unset it")
    warmed = _warm(silent=as_json)
    folder = cache_folder()
    size, others = stored_bytes(folder), {other: stored_bytes(other) for other in other_folders()}
    if prune:
        for other in others:
            forget(other)
    if as_json:
        beside = [{"folder": other, "bytes": bytes_, "removed": prune} for other, bytes_ in others.items()]
        emit_json({"parts": warmed, "folder": folder, "bytes": size, "others": beside})
    else:
        click.echo(f"compiled code: {folder}, {_megabytes(size)}")
        _show_others(others, prune)


def _warm(*, silent: bool) -> "list[Warmed]":
    """Each part in turn, named before and measured after, unless silent."""
    from govtool.replay.warmup import PARTS, warm

    warmed = []
    for part in PARTS:
        if not silent:
            click.echo(f"{part}: ", nl=False)
        one = warm(part)
        warmed.append(one)
        if not silent:
            what = f"compiled {one.compiled} kernels" if one.compiled else "already compiled, loaded"
            click.echo(f"{what} in {one.seconds:.1f} s")
    return warmed


def _show_others(others: "dict[Path, int]", pruned: bool) -> None:
    if pruned:
        for other, size in others.items():
            click.echo(f"removed {other}, {_megabytes(size)}")
    elif others:
        size = sum(others.values())
        click.echo(f"of other sources and versions: {len(others)} beside it, {_megabytes(size)}; --prune removes them")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
