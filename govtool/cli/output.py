"""What commands print: tables and JSON to stdout, progress to stderr."""

import dataclasses
import json
import math
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

LINES = 20
"""Progress lines of a long job where there is no terminal to draw a bar on."""


def table(rows: Sequence[Sequence[object]], headers: Sequence[str], *, right: Collection[str] = ()) -> None:
    """Print rows under headers, columns padded to their widest cell; numbers stand right. Nothing for no rows.

    A header may have several lines. Columns whose header is in `right` stand right also if their cells are texts.
    """
    texts = [[_cell(value) for value in row] for row in rows]
    if not texts:
        return
    sides = [header in right or all(_is_number(row[c]) for row in rows) for c, header in enumerate(headers)]
    heads = [header.split("\n") for header in headers]
    height = max(len(head) for head in heads)
    heads = [[""] * (height - len(head)) + head for head in heads]
    widths = [max(map(len, (*head, *(row[c] for row in texts)))) for c, head in enumerate(heads)]
    for line in (*map(list, zip(*heads, strict=True)), *texts):
        cells = [
            text.rjust(width) if side else text.ljust(width)
            for text, width, side in zip(line, widths, sides, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _is_number(value: object) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.6g}"
    return "" if value is None else str(value)


def shown(value: int | bool | str | None) -> str:
    """A parameter's value as a table shows it: thousands set apart, a dash for what is not there."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:_}" if isinstance(value, int) else value


def money(value: float) -> str:
    """Quote currency as tables show it: whole, thousands set apart, nothing for what is not a number."""
    return "-" if math.isnan(value) else f"{value:,.0f}"


def emit_json(obj: Any) -> None:
    """Print an object as JSON; dataclasses, paths and NumPy values are written plainly, NaN and infinity as null."""
    click.echo(_json_text(obj))


def write_json(obj: Any, path: Path) -> None:
    """Write what `emit_json` prints to a file, whole or not at all. Raises FileError if that fails."""
    from govtool.files import write_whole

    write_whole(path, lambda waiting: waiting.write_text(_json_text(obj) + "\n", encoding="utf-8"))


def _json_text(obj: Any) -> str:
    return json.dumps(_plain(obj), indent=2, ensure_ascii=False, allow_nan=False)


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
