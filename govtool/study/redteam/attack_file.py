"""An attack as a file: what a red team found, to be replayed, or to be put into a world."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from govtool.errors import ParamError
from govtool.files import read_toml
from govtool.study.redteam.ground import attacks_from
from govtool.world.attacks import Attack

FORMAT = "govtool/attack@1"


def attack_block(attacks: Sequence[Mapping[str, Any]]) -> str:
    """The attacks as `[[attacks]]` tables of a world file."""
    table = tomlkit.document()
    rows = tomlkit.aot()
    for attack in attacks:
        rows.append(tomlkit.item(dict(attack)))
    table.append("attacks", rows)
    return tomlkit.dumps(table).strip() + "\n"


def attack_text(attacks: Sequence[Mapping[str, Any]], what: str) -> str:
    """Content of an attack's file; `what` says in a line where it comes from."""
    head = f"# {what}\n# The tables below also stand in a world file as they are.\n"
    return f'{head}format = "{FORMAT}"\n\n{attack_block(attacks)}'


def read_attack(path: Path) -> tuple[Attack, ...]:
    """Attacks of a file.

    Raises
    ------
    FileError, ParamError
        It cannot be read, is no attack's file, or an attack is not what a world allows.
    """
    content = read_toml(path, FORMAT, "name a file that `govtool redteam --out` wrote")
    unknown = sorted(set(content) - {"format", "attacks"})
    if unknown:
        raise ParamError(f"{path}: {unknown[0]} is an unknown field; remove it")
    told = content.get("attacks")
    if not isinstance(told, list) or not told:
        raise ParamError(f"{path}: holds no table [[attacks]]; add one")
    return attacks_from(told, str(path))
