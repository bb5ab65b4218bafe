"""A proposal as one HTML page that needs nothing beside it: charts and their data are inside."""

import base64
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from govtool.errors import FileError, ParamError
from govtool.files import write_whole
from govtool.proposal.canonical import digest_bytes
from govtool.proposal.evidence import NAME, read_bytes, seal_problems
from govtool.proposal.render import render_page

KINDS = {".png": "image/png", ".svg": "image/svg+xml", ".csv": "text/csv"}


def html_page(folder: Path) -> str:
    """The page of a proposal folder.

    Raises
    ------
    FileError
        A file is missing.
    ParamError
        The document is not the one that evidence speaks of.
    """
    evidence, failures = seal_problems(read_bytes(folder))
    if evidence is None or failures:
        raise ParamError(f"{folder / failures[0]}; run `govtool verify {folder}`")
    content = _read(folder, "proposal.md")
    if digest_bytes(content) != evidence["files"].get("proposal.md"):
        raise ParamError(f"{folder / 'proposal.md'}: is not what {NAME} says; run `govtool verify {folder}`")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(content.decode())
    _inline(tokens, folder)
    title = next(token.content for token in tokens if token.type == "inline")
    return render_page(title=title, body=markdown.renderer.render(tokens, markdown.options, {}))


def write_page(folder: Path, target: Path) -> Path:
    """Write the page of a proposal folder, whole or not at all. Raises FileError where the place does not let it."""
    content = html_page(folder).encode()
    write_whole(target, lambda waiting: waiting.write_bytes(content))
    return target


def _inline(tokens: list[Token], folder: Path) -> None:
    """Replace every reference to a file of the folder by the file itself; charts by their SVG."""
    for token in tokens:
        if token.children:
            _inline(token.children, folder)
        key = {"image": "src", "link_open": "href"}.get(token.type)
        if key is None:
            continue
        place = str(token.attrs[key])
        if place.startswith("charts/"):
            shown = place.removesuffix(".png") + ".svg" if token.type == "image" else place
            token.attrs[key] = _data(folder, shown)
            if token.type == "link_open":
                token.attrs["download"] = Path(place).name


def _data(folder: Path, place: str) -> str:
    content = base64.b64encode(_read(folder, place)).decode()
    return f"data:{KINDS[Path(place).suffix]};base64,{content}"


def _read(folder: Path, place: str) -> bytes:
    try:
        return (folder / place).read_bytes()
    except OSError as problem:
        raise FileError(f"{folder / place}: cannot be read ({problem.strerror}); make the proposal anew") from problem
