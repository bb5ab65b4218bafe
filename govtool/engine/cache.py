"""Where compiled code is kept: one folder for each state of the engine's sources, whatever checkout they lie in."""

import hashlib
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core.caching import UserProvidedCacheLocator

PACKAGE = Path(__file__).parents[1]

_FOLDER = re.compile(r"[0-9a-f]{16}")
_COMPILED = re.compile(r".+\.nb[ic](\.tmp\.[0-9a-f]+)?|\.probe-\d+")


def _digest() -> str:
    """What a folder's code hangs on: every file that a kernel may draw on, and the versions of what compiles it."""
    found = hashlib.sha256(f"numba {numba.__version__} numpy {np.__version__}".encode())
    engine = Path(__file__).parent
    for path in (engine.parent / "units.py", *sorted(engine.glob("*.py"))):
        found.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def cache_folder() -> Path:
    """Folder for compiled code: GOVTOOL_CACHE, else the user's cache, else a temporary folder.

    The last part of the path is a digest of every engine source, because numba's own cache notices an
    edit only in the file of the kernel itself, not in the kernels that it calls or the constants that it
    takes from elsewhere; and of the versions of numba and numpy. Inside, numba tells apart processors and
    their features (an index has a row for each), versions of Python (in a file's name) and types of arguments.
    """
    digest = _digest()
    wanted = os.environ.get("GOVTOOL_CACHE")
    user = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    for root in ([Path(wanted)] if wanted else []) + [Path(user) / "govtool"]:
        if _writable(root / digest):
            return root / digest
    return Path(tempfile.gettempdir()) / f"govtool-{os.getuid() if hasattr(os, 'getuid') else 0}" / digest


_folder = cache(cache_folder)
"""Asked for once per kernel, and the same throughout a run."""


class ByContent(UserProvidedCacheLocator):  # type: ignore[misc]
    """Finds compiled code by what a source says, not by where it lies and when it was written.

    So a second clone of the same sources, or a checkout back and forth, compiles nothing anew. A kernel outside the
    engine hangs on its own file besides: it draws on nothing else, as a test holds.
    """

    def __init__(self, function: Any, source: str) -> None:
        super().__init__(function, source)
        self._source = Path(source).resolve()
        self._cache_path = str(_folder() / self._source.parent.relative_to(PACKAGE))

    @classmethod
    def from_function(cls, function: Any, source: str) -> "ByContent | None":
        """The place of a kernel of this package; None for code of others, which numba keeps where it always does."""
        return cls(function, source) if PACKAGE in Path(source).resolve().parents else None

    def get_source_stamp(self) -> str:
        """What must be the same for compiled code to be used again."""
        return hashlib.sha256(self._source.read_bytes()).hexdigest()


def keep_by_content() -> None:
    """Let numba look for compiled code by content first."""
    others = ("InTreeCacheLocator", "UserWideCacheLocator", "IPythonCacheLocator", "ZipCacheLocator")
    numba.config.CACHE_LOCATOR_CLASSES = ",".join((f"{__name__}.{ByContent.__name__}", *others))


def other_folders() -> list[Path]:
    """Folders of compiled code for other sources or versions, beside the one in use; nothing else that lies there."""
    here = cache_folder()
    if not here.parent.is_dir():
        return []
    beside = (path for path in here.parent.iterdir() if path != here and _FOLDER.fullmatch(path.name))
    return sorted(path for path in beside if path.is_dir() and not path.is_symlink() and _is_ours(path))


def _is_ours(folder: Path) -> bool:
    return all(_COMPILED.fullmatch(path.name) for path in folder.rglob("*") if not path.is_dir())


def stored_bytes(folder: Path) -> int:
    """Size of all files under a folder; one that vanishes meanwhile counts as nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += 0 if path.is_dir() else path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def forget(folder: Path) -> None:
    """Remove a folder of compiled code. Safe while it is in use: what is missing is compiled again."""
    shutil.rmtree(folder)
