"""Long work as commands show it: a progress display per stage, and Ctrl-C that waits for the batch."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

import click

Progress = Callable[[str, int, int], None]


def _nothing(text: str = "", steps: int = 1) -> None:
    """Progress before the first stage."""


@contextmanager
def stages() -> Iterator[Progress]:
    """A callback `(stage, done, total)` that draws one progress display after the other."""
    from govtool.cli.output import progress

    with ExitStack() as shown:
        name, before = "", 0
        advance: Callable[..., None] = _nothing

        def report(stage: str, done: int, total: int) -> None:
            nonlocal name, advance, before
            if stage != name:
                shown.close()
                name, before = stage, 0
                advance = shown.enter_context(progress(total, stage))
            if done > before:
                advance(steps=done - before)
                before = done

        yield report


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: the first one asks to stop at the batch, the next one stops at once."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)
        click.echo("stopping after this batch; Ctrl-C again stops at once", err=True)

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
