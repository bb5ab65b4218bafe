"""The document, printed from evidence. The template computes nothing, and an undefined name is an error."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError

from govtool.errors import ParamError
from govtool.proposal import objectives, words
from govtool.proposal.context import Evidence

FILTERS = {
    "money": words.money,
    "share": words.share,
    "count": words.count,
    "decimal": words.decimal,
    "duration": words.duration,
    "ppm": words.ppm,
    "quote_quantums": words.quote_quantums,
    "dollars": words.dollars,
    "signed": words.signed,
    "value": words.value,
    "cell": words.cell,
    "code": words.code,
    "listed": words.listed,
    "objective": objectives.printed,
    "interval": objectives.printed_interval,
}


def render_document(evidence: Evidence) -> str:
    """`proposal.md` of the evidence, with one newline at its end.

    Raises
    ------
    ParamError
        The evidence lacks something that the document prints.
    """
    try:
        text = _environment().get_template("proposal.md.j2").render(e=evidence)
    except UndefinedError as problem:
        raise ParamError(f"evidence.json: the document needs what is not there ({problem}); make it anew") from problem
    return unwrapped(text)


def render_redteam(table: dict[str, Any] | None) -> str:
    """The page of a red team's table."""
    return unwrapped(_environment().get_template("redteam_page.md.j2").render(r=table))


def unwrapped(text: str) -> str:
    """Markdown with each paragraph on one line, as forums turn line breaks into new lines, and single blank lines.

    Headings, table rows, list items, quotes and code keep a line of their own.
    """
    lines: list[str] = []
    fenced = False
    for line in map(str.rstrip, text.split("\n")):
        fence = line.startswith("```")
        if not (fenced or fence) and lines and _continues(lines[-1], line):
            lines[-1] += " " + line.removeprefix("> ").lstrip()
        elif line or (lines and lines[-1]):
            lines.append(line)
        fenced ^= fence
    return "\n".join(lines).strip("\n") + "\n"


def _continues(before: str, line: str) -> bool:
    """Whether a line goes on with the paragraph, item or quote before it."""
    own = ("|", "#", "- ", "![", "```")
    if not line or not before or before.startswith(("|", "#", "![", "```")) or line.startswith(own):
        return False
    return not line.startswith("> ") or before.startswith("> ")


def render_page(**content: Any) -> str:
    """The HTML page around a rendered document."""
    return _environment().get_template("page.html.j2").render(**content)


@cache
def _environment() -> Environment:
    """One environment for the process, so that templates are compiled once."""
    environment = Environment(
        loader=PackageLoader("govtool.proposal"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters.update(FILTERS)
    return environment
