"""The typed protocol: one frozen group a file; `Protocol` holds them all."""

from govtool.protocol.model.adaptive import Adaptive
from govtool.protocol.model.advance import Advance
from govtool.protocol.model.auction import Auction
from govtool.protocol.model.breaker import Breaker
from govtool.protocol.model.collateral import Collateral
from govtool.protocol.model.deleveraging import Deleveraging
from govtool.protocol.model.fees import Fees
from govtool.protocol.model.funding import Funding
from govtool.protocol.model.insurance import Insurance
from govtool.protocol.model.keepers import Keepers
from govtool.protocol.model.liquidation import Liquidation
from govtool.protocol.model.loss_sharing import LossSharing
from govtool.protocol.model.margin import Margin
from govtool.protocol.model.market import Market
from govtool.protocol.model.options import Options
from govtool.protocol.model.oracle import Oracle
from govtool.protocol.model.protocol import FORMAT, Protocol
from govtool.protocol.model.scan import Scan
from govtool.protocol.model.sequencer import Sequencer
from govtool.protocol.model.tier import Tier
from govtool.protocol.model.withdrawals import Withdrawals

__all__ = [
    "FORMAT",
    "Adaptive",
    "Advance",
    "Auction",
    "Breaker",
    "Collateral",
    "Deleveraging",
    "Fees",
    "Funding",
    "Insurance",
    "Keepers",
    "Liquidation",
    "LossSharing",
    "Margin",
    "Market",
    "Options",
    "Oracle",
    "Protocol",
    "Scan",
    "Sequencer",
    "Tier",
    "Withdrawals",
]
