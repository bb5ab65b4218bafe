"""C sources of the benchmarks, compiled for the occasion into a folder that is gone afterwards."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCES = Path(__file__).parents[1]
COMPILERS = ("gcc", "clang", "cc")


def compiler() -> str | None:
    """Path of a C compiler, None if there is none."""
    return next((found for name in COMPILERS if (found := shutil.which(name))), None)


@contextmanager
def built(source: str, flags: Sequence[str]) -> Iterator[Path]:
    """A shared library of a source beside the benchmarks; CalledProcessError if it cannot be compiled."""
    with TemporaryDirectory() as folder:
        library = Path(folder) / f"{source}.so"
        command = [str(compiler()), str(SOURCES / source), "-shared", "-fPIC", *flags, "-o", str(library)]
        subprocess.run(command, check=True, capture_output=True)
        yield library
