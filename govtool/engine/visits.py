"""How the loop finds the accounts that a tick concerns. No result depends on it, only the time that it takes."""

from govtool.engine.codes import codes

SKIP, BRUTE, EVERY = codes(3)
"""SKIP: bounds say how long an account can wait. BRUTE: the margin of every account is evaluated in every tick, and the
mechanisms run where it matters. EVERY: all mechanisms run for everyone in every tick."""
