"""What an oracle makes of the sources it hears, per tick."""

from dataclasses import replace

import numpy as np

from govtool.engine.terms import Floats
from govtool.errors import ParamError
from govtool.kept import Kept
from govtool.protocol.model import Oracle
from govtool.scenario.bundle import Scenario

_QUOTES: Kept[Floats] = Kept(2)
"""Quotes of each scenario, by what an oracle's word depends on: current's and a candidate's."""


def quote(price: Floats, rules: Oracle) -> Floats:
    """The word of an oracle's sources per tick and market, (T, M), 0 where too few speak; empty without sources.

    Of the first `sources` (all for 0), those that say something count: their median, of an even number the mean of the
    middle two, or their mean.

    Parameters
    ----------
    price : float64 (T, M, N)
        What each source says, 0 for nothing.

    Raises
    ------
    ParamError
        The oracle wants more sources to speak than it can hear.
    """
    if price.size == 0:
        return np.zeros((0, 0))
    count = min(rules.sources or price.shape[2], price.shape[2])
    if rules.least_sources > count:
        raise ParamError(
            f"oracle.least_sources = {rules.least_sources} is above the {count} sources that can be heard in this"
            " world, and no price would ever be posted; lower it, or add [[sources]] to the world"
        )
    told = price[:, :, :count]
    speaking = np.count_nonzero(told, axis=2)
    word = _mean(told, speaking) if rules.aggregator == "mean" else _median(told, speaking)
    return np.where(speaking >= rules.least_sources, word, 0.0)


def heard(scenario: Scenario, rules: Oracle) -> Scenario:
    """The scenario with the quote that this oracle makes of its sources."""
    parameters = (rules.sources, rules.least_sources, rules.aggregator)
    told = _QUOTES.get(scenario, parameters, lambda: quote(scenario.sources, rules))
    return replace(scenario, weather=scenario.weather._replace(quote=told))


def _mean(heard: Floats, speaking: np.ndarray) -> Floats:
    """Mean of those that speak, summed in their order; 0 where none does."""
    total = np.zeros(speaking.shape)
    for n in range(heard.shape[2]):
        total += heard[:, :, n]
    return np.asarray(total / np.maximum(speaking, 1))


def _median(heard: Floats, speaking: np.ndarray) -> Floats:
    """Median of those that speak; infinite where none does."""
    ranked = np.sort(np.where(heard > 0.0, heard, np.inf), axis=2)
    below, above = np.maximum(speaking - 1, 0) // 2, np.minimum(speaking // 2, heard.shape[2] - 1)
    first = np.take_along_axis(ranked, below[:, :, None], axis=2)[:, :, 0]
    second = np.take_along_axis(ranked, above[:, :, None], axis=2)[:, :, 0]
    return np.asarray((first + second) / 2.0)
