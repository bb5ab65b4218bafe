"""A red team's report as a folder: the attack to be replayed, every number, and a page to read."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from govtool import MODEL, __version__
from govtool.errors import FileError
from govtool.files import swap_folder
from govtool.proposal.redteam import redteam_facts, redteam_table
from govtool.proposal.render import render_redteam
from govtool.study.redteam.attack_file import attack_text
from govtool.study.redteam.result import RedTeamed

FORMAT = "govtool/redteam-report@1"

ATTACK, REPORT, PAGE = "attack.toml", "report.json", "report.md"


def report_facts(found: RedTeamed) -> dict[str, Any]:
    """Every number of the report."""
    told = redteam_facts(found)
    assert told is not None
    return {"format": FORMAT, "model": MODEL, "versions": {"govtool": __version__}, **told}


def report_files(found: RedTeamed) -> dict[str, bytes]:
    """The files of the folder by name; the same finding gives the same bytes. No attack, no attack's file."""
    told = report_facts(found)
    files = {
        REPORT: json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n",
        PAGE: render_redteam(redteam_table(told)),
    }
    if found.current.attacks:
        where = f"The worst attack found on {found.current.protocol} in {found.event}, seeds {list(found.seeds)}."
        files[ATTACK] = attack_text(told["current"]["attacks"], where)
    return {name: text.encode() for name, text in files.items()}


def check_place(folder: Path) -> None:
    """FileError if a folder holds anything but a report: ask before work that takes minutes."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FileError(f"{folder}: is a file; name a folder for the report")
    strange = sorted({path.name for path in folder.iterdir()} - {ATTACK, REPORT, PAGE})
    if strange:
        raise FileError(f"{folder}: holds {strange[0]}, which is no part of a report; name another folder")


def write_report(found: RedTeamed, folder: Path) -> Path:
    """Write the report, in the place of one that is there. FileError if the folder holds anything else."""
    check_place(folder)
    made: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
        for name, content in report_files(found).items():
            (made / name).write_bytes(content)
        made.chmod(0o755)
        swap_folder(made, folder)
    except OSError as problem:
        raise FileError(f"{folder}: cannot be written ({problem.strerror}); choose another folder") from problem
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
    return folder
