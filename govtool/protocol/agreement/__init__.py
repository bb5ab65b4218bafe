"""The engine's margins against each preset's exact arithmetic, over random portfolios.

One file per system says what its chain would ask of a portfolio and how far the engine may be from it, and why.
"""

from govtool.protocol.agreement.cases import SYSTEMS, preset_case, protocol_case
from govtool.protocol.agreement.compiled import engine_margins, staged
from govtool.protocol.agreement.draw import drawn
from govtool.protocol.agreement.portfolio import TIERS, Case, Exact, Holding, Margins
from govtool.protocol.agreement.sweep import EXACT, Agreement, described, differences, margins, portfolio, sweep

__all__ = [
    "EXACT",
    "SYSTEMS",
    "TIERS",
    "Agreement",
    "Case",
    "Exact",
    "Holding",
    "Margins",
    "described",
    "differences",
    "drawn",
    "engine_margins",
    "margins",
    "portfolio",
    "preset_case",
    "protocol_case",
    "staged",
    "sweep",
]
