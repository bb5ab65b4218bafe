"""A replay made again from its stored inputs, with everything that an explanation looks at."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from govtool import MODEL
from govtool.engine.codes import BACKSTOP
from govtool.engine.state import Books, Venue
from govtool.engine.terms import Floats, Terms
from govtool.errors import ParamError
from govtool.history.bars import MS, digest_arrays
from govtool.protocol.fields import Field, fields
from govtool.replay.backtest import Source, formation_terms, pack_terms, prepared, run_engine, time_columns
from govtool.replay.events import Log, read_log
from govtool.replay.holdings import units
from govtool.replay.inputs import AGAIN
from govtool.replay.store import read_source, read_totals
from govtool.scenario.bundle import Scenario


@dataclass(frozen=True, eq=False)
class Case:
    """What is to be explained.

    Attributes
    ----------
    scenario : Scenario
        As the protocol counts it: wallets instead of accounts if margin is isolated.
    log, path, columns, books
        What the replay left: its events, posted oracle prices (T, M), time columns, final books.
    unit : float64 (J,)
        Coins per quantum of each instrument.
    """

    source: Source
    scenario: Scenario
    terms: Terms
    formation: Terms
    log: Log
    path: Floats
    columns: dict[str, Floats]
    books: Books
    unit: Floats
    event_digest: str

    @cached_property
    def parameters(self) -> dict[str, Field]:
        """Every parameter of the protocol by path."""
        return {one.path: one for one in fields(self.source.protocol)}

    @property
    def venue(self) -> Venue:
        """What the world fixes about trading."""
        return self.scenario.venue

    @property
    def ticks(self) -> int:
        """Ticks of the window."""
        return int(self.path.shape[0])

    @property
    def accounts(self) -> int:
        """Accounts, or wallets if margin is isolated."""
        return int(self.scenario.crowd.equity.size)

    def is_backstop(self, k: int) -> bool:
        """Whether a keeper is a permissionless pool, which unwinds in its own time and moves no market."""
        conduct = self.scenario.keepers.conduct
        return bool(conduct.size and conduct[k] == BACKSTOP)

    def seconds(self, tick: int) -> float:
        """Seconds from the start of the window to the end of a tick, at which its price stands."""
        return (tick + 1) * float(self.venue.step_s)

    def ends_ms(self, tick: int) -> int | None:
        """The same as UTC milliseconds; None where the window has no date."""
        start = self.scenario.start_ms
        return None if start is None else start + round(self.seconds(tick) * MS)


def replayed(source: Source) -> Case:
    """Replay a source and keep all that an explanation needs."""
    scenario = prepared(source.scenario, source.protocol)
    terms = pack_terms(scenario, source.protocol)
    formed = source.formed_under
    formation = terms if formed is None else formation_terms(scenario, terms, formed)
    result = run_engine(scenario, terms, source.opening_pool, formation=formation, feedback=source.feedback)
    trace = result.trace
    return Case(
        source=source,
        scenario=scenario,
        terms=terms,
        formation=formation,
        log=read_log(trace),
        path=trace.path,
        columns=time_columns(scenario, trace),
        books=result.books,
        unit=units(scenario, terms),
        event_digest=digest_arrays({"whole": trace.whole, "real": trace.real}),
    )


def read_case(folder: Path) -> Case:
    """The replay that an outcome folder holds, made again from the folder alone.

    Raises
    ------
    FileError, ParamError
        The folder is no outcome, has no inputs, or has others than it says.
    ParamError
        This govtool replays those inputs differently.
    """
    written = read_totals(folder)
    case = replayed(read_source(folder))
    if case.event_digest != written.get("event_digest"):
        raise ParamError(
            f"{folder} was written by replay model {written.get('model')} and this govtool, of model {MODEL}, replays"
            f" it differently; {AGAIN}"
        )
    return case
