"""The integers of a replay: whether they can count what it begins with, and add up once it is over."""

import numpy as np

from govtool.engine.codes import BUCKETS, LARGEST, OPENING, RESIDUAL, TRADERS
from govtool.engine.state import Books
from govtool.engine.terms import Terms
from govtool.errors import EngineError, ParamError
from govtool.scenario.bundle import Scenario


def refuse_too_large(scenario: Scenario, terms: Terms) -> None:
    """ParamError if a snapshot holds more of an instrument than 64 bits count."""
    opening, listing = scenario.crowd.opening, scenario.listing
    if opening.size == 0:
        return
    unit = np.concatenate([terms.unit, listing.option_unit, listing.asset_unit])
    row, j = np.unravel_index(np.argmax(np.abs(opening) / unit), opening.shape)
    if abs(opening[row, j]) / unit[j] > LARGEST / opening.shape[0]:
        raise ParamError(
            f"the snapshot of {scenario.name} holds {opening[row, j]:g} coins of {scenario.instruments[j]} in account"
            f" {row + 1}, more than 64-bit integers of {unit[j]:g} count; correct the amount"
        )


def check_ledger(scenario: Scenario, books: Books) -> None:
    """EngineError unless all cash sums to the opening pool and all sizes to nothing, to the last quantum."""
    tills = books.tills
    gaps = {
        "the residual of an event": int(tills[RESIDUAL]),
        "the sum of all buckets": int(tills[:BUCKETS].sum() - tills[OPENING]),
        "the sum of accounts' cash": int(books.cash.sum() - tills[TRADERS]),
        "the sum of all sizes": int(np.abs(books.size.sum(axis=0) + books.market_size).max()),
    }
    for what, gap in gaps.items():
        if gap != 0:
            raise EngineError(f"replay of {scenario.name}: {what} is off by {gap} quantums: report it as a defect")
