"""What an attack names must be there."""

from collections.abc import Iterable, Sequence

from govtool.errors import ParamError


def market_columns(kind: str, market: str, markets: Sequence[str]) -> list[int]:
    """Columns of the market that an attack names, of all for "".

    Raises
    ------
    ParamError
        The window does not replay it.
    """
    if not market:
        return list(range(len(markets)))
    return [_place(kind, "market", market, markets, "this window's")]


def source_places(kind: str, names: Iterable[str], sources: Sequence[str]) -> list[int]:
    """Places of the oracle's sources that an attack names. Raises ParamError if the world does not have one."""
    return [_place(kind, "source", name, sources, "the world's") for name in names]


def asset_place(kind: str, asset: str, assets: Sequence[str]) -> int:
    """Place of the asset that an attack names. Raises ParamError if nobody in the scenario holds it."""
    return _place(kind, "asset", asset, assets, "the scenario's")


def _place(kind: str, what: str, name: str, there: Sequence[str], whose: str) -> int:
    if name not in there:
        listed = f"use one of {', '.join(there)}" if there else f"it has no {what}s"
        raise ParamError(f"attacks: {what} {name!r} of the {kind} attack is none of {whose}; {listed}")
    return there.index(name)
