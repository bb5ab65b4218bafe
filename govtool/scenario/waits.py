"""Waiting times drawn as next-event times."""

import numpy as np

from govtool.engine.elementary import natural_log
from govtool.engine.jit import allocating
from govtool.engine.terms import Floats, Ints


@allocating
def waits(mean: Floats, u: Floats) -> Ints:
    """Exponential waiting times in ticks, at least 1; -1 (never) where the mean is 0. `u` is uniform in [0, 1)."""
    result = np.full(mean.shape[0], -1, np.int64)
    for i in range(mean.shape[0]):
        if mean[i] > 0.0:
            result[i] = 1 + np.int64(np.floor(-mean[i] * natural_log(1.0 - u[i])))
    return result
