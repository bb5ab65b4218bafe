"""What a Layer-2 sequencer's outage holds back, until a grace time after its return. Times are whole seconds.

Source: aave/aave-v3-core: contracts/protocol/configuration/PriceOracleSentinel.sol, and
contracts/protocol/libraries/logic/ValidationLogic.sol for the override by health; gmx-io/gmx-synthetics:
contracts/oracle/Oracle.sol, with a grace of 300 s in config/general.ts and no override. Rules restated; both BUSL.
"""

from govtool.protocol.fixed import WAD

OVERRIDE_HEALTH = 95 * WAD // 100
"""Below this health, as a wad, Aave liquidates even in the grace time. Source: ValidationLogic.sol."""


def sequencer_gate(up: bool, up_since: int, now: int, grace: int) -> bool:
    """Whether the gate is open: the sequencer is up, and has been for strictly longer than the grace time."""
    return up and now - up_since > grace


def liquidation_allowed(
    up: bool, up_since: int, now: int, grace: int, health: int, override_health: int = OVERRIDE_HEALTH
) -> bool:
    """Whether the gate lets an account of this health (a wad) be liquidated, if it is liquidatable at all.

    It does when it is open, and when the health is below the override. An override of zero never opens a closed gate.
    """
    return health < override_health or sequencer_gate(up, up_since, now, grace)
