"""The gate that lending and perpetuals protocols on a Layer-2 put on a restarted sequencer.

Restated from github.com/aave/aave-v3-core as of commit 782f519 (2024-09-03) and github.com/gmx-io/gmx-synthetics as
of commit a5c0c88 (2026-03-13); no code taken.
"""

from govtool.protocol.l2_gate.gate import OVERRIDE_HEALTH, liquidation_allowed, sequencer_gate

__all__ = ["OVERRIDE_HEALTH", "liquidation_allowed", "sequencer_gate"]
