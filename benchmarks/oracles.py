"""How does each oracle design fare in each named attack? Twelve designs, eight threats, as docs/oracles.md.

Run: `make bench`, or `python benchmarks/oracles.py`. It needs the bundled history only.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.designs.page import data, page, tables
from benchmarks.designs.rows import replayed

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    rows = replayed(lambda text: print(text, file=sys.stderr))
    for title, lines in tables(rows).items():
        print(f"\n{title}\n", *lines, sep="\n")
    (DOCS / "oracles.md").write_text(page(rows), encoding="utf-8", newline="\n")
    (DOCS / "oracles.csv").write_text(data(rows), encoding="utf-8", newline="\n")
    print("\nwritten: docs/oracles.md, .csv")


if __name__ == "__main__":
    main()
