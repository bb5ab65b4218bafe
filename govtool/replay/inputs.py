"""What a replay was made from, as files beside its results: arrays under a digest, and protocols as TOML."""

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from govtool.engine.state import Crowd, Feed, Keepers, Venue, Weather
from govtool.engine.terms import Listing
from govtool.errors import FileError, ParamError
from govtool.files import read_text
from govtool.history.bars import digest_arrays
from govtool.protocol.digest import digest as protocol_digest
from govtool.protocol.read import parsed, to_toml
from govtool.replay.backtest import Source
from govtool.scenario.arrays import flat, grouped
from govtool.scenario.behaviour import Pace
from govtool.scenario.bundle import Scenario

FORMAT = "govtool/inputs@1"

INPUTS, PROTOCOL, FORMED_UNDER = "inputs.npz", "protocol.toml", "formed_under.toml"

AGAIN = "write the outcome again with `govtool backtest --out`"

PARTS: dict[str, Any] = {
    "feed": Feed,
    "crowd": Crowd,
    "venue": Venue,
    "keepers": Keepers,
    "listing": Listing,
    "weather": Weather,
    "pace": Pace,
}
"""Groups of arrays of a scenario, as the engine takes them."""

LOOSE = ("tail", "open_interest", "sources")
"""Arrays of a scenario outside of groups."""

PLAIN = (
    *("name", "event", "world", "kind", "label", "seed", "native_s", "step_s", "markets", "series", "assets"),
    *("daily_volume", "days", "digest", "start_ms", "source_names", "attackers", "takers", "attacks"),
)
"""What else a scenario says."""


class Told(NamedTuple):
    """Inputs as they are written: arrays by name, and what the digest over them is."""

    arrays: dict[str, np.ndarray]
    digest: str


def told(source: Source) -> Told:
    """The inputs of a replay as named arrays; what is no array is JSON text in one of them."""
    scenario = source.scenario
    about = {
        "format": FORMAT,
        "opening_pool": source.opening_pool,
        "feedback": source.feedback,
        "protocol": protocol_digest(source.protocol),
        "formed_under": None if source.formed_under is None else protocol_digest(source.formed_under),
        "scenario": {name: getattr(scenario, name) for name in PLAIN},
    }
    text = json.dumps(about, sort_keys=True)
    arrays: dict[str, np.ndarray] = {"about": np.frombuffer(text.encode(), dtype=np.uint8)}
    arrays |= {name: np.asarray(getattr(scenario, name)) for name in LOOSE}
    for group in PARTS:
        arrays |= flat(group, getattr(scenario, group))
    return Told(arrays, digest_arrays(arrays))


def write_inputs(source: Source, folder: Path) -> None:
    """Write inputs and protocols into a folder. The same source, the same bytes. OSError as the system raises it."""
    np.savez_compressed(folder / INPUTS, allow_pickle=False, **told(source).arrays)
    (folder / PROTOCOL).write_text(to_toml(source.protocol), encoding="utf-8", newline="\n")
    if source.formed_under is not None:
        (folder / FORMED_UNDER).write_text(to_toml(source.formed_under), encoding="utf-8", newline="\n")


def read_inputs(folder: Path, digest: str | None) -> Source:
    """What the outcome in a folder was replayed from.

    Parameters
    ----------
    digest : str, optional
        What the inputs' digest must be; None for an outcome that was written without any.

    Raises
    ------
    FileError
        A file is missing or cannot be read.
    ParamError
        The outcome is of a govtool that kept no inputs, or a file is not what was written.
    """
    if digest is None:
        raise ParamError(f"{folder} was written without the inputs of its replay; {AGAIN}")
    arrays = _arrays(folder / INPUTS)
    if digest_arrays(arrays) != digest:
        raise ParamError(f"{folder / INPUTS} is not what totals.json says it is; {AGAIN}")
    about = json.loads(arrays["about"].tobytes())
    if about.get("format") != FORMAT:
        raise ParamError(f"{folder / INPUTS}: format = {about.get('format')!r} is not {FORMAT!r}; {AGAIN}")
    formed = about["formed_under"]
    return Source(
        scenario=_scenario(folder / INPUTS, arrays, about["scenario"]),
        protocol=_protocol(folder / PROTOCOL, about["protocol"]),
        formed_under=None if formed is None else _protocol(folder / FORMED_UNDER, formed),
        opening_pool=about["opening_pool"],
        feedback=about["feedback"],
    )


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror or problem}; {AGAIN}") from problem
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
        raise ParamError(f"{path} is damaged; {AGAIN}") from problem


def _protocol(path: Path, digest: str) -> Any:
    protocol = parsed(read_text(path, AGAIN), str(path))
    if protocol_digest(protocol) != digest:
        raise ParamError(f"{path} is not the protocol that was replayed; {AGAIN}")
    return protocol


def _scenario(path: Path, arrays: dict[str, np.ndarray], about: dict[str, Any]) -> Scenario:
    found: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in about.items()}
    for group, kind in PARTS.items():
        try:
            found[group] = grouped(group, kind, arrays)
        except KeyError as strange:
            raise ParamError(f"{path} holds {strange.args[0]}, which this govtool does not know; {AGAIN}") from None
    # An outcome that was written before there was weather has no sources either.
    found |= {name: arrays[name] for name in LOOSE if name in arrays}
    return Scenario(**found)
