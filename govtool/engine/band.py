"""How far from what was expected posted prices may be before the bounds of skipping are void.

Expected is what would be posted if the venue's own trades moved nothing. Whoever can wait for long even where prices go
astray by the wide band is asked under that; the others, few at any time, under the narrow one. A price that leaves a
band widens it, and those who were asked under it are asked again. A band that is far too wide narrows: whoever was
asked under a wider one has more room than it needs.
"""

import numpy as np

from govtool.engine.codes import NIL, codes
from govtool.engine.jit import inlined, kernel
from govtool.engine.state import State, Tape

FIRST_BAND, FIRST_WIDE = 2e-4, 2e-2
"""The bands at first, and the narrowest. No result hangs on them."""

WIDENED = 3.0
"""A band that is left becomes so many times what was used of it."""

ROOMY = 6.0
"""A band so many times what is used of it narrows."""

AT_EASE, ASTRAY, FAR_ASTRAY = codes(3)
"""Whether some price has left its narrow band, or its wide one as well."""


@inlined
def _leaves(market: np.record, expected: float) -> int:
    if market.oracle == expected:
        return AT_EASE
    ratio = market.oracle / expected
    used = max(1.0 - ratio, ratio - 1.0)
    market.strain = max(market.strain, used)
    if expected * (1.0 - market.band) <= market.oracle <= expected * (1.0 + market.band):
        return AT_EASE
    market.band = WIDENED * used
    if expected * (1.0 - market.wide) <= market.oracle <= expected * (1.0 + market.wide):
        market.band = min(market.band, market.wide)
        return ASTRAY
    market.wide = WIDENED * used
    return FAR_ASTRAY


@inlined
def leave_bands(state: State, tape: Tape, t: int) -> int:
    """How far astray prices are in tick `t`; the bands that they have left are widened."""
    astray = NIL
    for m in range(state.markets.shape[0]):
        astray = max(astray, _leaves(state.markets[m], tape.expected[t, m]))
    return astray


@kernel
def narrow_bands(state: State) -> None:
    """Narrow each band that has been much too wide for the prices posted since this was last called."""
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        if market.band > FIRST_BAND and market.strain * ROOMY < market.band:
            market.band = max(FIRST_BAND, market.strain * WIDENED)
        if market.wide > FIRST_WIDE and market.strain * ROOMY < market.wide:
            market.wide = max(FIRST_WIDE, market.strain * WIDENED)
        market.strain = 0.0
