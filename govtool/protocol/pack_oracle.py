"""How the oracle makes a price to post of what its sources say, as the engine reads it."""

import math

from govtool.engine.terms import Posting
from govtool.protocol.model import Oracle
from govtool.protocol.pack_margin import single
from govtool.units import PPM


def pack_posting(rules: Oracle, step_s: float) -> Posting:
    """Posting rules, times in ticks of `step_s` seconds, rounded up. What is made of the sources is a column."""
    posting = Posting(
        mean_ticks=max(1, math.ceil(rules.mean_s / step_s)),
        oracle_lag=math.ceil(rules.latency_s / step_s),
        stale_ticks=math.ceil(rules.stale_s / step_s),
        max_jump=rules.max_jump_ppm / PPM,
    )
    if rules.aggregator != "stable":
        return posting
    return posting._replace(
        smooth=1,
        quote_growth=single(rules.stable_growth_ppm_per_s / PPM),
        quote_delay_growth=single(rules.delay_growth_ppm / PPM),
    )
