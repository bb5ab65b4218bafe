"""Faults of skipping, each a small edit of one engine source, and the ladder that finds it.

An edit names text that its file must hold exactly once, so that a source that changes says here what is to be revised.
"""

from tests.engine.mutant import Mutant
from tests.engine.mutants_of_bounds import BESIDE, BLOCKS
from tests.engine.mutants_of_watch import LIMITS

CALLS = (
    Mutant(
        "a price astray concerns nobody",
        "loop.py",
        "place[STRAY] = max(place[STRAY], leave_bands(state, tape, t))",
        "leave_bands(state, tape, t)",
        "impact",
    ),
    Mutant(
        "after a price went astray, bounds of the old narrow band still hold",
        "attend.py",
        "if watch.near[i] == 1 or (far and watch.rows[i].legs > 0):",
        "if False:",
        "impact",
    ),
    Mutant(
        "after a price went far astray, bounds of the old wide band still hold",
        "attend.py",
        "if watch.near[i] == 1 or (far and watch.rows[i].legs > 0):",
        "if watch.near[i] == 1:",
        "slump",
    ),
    Mutant(
        "nobody is ever far astray",
        "band.py",
        "    return FAR_ASTRAY",
        "    return ASTRAY",
        "slump",
    ),
    Mutant(
        "whoever was asked under the narrow bands counts as asked under the wide ones",
        "skip.py",
        "        watch.near[i] = 1\n        breach",
        "        watch.near[i] = 0\n        breach",
        "impact",
    ),
    Mutant(
        "so does whoever is asked under them a second time",
        "skip.py",
        "            watch.near[i] = 1\n            return",
        "            watch.near[i] = 0\n            return",
        "twice",
    ),
    Mutant(
        "whoever cannot pay what it owes is taken for one that waits for its time",
        "attend.py",
        "state.accounts[i].due = t + 1\n",
        "state.accounts[i].due = t + 5\n",
        "debtors",
    ),
    Mutant(
        "whoever cannot pay what it owes does not hear of what lands or is due",
        "attend.py",
        "return bool(min(cut, account.draws, next_arrival(state, i)) > t and not",
        "return bool(not",
        "debtors",
    ),
    Mutant(
        "everybody is asked under the narrow bands, and nobody again",
        "skip.py",
        "i, first, end, True, tape.levels.shape[0] - 2)",
        "i, first, end, False, tape.levels.shape[0] - 2)",
        "impact",
    ),
    Mutant(
        "what comes due during an outage is forgotten",
        "attend.py",
        "gather(state, due, place[SINCE], t)",
        "gather(state, due, t, t)",
        "outage",
    ),
    Mutant(
        "prices are only astray while something is displaced",
        "band.py",
        "_leaves(state.markets[m], tape.expected[t, m]))",
        "_leaves(state.markets[m], tape.expected[t, m]) if state.markets[m].volume != 0.0 else AT_EASE)",
        "sticky",
    ),
    Mutant(
        "prices are only astray above",
        "band.py",
        "    if expected * (1.0 - market.band) <= market.oracle <= expected",
        "    if market.oracle <= expected",
        "impact",
    ),
    Mutant(
        "prices are only astray below",
        "band.py",
        "<= market.oracle <= expected * (1.0 + market.band):",
        "<= market.oracle:",
        "squeeze",
    ),
    Mutant(
        "what is displaced decays only in ticks that somebody is looked at",
        "loop.py",
        "        close_tick(state, rules, tape, t)",
        "        close_tick(state, rules, tape, t) if n > 0 else None",
        "impact",
    ),
    Mutant(
        "a flagged account waits for its bound",
        "loop.py",
        "        if again or visit == EVERY:",
        "        if visit == EVERY:",
        "flags",
    ),
    Mutant(
        "a flagged account is no more than its margin",
        "watch.py",
        "account.stale = 1 if account.flag >= 0 else 0",
        "account.stale = 0",
        "flags",
    ),
    Mutant(
        "what is known of an account is trusted after others changed its books",
        "watch.py",
        "account.status != IN or account.stale == 1 or",
        "account.status != IN or",
        "losses",
    ),
    Mutant(
        "an account is not looked at after others changed its books",
        "calendar.py",
        "    state.accounts[i].stale = 1\n    wake_by(state, i, t)",
        "    state.accounts[i].stale = 1",
        "shares",
    ),
    Mutant(
        "an account that is woken twice keeps its later tick",
        "calendar.py",
        "    if t < state.accounts[i].wake:",
        "    if t > state.accounts[i].wake:",
        "shares",
    ),
    Mutant(
        "the first tick after a look is not asked for",
        "attend.py",
        "breach = next_breach(state, rules, tape, watch, i, t + 1, end)",
        "breach = next_breach(state, rules, tape, watch, i, t + 2, end)",
        "prices",
    ),
    Mutant(
        "interest concerns only who wakes",
        "loop.py",
        "            charge_interest(state, rules, log, t)\n            everyone = True",
        "            charge_interest(state, rules, log, t)",
        "assets",
    ),
    Mutant(
        "an expiry concerns only who wakes",
        "loop.py",
        "            settle_expiries(state, rules, tape, log, t)\n            everyone = True",
        "            settle_expiries(state, rules, tape, log, t)",
        "settling",
    ),
)
"""Which accounts a tick concerns, and when each is next looked at."""

MUTANTS = (*CALLS, *LIMITS, *BLOCKS, *BESIDE)
"""Each changes a replay."""

HARMLESS = (
    Mutant(
        "a price astray during an outage is forgotten: nothing is posted then, and nothing goes astray",
        "loop.py",
        "place[STRAY] = max(place[STRAY], leave_bands(state, tape, t))",
        "place[STRAY] = leave_bands(state, tape, t)",
        "outage",
    ),
    Mutant(
        "the narrow band is never widened: a price astray calls those asked under it in every tick",
        "band.py",
        "    market.band = WIDENED * used\n",
        "",
        "impact",
    ),
    Mutant(
        "bands narrow whatever was used of them: the next tick finds a price that is outside",
        "band.py",
        "if market.band > FIRST_BAND and market.strain * ROOMY < market.band:",
        "if market.band > FIRST_BAND:",
        "impact",
    ),
    Mutant(
        "larger blocks are tried where none begins: the one that holds a tick bounds it",
        "blocks.py",
        "leaf % width == 0:",
        "leaf % width != 0:",
        "prices",
    ),
    Mutant(
        "what is expected is the index: bands are about whatever path the bounds are on",
        "expected.py",
        "return None if np.array_equal(path, tape.index) else",
        "return None if True else",
        "lagged",
    ),
)
"""Each is only slower or faster: no result hangs on it."""
