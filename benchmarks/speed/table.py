"""Tables of the benchmarks of speed, row by row as they are measured."""

from collections.abc import Iterable, Sequence


def show(columns: Sequence[str], rows: Iterable[Sequence[str]], *, left: Sequence[str] = ()) -> None:
    """Print a table; columns named in `left` and the first are set to the left."""
    aligned = ["---" if k == 0 or name in left else "---:" for k, name in enumerate(columns)]
    for line in (columns, aligned):
        print("| " + " | ".join(line) + " |")
    for cells in rows:
        print("| " + " | ".join(cells) + " |", flush=True)
