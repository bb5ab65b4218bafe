"""The proposal folder: made whole beside its place and then put there, or not at all."""

import shutil
import tempfile
from pathlib import Path

from govtool.errors import FileError
from govtool.files import swap_folder
from govtool.proposal.bundle import Bundle, compose
from govtool.proposal.context import facts
from govtool.proposal.evidence import OURS
from govtool.proposal.images import images
from govtool.proposal.paths import worst_path
from govtool.study.context import open_context
from govtool.study.model import Study
from govtool.study.result import Result

HOME = "proposals"


def proposal_folder(study: Study, home: Path | None = None) -> Path:
    """Where the proposal of a study belongs, such as `proposals/0001-large-cap-margin`."""
    card = study.proposal
    return (home or Path(HOME)) / f"{card.number:04d}-{card.slug}"


def write_proposal(result: Result, folder: Path | None = None) -> Path:
    """Write the proposal of a finished study; returns its folder.

    Two replays in detail give the path of the insurance pool; everything else is in the result. The same result
    gives the same bytes, images aside.

    Raises
    ------
    FileError
        The folder cannot be written, or holds files that govtool did not write; nothing is left behind.
    DataError
        A history is missing or is another.
    ParamError
        The chain would refuse the payload.
    """
    target = folder or proposal_folder(result.study)
    check_place(target)
    context = open_context(result.study, current=result.current)
    path = None
    if result.candidate is not None:
        path = worst_path(context, result.rows, result.candidate, result.opening_pools)
    bundle = compose(facts(result, world=context.world, events=context.events, path=path))
    write_bundle(bundle, target)
    return target


def check_place(folder: Path) -> None:
    """FileError if a proposal cannot be put there: ask before work that takes minutes."""
    above = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if above != folder:
        try:
            # Asking the system is not enough: root is told yes everywhere.
            with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", suffix=".tmp", dir=above):
                return
        except OSError as problem:
            raise FileError(
                f"{folder}: cannot be written, as {above} is no folder to write in; choose another"
            ) from problem
    if not folder.is_dir():
        raise FileError(f"{folder}: is a file; name a folder for the proposal")
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if not path.is_dir() and not OURS.fullmatch(place):
            raise FileError(
                f"{folder}: holds {place}, which govtool did not write; move it away or name another folder"
            )


def write_bundle(bundle: Bundle, folder: Path) -> None:
    """Write all files of a bundle and its images, in the place of the proposal that is there, if any."""
    check_place(folder)
    files = {**bundle.files, **images(bundle.evidence["charts"])}
    fresh: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
        for place, content in files.items():
            path = fresh / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        fresh.chmod(0o755)
        swap_folder(fresh, folder)
    except OSError as problem:
        raise FileError(f"{folder}: cannot be written ({problem.strerror}); choose another folder") from problem
    finally:
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
