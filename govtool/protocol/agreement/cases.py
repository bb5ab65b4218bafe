"""Cases of the presets: their terms with every market and asset, and options where they have rules for them."""

import numpy as np

from govtool.engine.terms import Listing
from govtool.protocol.agreement.portfolio import Case
from govtool.protocol.model import Protocol
from govtool.protocol.pack import pack
from govtool.protocol.read import preset

SYSTEMS = ("dydx-v4", "drift-v2", "synthetix-v3", "derive-v2", "derive-v2-portfolio", "mango-v4")
"""Presets that stand for a chain, whose margins the engine must have."""

SERIES = 8
"""Option series on each of the first markets."""

OPTION_MARKETS = 2

PRICES = {"BTC": 60_000.0, "ETH": 3_000.0, "SOL": 150.0, "BNB": 600.0, "LINK": 15.0, "AVAX": 30.0}
"""Prices around which portfolios are drawn, quote; a dollar for other markets. No result hangs on their being right."""

STEP_S = 1.0
"""A tick of a second, so that options may be near their expiry."""


def preset_case(name: str) -> Case:
    """A preset that comes with the package, as a case."""
    return protocol_case(name, preset(name))


def protocol_case(system: str, protocol: Protocol) -> Case:
    """A protocol with all its markets that share collateral, and all its assets."""
    markets = tuple(name for name, market in protocol.markets.items() if market.market_type == "cross")
    assets = tuple(protocol.collateral)
    held = [protocol.markets[name] for name in markets]
    return Case(
        system,
        pack(protocol, markets, step_s=STEP_S, assets=assets),
        _listing(protocol, markets, assets),
        price=np.array([PRICES.get(name, 1.0) for name in markets]),
        digits=np.array([-market.exponent for market in held], dtype=np.int64),
        depth=np.array([market.skew_scale for market in held], dtype=np.int64),
        asset_depth=np.array([protocol.collateral[name].skew_scale for name in assets], dtype=np.int64),
        step_s=STEP_S,
    )


def _listing(protocol: Protocol, markets: tuple[str, ...], assets: tuple[str, ...]) -> Listing:
    """Series of the first markets, whose strikes and expiries each portfolio sets, and the assets."""
    count = SERIES if protocol.options is not None else 0
    option_market = np.repeat(np.arange(min(OPTION_MARKETS, len(markets)), dtype=np.int64), count)
    exponents = np.array([protocol.markets[markets[m]].atomic_resolution for m in option_market.tolist()])
    taken = [protocol.collateral[name] for name in assets]
    ones = np.ones(option_market.shape[0])
    return Listing(
        option_market=option_market,
        option_strike=ones,
        option_call=ones.astype(np.int64),
        option_expiry=ones.astype(np.int64),
        option_unit=10.0 ** exponents.astype(np.float64),
        option_step=ones.astype(np.int64),
        option_spread=0.0 * ones,
        asset_market=np.array([markets.index(one.market) if one.market in markets else -1 for one in taken], np.int64),
        asset_unit=np.array([float(f"1e{one.atomic_resolution}") for one in taken]),
        asset_step=np.array([one.step_quantums for one in taken], dtype=np.int64),
        asset_spread=np.zeros(len(assets)),
        ratio=np.ones((1, len(assets))),
    )
