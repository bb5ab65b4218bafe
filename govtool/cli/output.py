"""What commands print: tables and JSON to stdout, progress to stderr."""

import dataclasses
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

LINES = 20
"""Progress lines of a long job where there is no terminal to draw a bar on."""


def table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> None:
    """Print rows under headers, columns padded to their widest cell; numbers stand right. Nothing for no rows."""
    texts = [[_cell(value) for value in row] for row in rows]
    if not texts:
        return
    right = [all(_is_number(row[c]) for row in rows) for c in range(len(headers))]
    widths = [max(len(header), *(len(row[c]) for row in texts)) for c, header in enumerate(headers)]
    for line in (list(headers), *texts):
        cells = [
            text.rjust(width) if side else text.ljust(width)
            for text, width, side in zip(line, widths, right, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _is_number(value: object) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.6g}"
    return "" if value is None else str(value)


def emit_json(obj: Any) -> None:
    """Print an object as JSON; dataclasses, paths and NumPy values are written plainly, NaN and infinity as null."""
    click.echo(json.dumps(_plain(obj), indent=2, ensure_ascii=False, allow_nan=False))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # NumPy arrays and scalars
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[..., None]]:
    """Show how far a job of `total` steps is: a bar on a terminal, plain lines elsewhere, both on stderr.

    Yields `advance(text="", steps=1)`, which any thread may call; `text` says what was just done.
    """
    if sys.stderr.isatty():
        with _bar(total, label) as advance:
            yield advance
    else:
        yield _lines(total, label)


@contextmanager
def _bar(total: int, label: str) -> Iterator[Callable[..., None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(label, total=total, text="")

        def advance(text: str = "", steps: int = 1) -> None:
            shown.update(task, advance=steps, text=text)

        yield advance


def _lines(total: int, label: str) -> Callable[..., None]:
    """An `advance` that prints every step of a short job, and about twenty lines of a long one."""
    import threading

    done = 0
    lock = threading.Lock()

    def advance(text: str = "", steps: int = 1) -> None:
        nonlocal done
        with lock:
            before, done = done, done + steps
            if total <= LINES or before * LINES // total != done * LINES // total:
                click.echo(f"{label} {done}/{total}{' ' if text else ''}{text}", err=True)

    return advance
