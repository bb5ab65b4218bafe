"""The `kernel` decorator: numba without surprises, cached under a digest of the engine's own sources."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


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
    edit only in the file of the kernel itself, not in the kernels that it calls.
    """
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    wanted = os.environ.get("GOVTOOL_CACHE")
    user = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    for root in ([Path(wanted)] if wanted else []) + [Path(user) / "govtool"]:
        if _writable(root / digest):
            return root / digest
    return Path(tempfile.gettempdir()) / f"govtool-{os.getuid() if hasattr(os, 'getuid') else 0}" / digest


numba.config.CACHE_DIR = str(cache_folder())


def kernel(function: Function) -> Function:
    """Compile `function`: lock released, IEEE order kept (no fastmath), one thread, cached on disk.

    Division by zero follows IEEE and gives inf or NaN instead of an exception.
    """
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


def inlined(function: Function) -> Function:
    """As `kernel`, and always a part of its callers: for what is called most.

    A call hands over every array of a state one by one, which takes longer than what a small kernel does.
    """
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function)
    return compiled
