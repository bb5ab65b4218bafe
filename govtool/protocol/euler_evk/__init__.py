"""Euler's vault kit in exact wads: its reverse-Dutch liquidation by health.

Restated from github.com/euler-xyz/euler-vault-kit (BUSL modules: no code taken) as of commit 5b98b42 (2025-03-05).
"""

from govtool.protocol.euler_evk.liquidation import Liquidation, Loan, health, max_liquidation

__all__ = ["Liquidation", "Loan", "health", "max_liquidation"]
