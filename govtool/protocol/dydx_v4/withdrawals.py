"""Withdrawal limits: the baseline of a limiter, and its capacity block by block.

Source: github.com/dydxprotocol/v4-chain at 84d4664, protocol/x/ratelimit/util/.
"""

from govtool.protocol.dydx_v4.integer import floor_ppm


def withdrawal_baseline(tvl: int, baseline_minimum: int, baseline_tvl_ppm: int) -> int:
    """Capacity that a limiter returns to: a share of value locked, or its minimum. Source: baseline.go."""
    return max(baseline_minimum, floor_ppm(tvl, baseline_tvl_ppm))


def withdrawal_capacity(baseline: int, capacity: int, period_ms: int, elapsed_ms: int) -> int:
    """Capacity after some time: it moves towards the baseline and does not cross it. Source: capacity.go.

    Example: 0 of 100_000_000_000 over an hour is 31_944_444 after 1_150 ms.
    """
    step = max(baseline, capacity - baseline) * elapsed_ms // period_ms
    if capacity < baseline:
        return min(capacity + step, baseline)
    return max(capacity - step, baseline)
