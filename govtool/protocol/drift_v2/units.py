"""Units of Drift v2. Source: drift-labs/protocol-v2: programs/drift/src/math/constants.rs."""

QUOTE = 10**6
"""Quote amounts, prices, fees, liquidation multipliers and imf factors count 1e-6."""

BASE = 10**9
"""Base amounts count 1e-9."""

WEIGHT = 10**4
"""Spot weights and perpetual margin ratios count 1e-4."""

PORTION = 10**4
"""Shares of a liquidation count 1e-4."""

FEE_PER_WEIGHT = QUOTE // WEIGHT
"""Fee units in one unit of weight."""

FUNDING_PER_QUOTE = 10**3
"""Cumulative funding counts 1e-9 of quote per base: a thousand to each quote unit."""

U32_MAX = 2**32 - 1
U64_MAX = 2**64 - 1
